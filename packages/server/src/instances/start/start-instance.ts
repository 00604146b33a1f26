import type { InitFrame, LogLevel } from '@funcgraph/runtimes';
import type { SurroundingsChoice } from '../../domain/surroundings.ts';
import { Instance } from '../instance/instance.ts';
import type { StartPhases } from '../instance/instance-types.ts';
import { UsageMeter } from '../instance/usage-meter.ts';
import type { InitResult, LinkLog } from '../runtime-link/index.ts';
import { AGENT_SIGNAL, type Sandbox, SandboxError } from '../sandbox/index.ts';
import { type BootDeps, type BootedRuntime, bootRuntime, type LogSink, PREWARM_TMP_BYTES } from './boot-runtime.ts';
import { type LaunchSpec, type Surroundings, waitingOn } from './launch-spec.ts';
import {
  explainStart,
  InitTooSlow,
  orExitAfterLink,
  RuntimeRefused,
  StartFailed,
  type StartStage,
  wroteReason,
} from './start-errors.ts';
import { StartLog } from './start-log.ts';

/** Time limit for loading the user's code. */
const LOAD_TIMEOUT_MS = 60_000;
/** Loading may take this much longer than the start of an HTTP server, because the runtime's error has more detail. */
const LISTEN_MARGIN_MS = 5_000;

export interface StartDeps extends BootDeps {
  readonly onLog: (instanceId: string, spec: LaunchSpec, log: LinkLog) => void;
  /** Time limit for the server of an HTTP function to listen. */
  readonly httpStartMs: number;
  /** A prewarmed runtime for this launch, if one waits. The caller owns it from then on. */
  readonly takePrewarmed?: (spec: LaunchSpec) => BootedRuntime | undefined;
  /** Resolves the settings of a version on this machine. Throws when its project may not use one of them. */
  readonly surroundings?: (requested: SurroundingsChoice, projectId: string) => Surroundings;
}

/** Sandbox, hello, code, initializer; resolves with a ready instance. Rejects with `StartFailed`. */
export async function startInstance(spec: LaunchSpec, deps: StartDeps, signal: AbortSignal): Promise<Instance> {
  const { clock } = deps;
  const phases = { sandboxMs: 0, bootMs: 0, loadMs: 0, initMs: 0 };
  const progress: { stage: StartStage } = { stage: 'boot' };
  const loadLimitMs = Math.max(LOAD_TIMEOUT_MS, deps.httpStartMs + LISTEN_MARGIN_MS);
  const printed = new StartLog((instanceId, log) => deps.onLog(instanceId, spec, log));
  let sandbox: Sandbox | undefined;
  let meter: UsageMeter | undefined;
  let instance: Instance | undefined;
  try {
    const onSandbox = (started: Sandbox): void => {
      sandbox = started;
    };
    const booted = await runtimeFor(spec, deps, { signal, phases, onSandbox, logTo: printed.add.bind(printed) });
    meter = new UsageMeter(booted.sandbox.usagePaths);
    const { projectId, functionKey } = spec;
    const depths = (): readonly number[] => instance?.depths ?? [];
    booted.doors?.moveIn({ projectId, functionKey, instanceId: booted.id, depths });
    progress.stage = 'load';
    const init = await initialize(booted, spec, deps, { signal, phases, progress, loadLimitMs });
    if (!init.ok) throw new RuntimeRefused(init);
    // Full CPU until here; the first request need not wait for the answer.
    booted.sandbox.share().catch(() => {});
    printed.release();
    const { id, link } = booted;
    const say = (level: LogLevel, text: string): void =>
      deps.onLog(id, spec, { requestId: '', level, time: clock.now(), text });
    const { flushOutput } = booted;
    instance = new Instance({
      id,
      spec,
      sandbox: booted.sandbox,
      flushOutput,
      link,
      meter,
      phases: { ...phases },
      clock,
      say,
      pipeline: init.pipeline,
    });
    return instance;
  } catch (error) {
    const measured = await sandbox?.usage().catch(() => undefined);
    const exit = await sandbox?.stop().catch(() => undefined);
    meter?.close();
    if (signal.aborted && !(error instanceof RuntimeRefused)) {
      printed.release();
      throw signal.reason;
    }
    const reported =
      exit === undefined ? undefined : { ...exit, oomKilled: exit.oomKilled || measured?.oomKilled === true };
    const failure = explainStart(error, { spec, exit: reported, stage: progress.stage, loadLimitMs });
    throw new StartFailed(failure, {
      phases: { ...phases },
      peakMemoryBytes: exit?.peakMemoryBytes ?? null,
      printed,
      isReasonPrinted: wroteReason(error, failure),
      // When the agent dies with the sandbox, the closed link is seen first.
      cause: exit?.signal === AGENT_SIGNAL ? agentLost(error) : error,
    });
  }
}

interface StartOptions {
  readonly signal: AbortSignal;
  readonly phases: { -readonly [K in keyof StartPhases]: number };
}

