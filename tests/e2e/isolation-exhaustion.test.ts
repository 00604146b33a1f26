import { existsSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../packages/server/src/instances/sandbox/index.ts';
import { inside, outside, parseOutcome } from './isolation/probing.ts';
import { groupsOfSandbox, MIB, NODE, processesMentioning, SandboxBench, WITH_NODE } from './isolation/sandbox-bench.ts';

const isRoot = process.getuid?.() === 0;
const PROBE = ['/usr/bin/python3', '/opt/function/code/probe.py'];

describe.runIf(isRoot)('a function that takes all it can get', () => {
  let bench: SandboxBench;
  let neighbour: Sandbox;

  beforeAll(async () => {
    bench = await SandboxBench.open();
    expect((await bench.agent.driver('bubblewrap').capabilities()).degraded).toEqual([]);
    neighbour = await bench.start(['/bin/sleep', '1000']);
  });
  afterAll(async () => {
    await neighbour.stop();
    const leftovers = bench.leftovers();
    await bench.dispose();
    expect(leftovers).toEqual([]);
  });

  const expectNeighbourIsFine = async () => {
    expect(await neighbour.usage()).toMatchObject({ oomKilled: false, tmpFull: false });
    process.kill(neighbour.pid, 0);
    expect(await inside(bench, 'write', ['/tmp/mine'])).toEqual({ ok: null });
  };

  it('gets no more than its number of processes from a fork bomb, which ends with its sandbox', async () => {
    const marker = `bomb-${process.pid}`;
    const bomb = await bench.start([...PROBE, 'fork_bomb', marker].slice(0, 3), {
      maxProcesses: 200,
      env: { PATH: '/usr/bin', MARKER: marker },
    });
    const text = await firstOutput(bomb);
    const { ok } = parseOutcome(text) as { ok: { forked: number; errno: string } };
    expect(ok.errno).toBe('EAGAIN');
    expect(ok.forked).toBeGreaterThan(100);
    expect(ok.forked).toBeLessThanOrEqual(200);
    await expectNeighbourIsFine();
    await bomb.stop();
    expect(processesMentioning('fork_bomb')).toEqual([]);
  });

  it('gets ENOSPC after 512 MiB in /tmp and ends with the reason', async () => {
    const { stdout, exit } = await bench.run([...PROBE, 'fill', '/tmp']);
    const { ok } = parseOutcome(stdout) as { ok: { bytes: number; errno: string } };
    expect(ok.errno).toBe('ENOSPC');
    expect(ok.bytes).toBeGreaterThanOrEqual(511 * MIB);
    expect(ok.bytes).toBeLessThan(540 * MIB);
    // It wrote four times its memory limit: the disk is not charged as memory.
    expect(exit).toMatchObject({ tmpFull: true, oomKilled: false, exitCode: 0 });
    await expectNeighbourIsFine();
  });

  it('finds /tmp empty with any leftovers of the previous sandbox', async () => {
    await bench.run([...PROBE, 'fill', '/tmp'], { tmpBytes: 16 * MIB });
    for (let round = 0; round < 5; round++)
      expect(await inside(bench, 'listdir', ['/tmp'], { tmpBytes: 16 * MIB })).toEqual({ ok: [] });
  });

  it('is killed with the peak reported when it takes more memory than it has', async () => {
    const command = [NODE, '--max-old-space-size=4096', '/opt/function/code/probe.cjs', 'eatMemory'];
    const { exit } = await bench.run(command, WITH_NODE);
    expect(exit.oomKilled).toBe(true);
    expect(exit.peakMemoryBytes).toBeGreaterThan(120 * MIB);
    expect(exit.peakMemoryBytes).toBeLessThanOrEqual(128 * MIB);
    await expectNeighbourIsFine();
  });

  it('goes as a whole when the kernel kills only its child for memory', async () => {
    const marker = `survivor-${process.pid}`;
    const eater = 'x=aaaaaaaaaaaaaaaa; while :; do x=$x$x; done';
    const parent = `(${eater}); while :; do sleep 1000; done; : ${marker}`;
    const { exit } = await bench.run(['/bin/sh', '-c', parent]);
    expect(exit).toMatchObject({ oomKilled: true, exitCode: null, signal: 'SIGKILL' });
    expect(processesMentioning(marker)).toEqual([]);
  });

  it('cannot fill the shared memory folder beyond its memory', async () => {
    const { exit, stdout } = await bench.run([...PROBE, 'fill', '/dev/shm'], { memoryBytes: 256 * MIB });
    expect(parseOutcome(stdout)).toEqual({ ok: { bytes: 64 * MIB, errno: 'ENOSPC' } });
    expect(exit.exitCode).toBe(0);
  });

  it('has 1024 files and cannot raise the limit', async () => {
    const { ok } = (await inside(bench, 'open_files')) as { ok: { opened: number; errno: string } };
    expect(ok).toEqual({ opened: 1024 - 3, errno: 'EMFILE' });
    expect(outside('raise_files')).toEqual({ ok: null });
    expect(await inside(bench, 'raise_files')).toEqual({ errno: 'EPERM' });
  });

  it.each(['leave', 'stay'])(
    'does not outlive its end with a detached child that ignores signals (first process: %s)',
    async (mode) => {
      const marker = `detached-${mode}-${process.pid}`;
      const sandbox = await bench.start(['/bin/sh', '/opt/function/code/survivor.sh', marker, mode]);
      if (mode === 'stay') {
        await firstOutput(sandbox);
        await expect.poll(() => processesMentioning(marker).length).toBeGreaterThanOrEqual(2);
        await sandbox.stop();
      }
      await sandbox.exited;
      expect(processesMentioning(marker)).toEqual([]);
      await sandbox.stop();
    },
  );

  it('can be stopped while it is frozen', async () => {
    const sandbox = await bench.start(['/bin/sleep', '1000']);
    const [state = ''] = groupsOfSandbox(sandbox.pid)
      .flatMap((group) => [`${group}/freezer.state`, `${group}/cgroup.freeze`])
      .filter((path) => existsSync(path));
    writeFileSync(state, state.endsWith('freezer.state') ? 'FROZEN' : '1');
    expect(await sandbox.stop()).toMatchObject({ exitCode: null, signal: 'SIGKILL' });
  });

  it('leaves nothing after 80 sandboxes', async () => {
    for (let round = 0; round < 10; round++) {
      const batch = await Promise.all(Array.from({ length: 8 }, () => bench.start(['/bin/sleep', '1000'])));
      await Promise.all(batch.map((sandbox) => sandbox.stop()));
    }
    await neighbour.stop();
    expect(bench.leftovers()).toEqual([]);
  });
});

async function firstOutput(sandbox: Sandbox): Promise<string> {
  return new Promise((resolve) => {
    sandbox.onOutput(({ text }) => resolve(text));
  });
}
