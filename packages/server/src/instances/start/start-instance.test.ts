import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Clock } from '../../lib/clock.ts';
import { ManualClock } from '../../lib/manual-clock.ts';
import { UsageMeter } from '../instance/usage-meter.ts';
import { LinkLimits } from '../runtime-link/index.ts';
import { type FakeFunction, type FakePeer, FakeSandboxDriver } from '../sandbox/fake/index.ts';
import { testSpec } from '../testing.ts';
import { type BootedRuntime, bootAndFreeze } from './boot-runtime.ts';
import type { LaunchSpec } from './launch-spec.ts';
import { StartFailed } from './start-errors.ts';
import { type StartDeps, startInstance } from './start-instance.ts';

let dir: string;
let lines: string[];
let unusable: string[];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fgs-'));
  lines = [];
  unusable = [];
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** Some code passes its methods without their object. */
function boundClock(): Clock {
  const clock = new ManualClock();
  return {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    after: (ms, run) => clock.after(ms, run),
    afterReads: (ms, run) => clock.afterReads(ms, run),
  };
}

type TakePrewarmed = StartDeps['takePrewarmed'];

async function start(
  onInit: FakeFunction['onInit'],
  more: Partial<LaunchSpec> = {},
  prewarmed?: (waiting: BootedRuntime) => void,
) {
  const driver = new FakeSandboxDriver({ handler: (event) => event, ...(onInit === undefined ? {} : { onInit }) });
  const onLog = (_id: string, _spec: LaunchSpec, log: { requestId: string; text: string }): void => {
    lines.push(`[${log.requestId}] ${log.text}`);
  };
  const deps = { driver, linkDir: dir, linkLimits: new LinkLimits(), clock: boundClock(), onLog, httpStartMs: 10_000 };
  const spec = testSpec(more);
  if (prewarmed === undefined) return startInstance(spec, deps, new AbortController().signal);
  const waiting = await bootAndFreeze(spec.runtime, deps);
  prewarmed(waiting);
  const takePrewarmed: TakePrewarmed = () => waiting;
  const onUnusable = (error: unknown): void => void unusable.push(String(error));
  return startInstance(spec, { ...deps, takePrewarmed, onUnusable }, new AbortController().signal);
}

async function failedStart(
  act: (peer: FakePeer) => void,
  more?: Partial<LaunchSpec>,
): Promise<{ error: StartFailed; outcome: string; message: string }> {
  const onInit = (_: unknown, peer: FakePeer): boolean => {
    act(peer);
    return false;
  };
  const error = await start(onInit, more).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof StartFailed)) throw new Error('the start did not fail');
  const { outcome, payload } = error.failure;
  return { error, outcome, message: JSON.parse(payload.toString()).errorMessage };
}

it.each<[string, (peer: FakePeer) => void, string]>([
  ['exits', (peer) => peer.exit(3), 'exited with code 3'],
  ['is killed', (peer) => peer.crash('SIGSEGV'), 'was killed by SIGSEGV'],
])('a process that %s while its code is loaded is a load failure', async (_name, act, how) => {
  const { outcome, message, error } = await failedStart(act);
  expect([outcome, error.failure.code]).toEqual(['load_failed', 4001]);
  expect(message).toBe(`function entry exception, error: the function process ${how} while its code was loaded`);
});

it('a start that fails leaves no counter of the kernel open', async () => {
  const close = vi.spyOn(UsageMeter.prototype, 'close');
  await failedStart((peer) => peer.exit(3));
  expect(close).toHaveBeenCalledTimes(1);
  close.mockRestore();
});

it('a process that exits while the initializer runs is a failure of the initializer', async () => {
  const exitInInit = (peer: FakePeer): void => {
    peer.send({ type: 'initializing' });
    setImmediate(() => peer.exit(0));
  };
  const { outcome, message, error } = await failedStart(exitInInit, { initializer: 'index.init' });
  expect([outcome, error.failure.code]).toEqual(['init_failed', 4009]);
  expect(message).toBe(
    'function initialization exception, error: the function process exited with code 0 while the initializer ran',
  );
});

it('memory counts for more than the phase', async () => {
  expect((await failedStart((peer) => peer.exhaustMemory(2 ** 27))).outcome).toBe('memory_exceeded');
});

it('the output of a failed start waits for its request', async () => {
  const { error } = await failedStart((peer) => {
    peer.log('', 'about to fail');
    peer.send({ type: 'failed', phase: 'load', code: 4001 }, '{"errorMessage":"no"}');
  });
  expect([lines, error.isReasonPrinted]).toEqual([[], true]);
  error.printed.release('r-1');
  expect(lines).toEqual(['[r-1] about to fail']);
});

it('the output of a successful start belongs to no request', async () => {
  const instance = await start((_, peer) => {
    peer.log('', 'prepared');
    return true;
  });
  expect(lines).toEqual(['[] prepared']);
  await instance.stop();
});

it('the runtime gets the time limit of an HTTP server', async () => {
  let seen: unknown;
  const instance = await start((init) => {
    seen = init.listenMs;
    return true;
  });
  expect(seen).toBe(10_000);
  await instance.stop();
});

it('a prewarmed runtime has its init when it gets its code, so that it loads as soon as it runs', async () => {
  let isSent = false;
  const instance = await start(undefined, {}, ({ sandbox, link }) => {
    const init = vi.spyOn(link, 'init');
    const assign = sandbox.assign.bind(sandbox);
    sandbox.assign = async (assignment) => {
      await Promise.resolve();
      isSent = init.mock.calls.length === 1;
      await assign(assignment);
    };
  });
  expect(isSent).toBe(true);
  await instance.stop();
});

it('another runtime is started when code cannot be attached to the one that waits', async () => {
  let id = '';
  const close = vi.spyOn(UsageMeter.prototype, 'close');
  const instance = await start(undefined, {}, (waiting) => {
    id = waiting.id;
    waiting.sandbox.assign = () => Promise.reject(new Error('no room for a mount'));
  });
  expect(instance.id).not.toBe(id);
  expect(unusable).toEqual(['Error: no room for a mount']);
  expect(close).toHaveBeenCalledTimes(1);
  close.mockRestore();
  await instance.stop();
});
