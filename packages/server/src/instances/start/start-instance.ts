import type { LogLevel } from '@funcgraph/runtimes';
import type { SurroundingsChoice } from '../../domain/surroundings.ts';
import { Instance } from '../instance/instance.ts';
import type { StartPhases } from '../instance/instance-types.ts';
import { UsageMeter } from '../instance/usage-meter.ts';
import type { LinkLog } from '../runtime-link/index.ts';
import { AGENT_SIGNAL, type Sandbox, SandboxError } from '../sandbox/index.ts';
import { type BootDeps, type BootedRuntime, bootRuntime, type LogSink, PREWARM_TMP_BYTES } from './boot-runtime.ts';
import { type LaunchSpec, type Surroundings, waitingOn } from './launch-spec.ts';
import { Loading } from './loading.ts';
import { explainStart, RuntimeRefused, StartFailed, type StartStage, wroteReason } from './start-errors.ts';
import { StartLog } from './start-log.ts';

/** Time limit for loading the user's code. */
const LOAD_TIMEOUT_MS = 60_000;
/** Of code that is debugged. */
const DEBUG_LOAD_TIMEOUT_MS = 60 * 60_000;
/** Loading may take this much longer than the start of an HTTP server, because the runtime's error has more detail. */
const LISTEN_MARGIN_MS = 5_000;

export interface StartDeps extends BootDeps {
  readonly onLog: (instanceId: string, spec: LaunchSpec, log: LinkLog) => void;
  /** Time limit for the server of an HTTP function to listen. */
  readonly httpStartMs: number;
  /** A prewarmed runtime for this launch, if one waits. The caller owns it from then on. */
  readonly takePrewarmed?: (spec: LaunchSpec) => BootedRuntime | undefined;
  /** A prewarmed runtime could not be used; another one is started. */
  readonly onUnusable?: (error: unknown) => void;
  /** Resolves the settings of a version on this machine. Throws when its project may not use one of them. */
  readonly surroundings?: (requested: SurroundingsChoice, projectId: string) => Surroundings;
}

/** Sandbox, hello, code, initializer; resolves with a ready instance. Rejects with `StartFailed`. */
export async function startInstance(spec: LaunchSpec, deps: StartDeps, signal: AbortSignal): Promise<Instance> {
  const { clock } = deps;
  const phases = { sandboxMs: 0, bootMs: 0, loadMs: 0, initMs: 0 };
  const progress: { stage: StartStage } = { stage: 'boot' };
  const usualLimitMs = Math.max(LOAD_TIMEOUT_MS, deps.httpStartMs + LISTEN_MARGIN_MS);
  // the code may stop while it is loaded
  const loadLimitMs = spec.debug === undefined ? usualLimitMs : DEBUG_LOAD_TIMEOUT_MS;
  const printed = new StartLog((instanceId, log) => deps.onLog(instanceId, spec, log));
  let sandbox: Sandbox | undefined;
  let meter: UsageMeter | undefined;
  let instance: Instance | undefined;
  try {
    const onSandbox = (started: Sandbox): void => {
      sandbox = started;
    };
    const load = (booted: BootedRuntime): Begun => {
      meter?.close();
      meter = new UsageMeter(booted.sandbox.usagePaths);
      const { projectId, functionKey } = spec;
      const depths = (): readonly number[] => instance?.depths ?? [];
      booted.doors?.moveIn({ projectId, functionKey, instanceId: booted.id, depths });
      return { booted, meter, loading: new Loading(booted, spec, deps) };
    };
    const logTo = printed.add.bind(printed);
    const {
      booted,
      meter: measured,
      loading,
    } = await runtimeFor(spec, deps, { signal, phases, onSandbox, logTo, load });
    progress.stage = 'load';
    const init = await loading.end({ signal, phases, progress, loadLimitMs });
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
      meter: measured,
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

/** A runtime that loads the code. */
interface Begun {
  readonly booted: BootedRuntime;
  readonly meter: UsageMeter;
  readonly loading: Loading;
}

interface RuntimeOptions extends StartOptions {
  readonly onSandbox: (sandbox: Sandbox) => void;
  readonly logTo: LogSink;
  readonly load: (booted: BootedRuntime) => Begun;
}

/**
 * A runtime that loads this version's code: a prewarmed one, to which the agent attaches the code, or a new one that starts
 * with it. A prewarmed one is frozen while its code is attached: its `init` is sent meanwhile, and read when it is thawed.
 */
async function runtimeFor(spec: LaunchSpec, deps: StartDeps, options: RuntimeOptions): Promise<Begun> {
  const { phases, onSandbox, logTo, load } = options;
  const limits = { memoryBytes: spec.memoryMb * 2 ** 20, cpuMillis: spec.context.cpuMillis, binds: spec.codeBinds };
  const surroundings = surroundingsOf(spec, deps);
  const began = deps.clock.monotonic();
  const { network } = surroundings;
  const launch = waitingOn(spec.runtime, network);
  // File systems are mounted, /tmp gets its size, and the door of a debugger is opened at the start.
  const isDebugged = spec.debug !== undefined;
  const fits = surroundings.mounts.length === 0 && spec.tmpBytes === PREWARM_TMP_BYTES && !isDebugged;
  const waiting = fits ? deps.takePrewarmed?.({ ...spec, runtime: launch }) : undefined;
  if (waiting !== undefined) {
    waiting.logTo(logTo);
    try {
      waiting.link.wake();
      const assigned = waiting.sandbox.assign(launch.network === undefined ? { ...limits, network } : limits);
      const begun = load(waiting);
      await assigned;
      onSandbox(waiting.sandbox);
      phases.sandboxMs = deps.clock.monotonic() - began;
      return begun;
    } catch (error) {
      // It died while it waited, or cannot attach code: a fresh start costs time but does not fail the request.
      deps.onUnusable?.(error);
      await waiting.sandbox.stop().catch(() => {});
    }
  }
  const fresh = { ...limits, surroundings, tmpBytes: spec.tmpBytes, isDebugged };
  const booted = await bootRuntime(spec.runtime, fresh, deps, options);
  phases.sandboxMs = booted.sandboxMs;
  phases.bootMs = booted.bootMs;
  return load(booted);
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
