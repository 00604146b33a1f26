import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { freezeAll } from './group-files.ts';
import { parseCgroupMounts, parseOwnGroups } from './mounts.ts';
import { mayMove } from './open-tree.ts';
import { CgroupV1, memoryFiles, sharesFor, limitFiles as v1Limits } from './v1.ts';
import { CgroupV2, limitFiles as v2Limits, weightFor } from './v2.ts';

const V1_FILES: Record<string, readonly string[]> = {
  memory: ['memory.limit_in_bytes', 'memory.memsw.limit_in_bytes', 'memory.max_usage_in_bytes', 'memory.oom_control'],
  pids: ['pids.max'],
  cpu: ['cpu.shares'],
  cpuacct: ['cpuacct.usage'],
  freezer: ['freezer.state'],
};
const LIMITS = { memoryBytes: 134_217_728, maxProcesses: 1024 };

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'funcgraph-cgroup-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** A plain folder does not grow control files by itself: make them as the kernel would. */
function grow(folder: string, files: readonly string[]): void {
  mkdirSync(folder, { recursive: true });
  for (const file of [...files, 'cgroup.procs', 'cgroup.subtree_control']) writeFileSync(join(folder, file), '');
}

const text = (...path: string[]) => readFileSync(join(root, ...path), 'utf8');

describe('cgroup version 1', () => {
  async function openTree(controllers: readonly string[] = Object.keys(V1_FILES)): Promise<CgroupV1 | undefined> {
    for (const controller of controllers) grow(join(root, controller, 'funcgraph-x'), V1_FILES[controller] ?? []);
    return CgroupV1.open('funcgraph-x', new Map(controllers.map((controller) => [controller, join(root, controller)])));
  }

  it('gives the parent of all functions the weight of the whole machine', async () => {
    await openTree();
    expect(Number(text('cpu', 'funcgraph-x', 'cpu.shares'))).toBeGreaterThanOrEqual(1024);
  });

  it('has one sentence for each controller that is not there', async () => {
    const tree = await openTree(['cpu']);
    expect(tree?.missing).toHaveLength(4);
    expect(tree?.missing.join(' ')).toMatch(/Memory is neither.*processes.*CPU time.*frozen/);
    expect(tree?.limitsProcesses).toBe(false);
  });

  it('is not available when nothing can be written', async () => {
    writeFileSync(join(root, 'file'), '');
    expect(await CgroupV1.open('funcgraph-x', new Map([['memory', join(root, 'file')]]))).toBeUndefined();
  });

  it('removes the group again when a limit cannot be set', async () => {
    const tree = await openTree();
    // The folder of the new group has no control files here, so that the first limit fails.
    await expect(tree?.create('one', LIMITS)).rejects.toMatchObject({ code: 'CGROUP_FAILED' });
    for (const controller of Object.keys(V1_FILES))
      expect(existsSync(join(root, controller, 'funcgraph-x', 'one'))).toBe(false);
  });
});

describe('cgroup version 2', () => {
  const parent = () => join(root, 'funcgraph-x');
  const open = (movable: (pids: readonly number[]) => boolean = () => true) =>
    CgroupV2.open({ name: 'funcgraph-x', root, movable });

  it('enables the controllers on the way down and weighs the parent as the whole machine', async () => {
    grow(root, []);
    grow(parent(), ['cpu.weight']);
    const tree = await open();
    expect(tree?.missing).toEqual([]);
    expect(text('cgroup.subtree_control')).toMatch(/^\+cpu/);
    expect(text('funcgraph-x', 'cgroup.subtree_control')).toMatch(/^\+cpu/);
    expect(Number(text('funcgraph-x', 'cpu.weight'))).toBeGreaterThanOrEqual(100);
  });

  it('moves the processes of the group it was started in into a leaf', async () => {
    grow(root, []);
    grow(parent(), ['cpu.weight']);
    grow(`${parent()}-agent`, []);
    writeFileSync(join(root, 'cgroup.type'), 'domain\n');
    writeFileSync(join(root, 'cgroup.procs'), '12\n');
    await open((pids) => pids.length === 1 && pids[0] === 12);
    expect(text('funcgraph-x-agent', 'cgroup.procs')).toBe('12');
  });

  it('moves all processes of a container, but none of others', () => {
    expect(mayMove([1, 7, 19, process.pid])).toBe(true);
    expect(mayMove([0, 1, process.pid])).toBe(false);
    expect(mayMove([process.pid, process.ppid])).toBe(true);
    expect(mayMove([process.pid, process.ppid, 4711])).toBe(false);
  });

  it('does not touch a group with processes of others', async () => {
    grow(root, []);
    mkdirSync(join(root, 'funcgraph-x'));
    writeFileSync(join(root, 'cgroup.type'), 'domain\n');
    writeFileSync(join(root, 'cgroup.procs'), '12\n13\n');
    expect(await open(() => false)).toBeUndefined();
    expect(readdirSync(root)).not.toContain('funcgraph-x');
  });

  it('is not available when no controller can be enabled', async () => {
    expect(await open()).toBeUndefined();
    expect(readdirSync(root)).toEqual([]);
  });
});

