import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitingArguments } from '../../packages/agent/src/drivers/bubblewrap/arguments.ts';
import { prepareHostFiles } from '../../packages/agent/src/drivers/bubblewrap/host-files.ts';
import { planText } from '../../packages/agent/src/drivers/sandbox-maker.ts';
import { groupsOfSandbox, MIB, SandboxBench } from './isolation/sandbox-bench.ts';

const isRoot = process.getuid?.() === 0;
const PROGRAM = fileURLToPath(new URL('../../packages/agent/native/build/launch', import.meta.url));
const NOBODY = 65_534;
const PATIENCE = { timeout: 120_000, interval: 20 };

describe.runIf(isRoot)('sandboxes that wait for a function', () => {
  let bench: SandboxBench;

  beforeAll(async () => {
    bench = await SandboxBench.open();
  });
  afterAll(() => bench.dispose());

  it('are two, each of a monitor and an init', async () => {
    await bench.run(['/bin/true']);
    await expect.poll(() => new Set(bench.waiting()).size, PATIENCE).toBe(4);
  });

  it('get the memory of their function', async () => {
    const sandbox = await bench.startWaiting(['/bin/sleep', '1000'], { memoryBytes: 96 * MIB });
    const limits = groupsOfSandbox(sandbox.pid)
      .flatMap((group) => [`${group}/memory.limit_in_bytes`, `${group}/memory.max`])
      .map((file) => readOrNothing(file).trim());
    expect(limits).toContain(String(96 * MIB));
    await sandbox.stop();
  });

  it('show nothing that another function wrote', async () => {
    const script = 'id -u; cat /proc/self/uid_map; ls -A /tmp /dev/shm; touch /tmp/a /dev/shm/b /tmp/c';
    const first = await bench.runWaiting(['/bin/sh', '-c', script]);
    const second = await bench.runWaiting(['/bin/sh', '-c', script]);
    for (const { stdout } of [first, second]) expect(stdout).toMatch(/\/dev\/shm:\n\n\/tmp:\n$/);
  });

  it('are replaced when they die', async () => {
    // none is being made, of which only a part would be killed
    await expect.poll(() => new Set(bench.waiting()).size, PATIENCE).toBe(4);
    const dead = bench.waiting();
    for (const pid of new Set(dead)) kill(pid);
    expect((await bench.run(['/bin/true'])).exit.exitCode).toBe(0);
    const sandbox = await bench.startWaiting(['/bin/sleep', '1000']);
    expect(dead).not.toContain(sandbox.pid);
    await sandbox.stop();
  });

  it('are replaced when they die after they were given away, before their program began', async () => {
    await bench.run(['/bin/true']);
    await expect.poll(() => new Set(bench.waiting()).size, PATIENCE).toBe(4);
    const dead = [...new Set(bench.waiting())];
    for (const pid of dead) process.kill(pid, 'SIGSTOP');
    const running = bench.run(['/bin/sh', '-c', 'echo ran']);
    const isGivenAway = () =>
      dead.some((pid) => readOrNothing(`/proc/${pid}/mountinfo`).includes(' /opt/function/code '));
    await expect.poll(isGivenAway, PATIENCE).toBe(true);
    for (const pid of dead) kill(pid);
    const { exit, stdout } = await running;
    expect([exit.exitCode, stdout]).toEqual([0, 'ran\n']);
  });

  it('are not given to a start whose sources are refused, which is told why', async () => {
    await bench.run(['/bin/true']);
    const refused = bench.start(['/bin/true'], { binds: [{ source: '/root', target: '/opt/function/code' }] });
    await expect(refused).rejects.toMatchObject({ code: 'SOURCE_REFUSED' });
    expect((await bench.run(['/bin/true'])).exit.exitCode).toBe(0);
    expect(bench.leftovers()).toEqual([]);
  });

  it('serve no start with other limits or another /tmp', async () => {
    for (const changes of [{ tmpBytes: 64 * MIB }, { maxFiles: 512 }, { maxProcesses: 100 }]) {
      await expect.poll(() => new Set(bench.waiting()).size, PATIENCE).toBe(4);
      const waiting = bench.waiting();
      const sandbox = await bench.start(['/bin/sleep', '1000'], changes);
      expect(waiting).not.toContain(sandbox.pid);
      await sandbox.stop();
    }
  });

  it('end with the agent', async () => {
    const other = await SandboxBench.open();
    await other.run(['/bin/true']);
    await expect.poll(() => new Set(other.waiting()).size, PATIENCE).toBe(4);
    const waiting = other.waiting();
    await other.dispose();
    for (const pid of waiting) expect(readOrNothing(`/proc/${pid}/cmdline`)).not.toContain('launch');
  });
});

describe.runIf(isRoot)('the second part of a plan', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'funcgraph-waiting-'));
    chmodSync(folder, 0o755);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const occupy = async (...second: readonly string[]) => {
    const host = prepareHostFiles(join(folder, 'etc'));
    const first = waitingArguments({ host, tmpFolder: undefined, tmpBytes: MIB, hasFilter: false });
    const args = ['wait', '64', '0', String(NOBODY), String(NOBODY), '--', '3', '5'];
    const child = spawn(PROGRAM, args, { stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe'] });
    const exited = once(child, 'close');
    const said = { out: '', error: '' };
    child.stdout?.on('data', (chunk: Buffer) => {
      said.out += chunk.toString();
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      said.error += chunk.toString();
    });
    const [, , , channel, status, started] = child.stdio as unknown as readonly Duplex[];
    for (const pipe of [status, started]) pipe?.resume();
    channel?.write(planText([...first, '']));
    await once(channel as Duplex, 'data');
    channel?.end(planText(second));
    const [code] = await exited;
    return { code, ...said };
  };
  const closed = ['--remount-ro', '/', '--chdir', '/'];

  it('runs its command', async () => {
    const made = await occupy('--setenv', 'A', 'b c', ...closed, '--', '/bin/sh', '-c', 'echo $A');
    expect(made).toEqual({ code: 0, out: 'b c\n', error: '' });
  });

  it.each([
    ['the files of the host', ['--ro-bind', '/root', '/opt', ...closed, '--', '/bin/true']],
    ['files to write', ['--bind', '/root', '/opt', ...closed, '--', '/bin/true']],
    ['a descriptor', ['--ro-bind-fd', '3', '/opt', ...closed, '--', '/bin/true']],
    ['another user', ['--uid', '1', ...closed, '--', '/bin/true']],
    ['a second /proc', ['--proc', '/proc', ...closed, '--', '/bin/true']],
    ['memory', ['--perms', '0755', '--size', '4096', '--tmpfs', '/opt', ...closed, '--', '/bin/true']],
    ['no folder', ['--', '/bin/true']],
    ['no command', [...closed, '--']],
    ['no end', closed],
    ['nothing', []],
  ])('cannot ask for %s', async (_, second) => {
    expect(await occupy(...second)).toMatchObject({
      code: 125,
      out: '',
      error: expect.stringMatching(/^cannot launch/),
    });
  });
});

function readOrNothing(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // The init ends with its monitor.
  }
}
