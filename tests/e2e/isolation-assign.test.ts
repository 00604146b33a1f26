import { chmodSync, existsSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AGENT_SIGNAL } from '../../packages/server/src/instances/sandbox/index.ts';
import { outside } from './isolation/probing.ts';
import { groupsOfSandbox, MIB, processesMentioning, SandboxBench } from './isolation/sandbox-bench.ts';
import {
  assigned,
  assignment,
  CODE,
  frozenProbe,
  makeCode,
  mountsOf,
  outputOf,
  probeCommand,
  startWaiting,
  waiting,
} from './isolation/waiting.ts';

const isRoot = process.getuid?.() === 0;
const PATIENCE = { timeout: 120_000, interval: 5 };
const FLAGS = ['nodev', 'nosuid', 'ro'];

describe.runIf(isRoot).each(['helper', 'mounts'] as const)('a sandbox that was given code by %s', (attach) => {
  let bench: SandboxBench;
  let code: string;

  beforeAll(async () => {
    bench = await SandboxBench.open({ attach });
    code = makeCode(bench, 'code');
  });
  afterAll(async () => {
    const leftovers = bench.leftovers();
    await bench.dispose();
    expect(leftovers).toEqual([]);
  });

  describe('what it sees', () => {
    it('is an empty, closed folder before', async () => {
      expect(await waiting(bench, 'listdir', [CODE])).toEqual({ ok: [] });
      for (const folder of [CODE, '/opt/function', '/opt']) {
        expect(await waiting(bench, 'write', [`${folder}/intruder`])).toEqual({ errno: 'EROFS' });
      }
    });

    it('is exactly its code after, and cannot be written', async () => {
      expect(await assigned(bench, code, 'listdir', [CODE])).toEqual({ ok: ['handler'] });
      expect(await assigned(bench, code, 'text_of', [`${CODE}/handler`])).toEqual({ ok: 'code' });
      for (const path of [`${CODE}/handler`, `${CODE}/intruder`, '/opt/function/intruder']) {
        expect(await assigned(bench, code, 'write', [path])).toEqual({ errno: 'EROFS' });
      }
      expect(outside('write', [join(code, 'handler')])).toEqual({ ok: null });
      expect(readFileSync(join(code, 'handler'), 'utf8')).toBe('code');
    });

    it('is mounted without devices and set-user-id programs', async () => {
      const before = attach === 'helper' ? [] : [FLAGS];
      expect(await waiting(bench, 'mount_flags', [CODE])).toEqual({ ok: before });
      expect(await assigned(bench, code, 'mount_flags', [CODE])).toEqual({ ok: [...before, FLAGS] });
    });

    it('is its own code only, also when two are assigned at the same time', async () => {
      const names = ['one', 'two', 'three', 'four'];
      const seen = await Promise.all(
        names.map((name) => assigned(bench, makeCode(bench, name), 'text_of', [`${CODE}/handler`])),
      );
      expect(seen).toEqual(names.map((name) => ({ ok: name })));
      for (const name of names) {
        expect(await assigned(bench, code, 'read', [join(bench.folder, name, 'handler')])).toEqual({ errno: 'ENOENT' });
      }
    });

    it('may be code behind a folder that the sandbox user cannot enter', async () => {
      const closed = bench.makeFolder('closed');
      const inner = makeCode(bench, 'closed/inner');
      chmodSync(closed, 0o700);
      expect(await assigned(bench, inner, 'listdir', [CODE])).toEqual({ ok: ['handler'] });
    });

    it('gets a clear error when no sandbox could read the code', async () => {
      const unreadable = makeCode(bench, 'unreadable');
      chmodSync(unreadable, 0o700);
      const sandbox = await startWaiting(bench, ['/bin/sleep', '1000']);
      await expect(sandbox.assign(assignment(unreadable))).rejects.toMatchObject({ code: 'BIND_UNREACHABLE' });
      expect(await sandbox.exited).toMatchObject({ signal: 'SIGKILL' });
      await sandbox.stop();
    });
  });

  describe('attacks on the code', () => {
    // The same call works outside, where the folder may be written.
    const scratch = (name: string) => bench.makeFolder(`scratch-${name}`);

    it.each(['replace', 'remove'])('cannot %s the folder before the code comes', async (name) => {
      expect(outside(name, [scratch(name)])).toEqual({ ok: null });
      const outcome = await waiting(bench, name, [CODE]);
      expect(['EROFS', 'EBUSY']).toContain((outcome as { errno: string }).errno);
    });

    it('cannot put a symbolic link beside or in place of the folder', async () => {
      expect(outside('link', [join(scratch('link'), 'x')])).toEqual({ ok: null });
      expect(await waiting(bench, 'link', ['/opt/function/x'])).toEqual({ errno: 'EROFS' });
      expect(await waiting(bench, 'rename', [CODE, '/opt/function/old'])).toEqual({ errno: 'EROFS' });
      expect(await waiting(bench, 'rename', ['/opt/function', '/opt/old'])).toEqual({ errno: 'EROFS' });
    });

    it.each(['mount', 'unmount', 'remount', 'move_mount_away'])('cannot %s at the code', async (name) => {
      expect(await assigned(bench, code, name, [CODE])).toEqual({ errno: 'EPERM' });
      expect(await waiting(bench, name, [CODE])).toEqual({ errno: 'EPERM' });
    });

    it.each(['replace', 'remove'])('cannot %s the code', async (name) => {
      const outcome = await assigned(bench, code, name, [CODE]);
      expect(['EROFS', 'EBUSY']).toContain((outcome as { errno: string }).errno);
    });

    it('does not follow a symbolic link inside the code when a second folder is attached there', async () => {
      const tricky = makeCode(bench, 'tricky');
      symlinkSync('/tmp', join(tricky, 'lib'));
      const sandbox = await frozenProbe(bench, 'listdir', ['/tmp']);
      const said = outputOf(sandbox);
      const binds = [...assignment(tricky).binds, { source: code, target: `${CODE}/lib` }];
      const assigning = sandbox.assign({ ...assignment(tricky), binds });
      await expect(assigning).rejects.toMatchObject({ code: 'ATTACH_FAILED' });
      expect(await sandbox.exited).toMatchObject({ signal: 'SIGKILL' });
      await sandbox.stop();
      expect(said.text).toBe('');
    });

    it('cannot be made to attach outside of the function folder, or at a place that is not there', async () => {
      for (const target of ['/usr/bin', '/opt/function', '/opt/function/../../etc', '/opt/functions/code']) {
        const sandbox = await startWaiting(bench, ['/bin/sleep', '1000']);
        const binds = [{ source: code, target }];
        await expect(sandbox.assign({ ...assignment(code), binds })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
        await sandbox.stop();
      }
      const sandbox = await startWaiting(bench, ['/bin/sleep', '1000']);
      const binds = [{ source: code, target: '/opt/function/nowhere' }];
      await expect(sandbox.assign({ ...assignment(code), binds })).rejects.toMatchObject({ code: 'ATTACH_FAILED' });
      await sandbox.stop();
    });

    it('takes no code twice and none beside the code it was started with', async () => {
      const withCode = await bench.start(['/bin/sleep', '1000']);
      await expect(withCode.assign(assignment(code))).rejects.toMatchObject({ code: 'NOT_SUPPORTED' });
      await withCode.stop();
      const sandbox = await startWaiting(bench, ['/bin/sleep', '1000']);
      await sandbox.assign(assignment(code));
      const again = sandbox.assign(assignment(makeCode(bench, 'other')));
      await expect(again).rejects.toMatchObject({ code: 'ALREADY_ASSIGNED' });
      const attached = mountsOf(sandbox.pid).filter((line) => line.includes(bench.folder));
      expect(attached.join('\n')).not.toContain('other');
      await sandbox.stop();
    });
  });

  describe('while it is frozen', () => {
    const busy = ['/bin/sh', '-c', 'echo up; while :; do :; done'];

    it('uses no CPU, and uses it again after the thaw', async () => {
      const sandbox = await startWaiting(bench, busy);
      const { cpuTime = '' } = sandbox.usagePaths;
      const used = () => readFileSync(cpuTime, 'utf8');
      await sandbox.freeze();
      const before = used();
      await bench.run(['/usr/bin/python3', '-c', 'sum(range(3000000))'], { binds: [] });
      expect(used()).toBe(before);
      await sandbox.thaw();
      await expect.poll(used, PATIENCE).not.toBe(before);
      await sandbox.stop();
    });

    it('runs nothing before it is assigned', async () => {
      const ticks = 'while :; do echo tick; done';
      const sandbox = await startWaiting(bench, ['/bin/sh', '-c', ticks]);
      await sandbox.freeze();
      const said = outputOf(sandbox);
      // Earlier output may still be in the pipe.
      await bench.run(['/bin/true'], { binds: [] });
      const { length } = said.text;
      await bench.run(['/usr/bin/python3', '-c', 'sum(range(3000000))'], { binds: [] });
      expect(said.text.length).toBe(length);
      await sandbox.stop();
    });

    it('freezes a program whose parent waits for its start, however often', async () => {
      for (let round = 0; round < 30; round++) {
        const sandbox = await startWaiting(bench, ['/bin/sh', '-c', 'while :; do /bin/true; done']);
        await sandbox.freeze();
        await sandbox.stop();
      }
    });
  });

  describe('limits', () => {
    it.each([64, 192])('kills it at %i MiB although it was started with 4 GiB', async (size) => {
      const sandbox = await frozenProbe(bench, 'eat', [1024 * MIB]);
      await sandbox.assign({ ...assignment(code), memoryBytes: size * MIB });
      const exit = await sandbox.exited;
      expect(exit.oomKilled).toBe(true);
      expect(exit.peakMemoryBytes).toBeGreaterThan((size - 8) * MIB);
      expect(exit.peakMemoryBytes).toBeLessThanOrEqual(size * MIB);
      await sandbox.stop();
    });

    it('lets it take more than it was started with when the version may', async () => {
      const sandbox = await startWaiting(bench, probeCommand('when_code', ['eat', 128 * MIB]), {
        memoryBytes: 64 * MIB,
      });
      const said = outputOf(sandbox);
      await sandbox.assign({ ...assignment(code), memoryBytes: 256 * MIB });
      expect(await sandbox.exited).toMatchObject({ exitCode: 0, oomKilled: false });
      expect(said.text).toBe('{"ok": 128}\n');
      await sandbox.stop();
    });

    it('counts the peak from the assignment on', async () => {
      const script = [
        'import os, time',
        'x = b"x" * (200 << 20)',
        'del x',
        'print("done", flush=True)',
        `while not os.listdir('${CODE}'): time.sleep(0.001)`,
      ].join('\n');
      const sandbox = await startWaiting(bench, ['/usr/bin/python3', '-c', script]);
      const said = outputOf(sandbox);
      await expect.poll(() => said.text, PATIENCE).toBe('done\n');
      expect((await sandbox.usage()).peakMemoryBytes).toBeGreaterThan(200 * MIB);
      await sandbox.freeze();
      await sandbox.assign(assignment(code));
      expect(await sandbox.exited).toMatchObject({ exitCode: 0, oomKilled: false });
      expect((await sandbox.stop()).peakMemoryBytes).toBeLessThan(100 * MIB);
    });

    it('shares the processor by the weight of the version', async () => {
      const sandbox = await startWaiting(bench, ['/bin/sleep', '1000'], { cpuMillis: 1000 });
      await sandbox.assign({ ...assignment(code), cpuMillis: 500 });
      expect(weightOf(sandbox.pid)).toBe('10240\n');
      await sandbox.share();
      expect(weightOf(sandbox.pid)).toBe('512\n');
      await sandbox.stop();
    });
  });

  describe('whatever dies', () => {
    it('leaves no mount, group, process or descriptor after 100 assignments', async () => {
      const { pid: agent } = await bench.agent.ensureAgent();
      const cycle = async () => {
        const sandbox = await startWaiting(bench, ['/bin/sleep', '1000']);
        await sandbox.freeze();
        await sandbox.assign({ ...assignment(code), network: { kind: hasNetworks ? 'egress' : 'none' } });
        await sandbox.stop();
      };
      const { networks: hasNetworks } = await bench.agent.driver('bubblewrap').capabilities();
      await cycle();
      const helper = attach === 'helper' ? helperOf(agent) : process.pid;
      const before = descriptorsOf(agent);
      const ofHelper = descriptorsOf(helper);
      const mounts = new Set(mountsOf(agent));
      const lines = Array.from({ length: 5 }, async () => {
        for (let round = 0; round < 20; round++) await cycle();
      });
      await Promise.all(lines);
      expect(bench.leftovers()).toEqual([]);
      // other programs of the machine mount and unmount at the same time
      const isNew = (mount: string) => !mounts.has(mount) && isOurs(mount, bench.folder);
      expect(mountsOf(agent).filter(isNew)).toEqual([]);
      expect(mountsOf(process.pid).filter((line) => line.includes(bench.folder))).toEqual([]);
      if (attach === 'helper') expect([helperOf(agent), descriptorsOf(helper)]).toEqual([helper, ofHelper]);
      // The agent keeps pipes and volumes for the next sandboxes.
      expect(descriptorsOf(agent)).toBeLessThan(before + 40);
    });

    it.runIf(attach === 'helper')(
      'a helper that was killed is replaced at the next assignment, without a zombie',
      async () => {
        const { pid: agent } = await bench.agent.ensureAgent();
        const first = helperOf(agent);
        process.kill(first, 'SIGKILL');
        await expect.poll(() => existsSync(`/proc/${first}`), PATIENCE).toBe(false);
        expect(await assigned(bench, code, 'listdir', [CODE])).toEqual({ ok: ['handler'] });
        expect(helperOf(agent)).not.toBe(first);
      },
    );

    it.runIf(attach === 'helper')('a helper that hangs is killed, with the sandbox that waits for it', async () => {
      const { pid: agent } = await bench.agent.ensureAgent();
      const hung = helperOf(agent);
      process.kill(hung, 'SIGSTOP');
      const sandbox = await startWaiting(bench, ['/bin/sleep', '1000']);
      await expect(sandbox.assign(assignment(code))).rejects.toMatchObject({ code: 'ATTACH_FAILED' });
      expect(await sandbox.exited).toMatchObject({ signal: 'SIGKILL' });
      await sandbox.stop();
      expect(existsSync(`/proc/${hung}`)).toBe(false);
      expect(await assigned(bench, code, 'listdir', [CODE])).toEqual({ ok: ['handler'] });
    });

    it('an agent that was killed leaves frozen sandboxes to the next one, which removes them', async () => {
      const other = await SandboxBench.open({ attach });
      const marker = `frozen-${process.pid}`;
      const { pid } = await other.agent.ensureAgent();
      const helper = attach === 'helper' ? helperOf(pid) : pid;
      const sandbox = await startWaiting(other, ['/bin/sh', '-c', `while :; do sleep 1000; done; : ${marker}`]);
      await sandbox.freeze();
      process.kill(pid, 'SIGKILL');
      expect(await sandbox.exited).toMatchObject({ signal: AGENT_SIGNAL });
      await expect.poll(() => existsSync(`/proc/${helper}`), PATIENCE).toBe(false);
      expect((await other.agent.ensureAgent()).swept).toBeGreaterThan(0);
      expect(processesMentioning(marker)).toEqual([]);
      await other.dispose();
    });
  });
});

/** In our folder or outside of those of tests; the agent makes volumes for the next sandboxes whenever it likes. */
function isOurs(mount: string, folder: string): boolean {
  const place = mount.split(' ')[4] ?? '';
  return !place.includes('/volumes/') && (place.startsWith(folder) || !place.startsWith(tmpdir()));
}

function weightOf(pid: number): string {
  const file = groupsOfSandbox(pid)
    .map((group) => `${group}/cpu.shares`)
    .find((path) => existsSync(path));
  return file === undefined ? '' : readFileSync(file, 'utf8');
}

function helperOf(agent: number): number {
  const found = readdirSync('/proc').find((name) => /^\d+$/.test(name) && isHelper(name, agent));
  return Number(found ?? 0);
}

function isHelper(pid: string, parent: number): boolean {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return status.startsWith('Name:\tattach\n') && status.includes(`\nPPid:\t${parent}\n`);
  } catch {
    return false;
  }
}

function descriptorsOf(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}
