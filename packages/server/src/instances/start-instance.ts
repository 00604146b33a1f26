import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LINK_PATH } from '@funcgraph/agent';
import type { Clock } from '../lib/clock.ts';
import { newInstanceId } from '../lib/ids.ts';
import {
  exitFailure,
  type Failure,
  initTimeoutFailure,
  loadTimeoutFailure,
  runtimeFailure,
  systemFailure,
} from './failure.ts';
import { Instance, type StartPhases } from './instance.ts';
import type { LaunchSpec } from './launch-spec.ts';
import { type InitResult, LinkEnded, type LinkLog, listenForLink, RuntimeLink } from './runtime-link/index.ts';
import { type Sandbox, type SandboxDriver, SandboxError, type SandboxOutput } from './sandbox/index.ts';
import { UsageMeter } from './usage-meter.ts';

/** The interpreter must say hello within this. */
const BOOT_TIMEOUT_MS = 30_000;
/** Loading the user's code must be over within this. */
const LOAD_TIMEOUT_MS = 60_000;

/** A start that did not come to a ready instance. Nothing of it is left. */
export class StartFailed extends Error {
  readonly failure: Failure;
  readonly phases: StartPhases;
  readonly peakMemoryBytes: number | null;

  constructor(failure: Failure, phases: StartPhases, peakMemoryBytes: number | null, cause?: unknown) {
    super(`instance start failed: ${failure.outcome}`, { cause });
    this.name = 'StartFailed';
    this.failure = failure;
    this.phases = phases;
    this.peakMemoryBytes = peakMemoryBytes;
  }
}

export interface StartDeps {
  readonly driver: SandboxDriver;
  /** Folder for link sockets; short, because a socket path has about 100 characters. */
  readonly linkDir: string;
  readonly clock: Clock;
  readonly onLog: (instanceId: string, spec: LaunchSpec, log: LinkLog) => void;
}

class Watch {
  readonly #clock: Clock;
  #last: number;
  readonly phases = { sandboxMs: 0, bootMs: 0, loadMs: 0, initMs: 0 };

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#last = clock.monotonic();
  }

  /** Ms since the lap before. */
  lap(): number {
    const now = this.#clock.monotonic();
    const ms = now - this.#last;
    this.#last = now;
    return ms;
  }
}

/** Sandbox, hello, code, initializer; resolves with an instance that can serve. Throws `StartFailed`. */
export async function startInstance(spec: LaunchSpec, deps: StartDeps, signal: AbortSignal): Promise<Instance> {
  const id = newInstanceId();
  const watch = new Watch(deps.clock);
  const socketPath = join(deps.linkDir, `${id}.sock`);
  await mkdir(deps.linkDir, { recursive: true });
  const listener = await listenForLink(socketPath);
  let sandbox: Sandbox | undefined;
  let link: RuntimeLink | undefined;
  try {
    sandbox = await deps.driver.start(sandboxSpec(id, spec, deps.driver.name, socketPath), signal);
    watch.phases.sandboxMs = watch.lap();
    const socket = await within(deps.clock, BOOT_TIMEOUT_MS, orExit(listener.connection, sandbox));
    link = new RuntimeLink(socket, { now: deps.clock.now, onLog: (log) => deps.onLog(id, spec, log), onEnd: () => {} });
    await within(deps.clock, BOOT_TIMEOUT_MS, orExit(link.hello, sandbox));
    watch.phases.bootMs = watch.lap();
    const meter = new UsageMeter(sandbox.usagePaths);
    const init = await initialize(link, sandbox, spec, id, deps.clock);
    share(init, watch);
    if (!init.ok) throw new RuntimeRefused(init);
    await sandbox.share();
    const instance = new Instance({ id, spec, sandbox, link, meter, phases: { ...watch.phases }, clock: deps.clock });
    forwardOutput(instance.id, spec, sandbox, deps);
    return instance;
  } catch (error) {
    listener.close();
    const measured = await sandbox?.usage().catch(() => undefined);
    if (sandbox !== undefined) forwardOutput(id, spec, sandbox, deps);
    const exit = await sandbox?.stop();
    link?.destroy();
    if (signal.aborted && !(error instanceof RuntimeRefused)) throw signal.reason;
    const failure = explain(
      error,
      spec,
      exit === undefined ? undefined : { ...exit, oomKilled: exit.oomKilled || measured?.oomKilled === true },
    );
    throw new StartFailed(failure, { ...watch.phases }, exit?.peakMemoryBytes ?? null, error);
  } finally {
    await rm(socketPath, { force: true });
  }
}

