import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { groupNameOf } from './cgroup/group-owner.ts';
import { ownerIdOf } from './owner.ts';
import { sweep } from './sweep.ts';

const DEAD = '1-1-00000000';

describe('the sweep', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'funcgraph-sweep-'));
    for (const name of ['run', 'groups']) mkdirSync(join(root, name));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const run = () => sweep({ folders: [join(root, 'run')], cgroupRoots: [join(root, 'groups'), join(root, 'nothing')] });

  it('removes folders and groups of the dead and leaves those of the living and of strangers', async () => {
    const living = ownerIdOf(process.pid);
    for (const name of [DEAD, living, 'stranger']) mkdirSync(join(root, 'run', name));
    const kept = [groupNameOf(living), `funcgraph-${living}`, 'funcgraph-other', DEAD];
    for (const name of [groupNameOf(DEAD), `funcgraph-${DEAD}`, ...kept]) mkdirSync(join(root, 'groups', name));
    mkdirSync(join(root, 'groups', `funcgraph-${DEAD}`, 'sandbox'));
    expect(await run()).toBe(3);
    expect(readdirSync(join(root, 'run')).sort()).toEqual([living, 'stranger'].sort());
    expect(readdirSync(join(root, 'groups')).sort()).toEqual(kept.sort());
    expect(await run()).toBe(0);
  });

  it('follows no link out of a dead folder', async () => {
    const kept = join(root, 'kept');
    mkdirSync(kept);
    writeFileSync(join(kept, 'file'), '');
    mkdirSync(join(root, 'run', DEAD));
    symlinkSync(kept, join(root, 'run', DEAD, 'link'));
    expect(await run()).toBe(1);
    expect(readdirSync(kept)).toEqual(['file']);
  });

  it('kills what still runs in a dead group', async () => {
    const child = spawn('sleep', ['1000']);
    const ended = once(child, 'exit');
    const group = join(root, 'groups', `funcgraph-${DEAD}`);
    mkdirSync(group);
    writeFileSync(join(group, 'cgroup.procs'), `${child.pid}\n`);
    // The kernel would empty the list of processes; here the test does.
    void ended.then(() => rmSync(join(group, 'cgroup.procs')));
    expect(await run()).toBe(1);
    expect(await ended).toEqual([null, 'SIGKILL']);
  });

  it('never takes processes that cannot be seen from here, which have the id 0, for its own', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const kill = vi.spyOn(process, 'kill').mockImplementation(() => {
      // A minute later the sweep has no patience left.
      vi.setSystemTime(Date.now() + 60_000);
      return true;
    });
    try {
      const group = join(root, 'groups', `funcgraph-${DEAD}`);
      mkdirSync(group);
      writeFileSync(join(group, 'cgroup.procs'), '0\n4194305\n');
      expect(await run()).toBe(0);
      expect(new Set(kill.mock.calls.map(([pid]) => pid))).toEqual(new Set([4_194_305]));
    } finally {
      kill.mockRestore();
      vi.useRealTimers();
    }
  });

  it('does nothing where there is nothing', async () => {
    expect(await sweep({ folders: [join(root, 'absent')], cgroupRoots: [] })).toBe(0);
  });
});