describe('the limits of a group', () => {
  const valuesOf = (files: readonly { file: string; value: number }[]) => files.map(({ file, value }) => [file, value]);

  it('are memory, memory with swap, processes beside our two, and ten cores of weight in version 1', () => {
    expect(valuesOf(v1Limits(LIMITS, true).map(([, file]) => file))).toEqual([
      ['memory.limit_in_bytes', 134_217_728],
      ['memory.memsw.limit_in_bytes', 134_217_728],
      ['pids.max', 1026],
      ['cpu.shares', 10_240],
    ]);
    expect(v1Limits(LIMITS, false)).toHaveLength(3);
    expect([sharesFor(1), sharesFor(300), sharesFor(1000)]).toEqual([2, 307, 1024]);
  });

  it('are lowered and raised in the order that keeps memory below memory with swap', () => {
    const [memory, swap] = ['memory.limit_in_bytes', 'memory.memsw.limit_in_bytes'];
    expect(memoryFiles(2, 1, true)).toEqual([memory, swap]);
    expect(memoryFiles(1, 2, true)).toEqual([swap, memory]);
    expect(memoryFiles(1, 2, false)).toEqual([memory]);
  });

  it('are the same in version 2, which has a smaller range of weights', () => {
    expect(valuesOf(v2Limits(LIMITS, new Set(['memory', 'pids', 'cpu'])))).toEqual([
      ['memory.max', 134_217_728],
      ['memory.swap.max', 0],
      ['memory.oom.group', 1],
      ['pids.max', 1026],
      ['cpu.weight', 1000],
    ]);
    expect(v2Limits(LIMITS, new Set(['cpu']))).toHaveLength(1);
    expect([weightFor(1), weightFor(300), weightFor(1_000_000)]).toEqual([1, 30, 10_000]);
  });
});

describe('freezing', () => {
  const forever = new AbortController().signal;
  const states = (answers: boolean[]) => {
    const calls: string[] = [];
    const freezer = {
      freeze: () => void calls.push('freeze'),
      thaw: () => void calls.push('thaw'),
      isFrozen: () => answers.shift() ?? true,
    };
    return { calls, freezer };
  };

  it('looks again before it tries again', async () => {
    const { calls, freezer } = states([false, false, true]);
    await freezeAll(freezer, forever);
    expect(calls).toEqual(['freeze']);
  });

  it('thaws everything for a moment when a parent waits for a frozen child', async () => {
    const { calls, freezer } = states(Array.from({ length: 12 }, () => false));
    await freezeAll(freezer, forever);
    expect(calls).toEqual(['freeze', 'thaw', 'freeze', 'thaw', 'freeze']);
  });

  it('stops at once when it is aborted', async () => {
    const { calls, freezer } = states([]);
    const abort = new AbortController();
    const isFrozen = () => {
      abort.abort();
      return false;
    };
    await expect(freezeAll({ ...freezer, isFrozen }, abort.signal)).rejects.toThrow('aborted');
    expect(calls).toEqual(['freeze', 'thaw']);
  });

  it('fails with everything thawed', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { calls, freezer } = states([]);
    const isFrozen = () => {
      vi.setSystemTime(Date.now() + 500);
      return false;
    };
    await expect(freezeAll({ ...freezer, isFrozen }, forever)).rejects.toMatchObject({ code: 'CGROUP_FAILED' });
    vi.useRealTimers();
    expect(calls.at(-1)).toBe('thaw');
  });
});

describe('where the hierarchies stand', () => {
  it('is read from the mount table', () => {
    const mounts = parseCgroupMounts(
      [
        '30 29 0:26 / /sys/fs/cgroup ro - tmpfs tmpfs ro',
        '31 30 0:27 / /sys/fs/cgroup/cpu,cpuacct rw shared:9 - cgroup cgroup rw,cpu,cpuacct',
        '32 30 0:28 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw',
        '33 30 0:27 / /other/cpu rw - cgroup cgroup rw,cpu,cpuacct',
        '',
      ].join('\n'),
    );
    expect(mounts.v1.get('cpu')).toBe('/sys/fs/cgroup/cpu,cpuacct');
    expect(mounts.v1.get('cpuacct')).toBe('/sys/fs/cgroup/cpu,cpuacct');
    expect(mounts.v2).toBe('/sys/fs/cgroup/unified');
  });

  it('is completed by the own group of each controller', () => {
    const own = parseOwnGroups('9:cpu,cpuacct:/a/b\n8:memory:/\n0::/user.slice/c:d\n');
    expect([own.get('cpu'), own.get('cpuacct'), own.get('memory'), own.get('')]).toEqual([
      '/a/b',
      '/a/b',
      '',
      '/user.slice/c:d',
    ]);
  });
});