class RuntimeRefused extends Error {
  readonly result: Extract<InitResult, { ok: false }>;

  constructor(result: Extract<InitResult, { ok: false }>) {
    super(`the runtime could not ${result.phase}`);
    this.result = result;
  }
}

class TooSlow extends Error {}

class InitTooSlow extends Error {}

class Exited extends Error {}

function explain(error: unknown, spec: LaunchSpec, exit: Awaited<ReturnType<Sandbox['stop']>> | undefined): Failure {
  if (exit?.oomKilled) return exitFailure(exit, spec);
  if (error instanceof RuntimeRefused)
    return runtimeFailure(error.result.phase, error.result.code, error.result.payload);
  if (error instanceof InitTooSlow) {
    return spec.initializer === undefined
      ? loadTimeoutFailure(LOAD_TIMEOUT_MS)
      : initTimeoutFailure(spec.initializerTimeoutMs);
  }
  if (error instanceof TooSlow)
    return systemFailure(`the runtime did not start within ${BOOT_TIMEOUT_MS / 1000} seconds`);
  if (error instanceof LinkEnded && error.why === 'violation')
    return systemFailure(`the runtime broke its protocol: ${error.message}`);
  if ((error instanceof LinkEnded || error instanceof Exited) && exit !== undefined) return exitFailure(exit, spec);
  if (error instanceof SandboxError) return systemFailure(`the sandbox could not be started: ${error.message}`);
  return systemFailure('the sandbox could not be started');
}

function sandboxSpec(
  id: string,
  spec: LaunchSpec,
  driver: SandboxDriver['name'],
  socketPath: string,
): Parameters<SandboxDriver['start']>[0] {
  return {
    id,
    command: spec.command,
    env: {
      ...spec.bootEnv, // Only a driver with a file system of its own shows the socket at the fixed path.
      FUNCGRAPH_LINK: driver === 'bubblewrap' ? LINK_PATH : socketPath,
    },
    workingDir: spec.workingDir,
    binds: spec.binds,
    linkSocket: socketPath,
    memoryBytes: spec.memoryMb * 2 ** 20,
    cpuMillis: spec.context.cpuMillis,
    tmpBytes: spec.tmpBytes,
    maxProcesses: 1024,
    maxFiles: 1024,
  };
}

async function initialize(
  link: RuntimeLink,
  sandbox: Sandbox,
  spec: LaunchSpec,
  instanceId: string,
  clock: Clock,
): Promise<InitResult> {
  const asked = link.init({
    type: 'init',
    handler: spec.handler,
    ...(spec.initializer === undefined ? {} : { initializer: spec.initializer }),
    initializerTimeoutMs: spec.initializerTimeoutMs,
    codeRoot: spec.codeRoot,
    env: spec.env,
    context: { ...spec.context, instanceId },
  });
  const limit = LOAD_TIMEOUT_MS + (spec.initializer === undefined ? 0 : spec.initializerTimeoutMs);
  try {
    return await within(clock, limit, orExit(asked, sandbox));
  } catch (error) {
    throw error instanceof TooSlow ? new InitTooSlow(error.message) : error;
  }
}

/** The instance says how its time was divided; the sum is ours. */
function share(init: InitResult, watch: Watch): void {
  const total = watch.lap();
  const initMs = init.ok ? Math.min(Math.max(init.initMs, 0), total) : 0;
  watch.phases.initMs = initMs;
  watch.phases.loadMs = total - initMs;
}

function forwardOutput(id: string, spec: LaunchSpec, sandbox: Sandbox, deps: StartDeps): void {
  sandbox.onOutput((output: SandboxOutput) => {
    const level = output.stream === 'stderr' ? 'ERROR' : 'INFO';
    for (const text of output.text.split('\n')) {
      if (text !== '') deps.onLog(id, spec, { requestId: '', level, time: deps.clock.now(), text });
    }
  });
}

function orExit<T>(promise: Promise<T>, sandbox: Sandbox): Promise<T> {
  return Promise.race([promise, sandbox.exited.then(() => Promise.reject(new Exited('the sandbox ended')))]);
}

function within<T>(clock: Clock, ms: number, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = clock.after(ms, () => reject(new TooSlow(`no answer within ${ms} ms`)));
    promise.then(resolve, reject).finally(() => timer.cancel());
  });
}
