import { spawn } from 'node:child_process';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { CgroupGroup } from '../cgroup/cgroup.ts';
import type { Bind, SandboxExit } from '../protocol.ts';
import { RunningSandbox, type SandboxParts } from './running-sandbox.ts';

function run(changes: Partial<SandboxParts>, command: readonly [string, ...string[]] = ['sleep', '1000']) {
  const [program, ...args] = command;
  const monitor = spawn(program, args, { stdio: 'ignore' });
  const exits: SandboxExit[] = [];
  const closed = () => new PassThrough().end();
  const parts = {
    ...{ monitor, stdout: closed(), stderr: closed(), group: undefined, volume: undefined, releases: [] },
    kill: () => void monitor.kill('SIGKILL'),
    ...changes,
  };
  return { exits, sandbox: new RunningSandbox(parts, { onOutput: () => {}, onExit: (exit) => exits.push(exit) }) };
}

const ASSIGNMENT = { memoryBytes: 1000, cpuMillis: 100, binds: [{ source: '/a', target: '/opt/function/code' }] };

/** Records the calls of the group, and fails at one step. */
function assignable(failAt?: 'limit' | 'attach' | 'thaw') {
  const calls: string[] = [];
  const note = async (call: string) => {
    calls.push(call);
    if (failAt !== undefined && call.startsWith(failAt)) throw new Error(failAt);
  };
  const group: CgroupGroup = {
    joinFiles: [],
    usagePaths: {},
    rename: () => {},
    share: () => note('share'),
    usage: async () => ({ peakMemoryBytes: 0, cpuMs: 0, oomKills: 0 }),
    limitMemory: (bytes) => note(`limit ${bytes}`),
    freeze: async () => {
      await note('freeze');
      await Promise.resolve();
      await note('frozen');
    },
    thaw: () => note('thaw'),
    kill: () => note('kill'),
    remove: () => note('remove'),
  };
  const attach = (binds: readonly Bind[]) => note(`attach ${binds.map(({ target }) => target).join()}`);
  return { calls, parts: { group, attach } };
}

describe('a running sandbox', () => {
  it('reports its exit once and releases everything in order', async () => {
    const given: string[] = [];
    const release = (name: string) => async () => void given.push(name);
    const { exits, sandbox } = run({ releases: [release('uid'), release('volume')] }, ['sh', '-c', 'exit 7']);
    await sandbox.removed;
    await sandbox.stop();
    expect(exits).toEqual([
      { exitCode: 7, signal: null, oomKilled: false, peakMemoryBytes: 0, cpuMs: 0, tmpFull: false },
    ]);
    expect(given).toEqual(['uid', 'volume']);
  });

  it('sets limits, then attaches, then thaws, and once only', async () => {
    const { calls, parts } = assignable();
    const { sandbox } = run(parts);
    await sandbox.assign(ASSIGNMENT);
    await expect(sandbox.assign(ASSIGNMENT)).rejects.toMatchObject({ code: 'ALREADY_ASSIGNED' });
    await sandbox.stop();
    expect(calls).toEqual(['limit 1000', 'attach /opt/function/code', 'thaw', 'kill', 'kill', 'remove']);
  });

  it.each(['limit', 'attach', 'thaw'] as const)('is killed when the step %s of its assignment fails', async (step) => {
    const { calls, parts } = assignable(step);
    const { sandbox, exits } = run(parts);
    await expect(sandbox.assign(ASSIGNMENT)).rejects.toThrow(step);
    await sandbox.removed;
    expect(exits).toMatchObject([{ signal: 'SIGKILL' }]);
    if (step !== 'thaw') expect(calls).not.toContain('thaw');
    await expect(sandbox.assign(ASSIGNMENT)).rejects.toMatchObject({ code: 'SANDBOX_GONE' });
    await expect(sandbox.thaw()).rejects.toMatchObject({ code: 'SANDBOX_GONE' });
  });

  it('freezes, thaws and assigns one after the other', async () => {
    const { calls, parts } = assignable();
    const { sandbox } = run(parts);
    await Promise.all([sandbox.freeze(), sandbox.assign(ASSIGNMENT), sandbox.freeze(), sandbox.thaw()]);
    expect(calls).toEqual([
      'freeze',
      'frozen',
      'limit 1000',
      'attach /opt/function/code',
      'thaw',
      'freeze',
      'frozen',
      'thaw',
    ]);
    await sandbox.stop();
  });

  it.each(['thaw', 'stop'] as const)('stops freezing for a %s', async (order) => {
    const { calls, parts } = assignable();
    const freeze = (signal: AbortSignal) =>
      new Promise<void>((_, reject) => {
        signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true });
      });
    const { sandbox } = run({ ...parts, group: { ...parts.group, freeze } });
    const freezing = expect(sandbox.freeze()).rejects.toThrow('aborted');
    await Promise.resolve();
    await sandbox[order]();
    await freezing;
    if (order === 'thaw') expect(calls).toEqual(['thaw']);
    await sandbox.stop();
  });

  it('reports clearly that it cannot be frozen or assigned without a group', async () => {
    const { sandbox } = run({});
    await expect(sandbox.freeze()).rejects.toMatchObject({ code: 'NOT_SUPPORTED' });
    await expect(sandbox.assign(ASSIGNMENT)).rejects.toMatchObject({ code: 'NOT_SUPPORTED' });
    await sandbox.stop();
  });

  it('releases the rest when one release fails, and reports it to the caller of stop', async () => {
    const given: string[] = [];
    const broken = new Error('busy');
    const releases = [() => Promise.reject(broken), async () => void given.push('volume')];
    const { exits, sandbox } = run({ releases });
    await expect(sandbox.stop()).rejects.toBe(broken);
    expect(exits).toMatchObject([{ exitCode: null, signal: 'SIGKILL' }]);
    expect(given).toEqual(['volume']);
  });

  it('removes its group when nothing kills in it any more: another sandbox may get one of the same name', async () => {
    const { calls, parts } = assignable();
    let kills = 0;
    let endFirst = (): void => {};
    const kill = async (): Promise<void> => {
      kills += 1;
      if (kills > 1) return;
      await new Promise<void>((resolve) => {
        endFirst = resolve;
      });
      calls.push('killed');
    };
    const release = async (): Promise<void> => void calls.push('release');
    const { exits, sandbox } = run({ ...parts, group: { ...parts.group, kill }, releases: [release] });
    const stopped = sandbox.stop();
    await expect.poll(() => exits.length).toBe(1);
    await sandbox.flushOutput();
    expect(calls).toEqual([]);
    endFirst();
    await stopped;
    expect(calls).toEqual(['killed', 'remove', 'release']);
  });

  it('reports its exit although something could not be measured', async () => {
    const { exits, sandbox } = run({
      volume: { isFull: () => Promise.reject(new Error('no such descriptor')), rest() {}, wake() {}, onDiskFull() {} },
    });
    await expect(sandbox.stop()).rejects.toThrow('no such descriptor');
    expect(exits).toMatchObject([{ signal: 'SIGKILL', tmpFull: false }]);
  });
});