/** A prewarmed runtime with this version's code attached, or a new one that starts with the code in place. */
async function runtimeFor(
  spec: LaunchSpec,
  deps: StartDeps,
  options: StartOptions & { readonly onSandbox: (sandbox: Sandbox) => void; readonly logTo: LogSink },
): Promise<BootedRuntime> {
  const { phases, onSandbox, logTo } = options;
  const limits = { memoryBytes: spec.memoryMb * 2 ** 20, cpuMillis: spec.context.cpuMillis, binds: spec.codeBinds };
  const surroundings = surroundingsOf(spec, deps);
  const began = deps.clock.monotonic();
  const { network } = surroundings;
  const launch = waitingOn(spec.runtime, network);
  // File systems are mounted, and /tmp gets its size, at the start.
  const fits = surroundings.mounts.length === 0 && spec.tmpBytes === PREWARM_TMP_BYTES;
  const waiting = fits ? deps.takePrewarmed?.({ ...spec, runtime: launch }) : undefined;
  if (waiting !== undefined) {
    waiting.logTo(logTo);
    try {
      waiting.link.wake();
      await waiting.sandbox.assign(launch.network === undefined ? { ...limits, network } : limits);
      onSandbox(waiting.sandbox);
      phases.sandboxMs = deps.clock.monotonic() - began;
      return waiting;
    } catch {
      // It died while it waited, or cannot attach code: a fresh start costs time but does not fail the request.
      await waiting.sandbox.stop().catch(() => {});
    }
  }
  const booted = await bootRuntime(spec.runtime, { ...limits, surroundings, tmpBytes: spec.tmpBytes }, deps, options);
  phases.sandboxMs = booted.sandboxMs;
  phases.bootMs = booted.bootMs;
  return booted;
}

function agentLost(cause: unknown): SandboxError {
  return new SandboxError('AGENT_GONE', 'the sandbox agent was lost during the start', { cause });
}

function surroundingsOf({ surroundings, projectId }: LaunchSpec, deps: StartDeps): Surroundings {
  const alone: Surroundings = { network: { kind: 'none' }, mounts: [] };
  if (surroundings === undefined) return alone;
  try {
    return deps.surroundings?.(surroundings, projectId) ?? alone;
  } catch (cause) {
    throw new SandboxError('START_FAILED', cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** Loading and the initializer have separate limits; `phases` gets their times in every case. */
async function initialize(
  { id, link, sandbox }: BootedRuntime,
  spec: LaunchSpec,
  { clock, httpStartMs, doors }: Pick<StartDeps, 'clock' | 'httpStartMs' | 'doors'>,
  options: StartOptions & { readonly progress: { stage: StartStage }; readonly loadLimitMs: number },
): Promise<InitResult> {
  const { signal, phases, progress, loadLimitMs } = options;
  const began = clock.monotonic();
  let initBegan: number | undefined;
  let cut: (reason: unknown) => void = () => {};
  const ended = new Promise<never>((_, reject) => {
    cut = reject;
  });
  let limit = clock.after(loadLimitMs, () => cut(new InitTooSlow('load')));
  const onAbort = (): void => cut(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  const onInitializing = (): void => {
    limit.cancel();
    progress.stage = 'init';
    initBegan = clock.monotonic();
    limit = clock.after(spec.initializerTimeoutMs, () => cut(new InitTooSlow('init')));
  };
  const frame: InitFrame = {
    type: 'init',
    handler: spec.handler,
    ...(spec.initializer === undefined ? {} : { initializer: spec.initializer }),
    initializerTimeoutMs: spec.initializerTimeoutMs,
    ...(spec.heartbeat === undefined ? {} : { heartbeat: spec.heartbeat }),
    ...(spec.preStop === undefined ? {} : { preStop: spec.preStop.handler }),
    codeRoot: spec.codeRoot,
    concurrency: spec.concurrency,
    env: doors === undefined ? spec.env : { ...spec.env, ...doors.env },
    ...(spec.image === undefined ? { listenMs: httpStartMs } : { image: spec.image }),
    context: { ...spec.context, instanceId: id },
  };
  let saidMs = 0;
  try {
    const init = await Promise.race([orExitAfterLink(link.init(frame, onInitializing), sandbox, clock), ended]);
    if (init.ok) saidMs = init.initMs;
    return init;
  } finally {
    limit.cancel();
    signal.removeEventListener('abort', onAbort);
    divide(clock.monotonic() - began, initBegan === undefined ? saidMs : clock.monotonic() - initBegan, phases);
  }
}

/** Without an `initializing` frame the runtime reports how its time was divided; the sum is measured here. */
function divide(totalMs: number, initMs: number, phases: { -readonly [K in keyof StartPhases]: number }): void {
  phases.initMs = Math.min(Math.max(initMs, 0), totalMs);
  phases.loadMs = totalMs - phases.initMs;
}
