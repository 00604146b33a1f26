import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sandbox, SandboxAssignment, SandboxDriver, SandboxSpec } from './sandbox.ts';

/**
 * Programs for the sandboxes of the suite; a driver without processes imitates them. Keys are stable, values are shell
 * text.
 */
export const PROGRAMS = {
  endWithSeven: 'exit 7',
  endAtOnce: 'exit 0',
  waitForEver: 'while :; do sleep 1000; done',
  ignoreSignals: 'trap "" TERM INT HUP; while :; do sleep 1000; done',
  greet: 'echo hello; echo trouble >&2; sleep 1000',
  flood: 'while :; do echo 0123456789012345678901234567890123456789012345678901234567890123; done',
  killItself: 'kill -SEGV $$',
  exhaustMemory: 'x=aaaaaaaaaaaaaaaa; while :; do x=$x$x; done',
} as const;
export type ProgramName = keyof typeof PROGRAMS;

export interface ConformanceHarness {
  readonly driver: SandboxDriver;
  /** A spec for this driver, with a listening link socket behind it. */
  spec(id: string, program: ProgramName): Promise<SandboxSpec>;
  /** The same without code. */
  codelessSpec(id: string, program: ProgramName): Promise<SandboxSpec>;
  /** The assignment of a version. */
  assignment(): SandboxAssignment;
  /** Names of resources that sandboxes left on this machine: groups, folders, processes. Empty when all are stopped. */
  leftovers(): Promise<readonly string[]>;
  dispose(): Promise<void>;
}

export interface ConformanceFeatures {
  /** Memory is limited and measured. */
  readonly limitsMemory: boolean;
  /** Sandboxes can wait frozen and get their code later. */
  readonly canAssign: boolean;
}

