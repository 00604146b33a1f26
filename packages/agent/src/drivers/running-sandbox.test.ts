import { spawn } from 'node:child_process';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { SandboxExit } from '../protocol.ts';
import { RunningSandbox, type SandboxParts } from './running-sandbox.ts';

function run(changes: Partial<SandboxParts>, command: readonly [string, ...string[]] = ['sleep', '1000']) {
  const [program, ...args] = command;
  const monitor = spawn(program, args, { stdio: 'ignore' });
  const exits: SandboxExit[] = [];
  const closed = () => new PassThrough().end();
  const parts = {
    ...{ monitor, stdout: closed(), stderr: closed(), group: undefined, isTmpFull: async () => false, releases: [] },
    kill: () => void monitor.kill('SIGKILL'),
    ...changes,
  };
  return { exits, sandbox: new RunningSandbox(parts, { onOutput: () => {}, onExit: (exit) => exits.push(exit) }) };
}

describe('a running sandbox', () => {
  it('tells its exit once and gives everything back in order', async () => {
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

  it('gives the rest back when one thing cannot be, and tells whoever stops it', async () => {
    const given: string[] = [];
    const broken = new Error('busy');
    const releases = [() => Promise.reject(broken), async () => void given.push('volume')];
    const { exits, sandbox } = run({ releases });
    await expect(sandbox.stop()).rejects.toBe(broken);
    expect(exits).toMatchObject([{ exitCode: null, signal: 'SIGKILL' }]);
    expect(given).toEqual(['volume']);
  });

  it('tells its exit although something could not be measured', async () => {
    const { exits, sandbox } = run({ isTmpFull: () => Promise.reject(new Error('no such descriptor')) });
    await expect(sandbox.stop()).rejects.toThrow('no such descriptor');
    expect(exits).toMatchObject([{ signal: 'SIGKILL', tmpFull: false }]);
  });
});