/** One suite for every sandbox driver: the guarantees that the pool relies on. */
export function describeSandboxDriver(
  name: string,
  make: () => Promise<ConformanceHarness>,
  features: ConformanceFeatures,
): void {
  describe(`sandbox driver ${name}`, () => {
    let harness: ConformanceHarness;
    const forever = new AbortController().signal;
    const start = async (program: ProgramName, id: string = randomUUID()): Promise<Sandbox> =>
      harness.driver.start(await harness.spec(id, program), forever);

    beforeAll(async () => {
      harness = await make();
    });
    afterAll(async () => {
      const leftovers = await harness.leftovers();
      await harness.dispose();
      expect(leftovers).toEqual([]);
    });

    it('reports that it is usable', async () => {
      expect(await harness.driver.capabilities()).toMatchObject({ driver: harness.driver.name, usable: true });
    });

    it('reports the exit code of a program that ends by itself', async () => {
      const sandbox = await start('endWithSeven');
      expect(await sandbox.exited).toMatchObject({ exitCode: 7, signal: null, oomKilled: false, tmpFull: false });
      await sandbox.stop();
    });

    it('stops a program that would run for ever, also twice and at the same time', async () => {
      const sandbox = await start('waitForEver');
      const [first, second] = await Promise.all([sandbox.stop(), sandbox.stop()]);
      expect(first).toMatchObject({ exitCode: null, signal: 'SIGKILL' });
      expect(second).toEqual(first);
      expect(await sandbox.stop()).toEqual(first);
      expect(await sandbox.exited).toEqual(first);
    });

    it('stops a program that ignores signals', async () => {
      const sandbox = await start('ignoreSignals');
      expect((await sandbox.stop()).signal).toBe('SIGKILL');
    });

    it('stops a program that has already ended', async () => {
      const sandbox = await start('endAtOnce');
      const exit = await sandbox.exited;
      expect(await sandbox.stop()).toEqual(exit);
    });

    it('reports the signal that killed a program', async () => {
      const sandbox = await start('killItself');
      const { exitCode, signal } = await sandbox.exited;
      expect(exitCode === 139 || signal === 'SIGSEGV').toBe(true);
      await sandbox.stop();
    });

    it('hands over raw output of both streams', async () => {
      const sandbox = await start('greet');
      const seen = { stdout: '', stderr: '' };
      await new Promise<void>((resolve) => {
        sandbox.onOutput(({ stream, text }) => {
          seen[stream] += text;
          if (seen.stdout !== '' && seen.stderr !== '') resolve();
        });
      });
      expect(seen).toEqual({ stdout: 'hello\n', stderr: 'trouble\n' });
      await sandbox.stop();
    });

    it('is not drowned by a program that floods its output', async () => {
      const sandbox = await start('flood');
      let length = 0;
      const other = await start('endWithSeven');
      sandbox.onOutput(({ text }) => {
        length += text.length;
      });
      expect((await other.exited).exitCode).toBe(7);
      await sandbox.stop();
      await other.stop();
      expect(length).toBeGreaterThan(0);
      expect(length).toBeLessThan(2 * 1024 * 1024);
    });

    it('answers usage and share while the sandbox lives', async () => {
      const sandbox = await start('waitForEver');
      await sandbox.share();
      const usage = await sandbox.usage();
      expect(usage).toMatchObject({ oomKilled: false, tmpFull: false });
      if (features.limitsMemory) expect(usage.peakMemoryBytes).toBeGreaterThan(0);
      await sandbox.stop();
    });

    it('refuses an id that is in use and frees it after the stop', async () => {
      const id = randomUUID();
      const sandbox = await start('waitForEver', id);
      await expect(start('waitForEver', id)).rejects.toMatchObject({ code: 'SANDBOX_EXISTS' });
      await sandbox.stop();
      await (await start('endAtOnce', id)).stop();
    });

    it('rejects an aborted start with the reason and leaves no sandbox', async () => {
      const abort = new AbortController();
      const spec = await harness.spec(randomUUID(), 'waitForEver');
      const starting = harness.driver.start(spec, abort.signal);
      const reason = new Error('no longer needed');
      abort.abort(reason);
      await expect(starting).rejects.toBe(reason);
      expect(await harness.leftovers()).toEqual([]);
    });

    it('leaves no resources behind after many starts at once', async () => {
      const sandboxes = await Promise.all(Array.from({ length: 8 }, () => start('waitForEver')));
      expect(new Set(sandboxes.map(({ id }) => id)).size).toBe(8);
      await Promise.all(sandboxes.map((sandbox) => sandbox.stop()));
      expect(await harness.leftovers()).toEqual([]);
    });

    const startCodeless = async (program: ProgramName = 'waitForEver'): Promise<Sandbox> =>
      harness.driver.start(await harness.codelessSpec(randomUUID(), program), forever);

    it('reports whether sandboxes can be assigned', async () => {
      expect(await harness.driver.capabilities()).toMatchObject({ canAssign: features.canAssign });
    });

    it.runIf(!features.canAssign)('refuses an assignment clearly and keeps the sandbox', async () => {
      const sandbox = await startCodeless();
      await expect(sandbox.assign(harness.assignment())).rejects.toMatchObject({ code: 'NOT_SUPPORTED' });
      await sandbox.usage();
      expect(await sandbox.stop()).toMatchObject({ signal: 'SIGKILL' });
    });

    describe.runIf(features.canAssign)('with sandboxes that wait', () => {
      it('assigns a frozen sandbox, and a sandbox that was never frozen', async () => {
        for (const freeze of [true, false]) {
          const sandbox = await startCodeless();
          if (freeze) await sandbox.freeze();
          await sandbox.assign(harness.assignment());
          await sandbox.share();
          expect(await sandbox.stop()).toMatchObject({ signal: 'SIGKILL', oomKilled: false });
        }
      });

      it('assigns once only, also when asked twice at the same time', async () => {
        const sandbox = await startCodeless();
        const twice = [sandbox.assign(harness.assignment()), sandbox.assign(harness.assignment())];
        const outcomes = (await Promise.allSettled(twice)).map(({ status }) => status);
        expect(outcomes.sort()).toEqual(['fulfilled', 'rejected']);
        await expect(sandbox.assign(harness.assignment())).rejects.toMatchObject({ code: 'ALREADY_ASSIGNED' });
        await sandbox.usage();
        await sandbox.stop();
      });

      it('stops a frozen sandbox, also when its program ignores signals', async () => {
        for (const program of ['waitForEver', 'ignoreSignals'] as const) {
          const sandbox = await startCodeless(program);
          await sandbox.freeze();
          expect(await sandbox.stop()).toMatchObject({ exitCode: null, signal: 'SIGKILL' });
        }
      });

      it('freezes and thaws as often as one likes', async () => {
        const sandbox = await startCodeless();
        for (let round = 0; round < 5; round++) {
          await sandbox.freeze();
          await sandbox.freeze();
          await sandbox.thaw();
          await sandbox.thaw();
        }
        await sandbox.stop();
      });

      it('refuses to freeze, thaw or assign after the stop', async () => {
        const sandbox = await startCodeless();
        await sandbox.stop();
        const gone = { code: 'SANDBOX_GONE' };
        await expect(sandbox.freeze()).rejects.toMatchObject(gone);
        await expect(sandbox.thaw()).rejects.toMatchObject(gone);
        await expect(sandbox.assign(harness.assignment())).rejects.toMatchObject(gone);
      });

      it('leaves no resources when it is stopped during an assignment', async () => {
        for (let round = 0; round < 10; round++) {
          const sandbox = await startCodeless();
          await sandbox.freeze();
          const assigning = sandbox.assign(harness.assignment()).catch(() => {});
          expect(await sandbox.stop()).toMatchObject({ signal: 'SIGKILL' });
          await assigning;
        }
        expect(await harness.leftovers()).toEqual([]);
      });
    });

    it.runIf(features.limitsMemory)('kills the whole sandbox when its memory is used up and reports it', async () => {
      const sandbox = await start('exhaustMemory');
      const exit = await sandbox.exited;
      expect(exit.oomKilled).toBe(true);
      expect(exit.peakMemoryBytes).toBeGreaterThan(60 * 1024 * 1024);
      await sandbox.stop();
    });
  });
}
