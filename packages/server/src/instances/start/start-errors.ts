import type { Clock } from '../../lib/clock.ts';
import { isFullDisk } from '../../lib/full-disk.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import {
  CODES,
  exitFailure,
  exitWhileStarting,
  type Failure,
  initTimeoutFailure,
  loadTimeoutFailure,
  memoryFailure,
  noDiskRoomFailure,
  runtimeFailure,
  systemFailure,
} from '../instance/failure.ts';
import type { StartPhases } from '../instance/instance-types.ts';
import { type InitResult, LinkEnded } from '../runtime-link/index.ts';
import { type Sandbox, SandboxError, type SandboxExit } from '../sandbox/index.ts';
import type { LaunchSpec } from './launch-spec.ts';
import type { StartLog } from './start-log.ts';

/** Time limit for the hello of the interpreter. */
export const BOOT_TIMEOUT_MS = 30_000;
const LINK_END_MS = 1_000;

/** Stage of a start: until the runtime's hello, while code is loaded, while the initializer runs. */
export type StartStage = 'boot' | 'load' | 'init';

/** A start without a ready instance. Its sandbox is stopped. */
export class StartFailed extends Error {
  readonly failure: Failure;
  readonly phases: StartPhases;
  readonly peakMemoryBytes: number | null;
  /** The lines that it printed. The request that caused the start releases them, or the pool without a request. */
  readonly printed: StartLog;
  /** Whether these lines contain the reason. */
  readonly isReasonPrinted: boolean;

  /** Whether the agent was lost, not the function: another start may succeed. */
  get isAgentLost(): boolean {
    return this.cause instanceof SandboxError && AGENT_LOST.has(this.cause.code);
  }

  /** The caller's error when the machine had no disk space for the instance; undefined when the start itself failed. */
  get refusal(): PlatformError | undefined {
    return this.failure.code === CODES.noDiskRoom ? diskRefusal(this.cause) : undefined;
  }

  constructor(
    failure: Failure,
    details: Pick<StartFailed, 'phases' | 'peakMemoryBytes' | 'printed' | 'isReasonPrinted'> & { cause?: unknown },
  ) {
    super(`instance start failed: ${failure.outcome}`, { cause: details.cause });
    this.name = 'StartFailed';
    this.failure = failure;
    this.phases = details.phases;
    this.peakMemoryBytes = details.peakMemoryBytes;
    this.printed = details.printed;
    this.isReasonPrinted = details.isReasonPrinted;
  }
}

/** The runtime answered `failed` to `init`. */
export class RuntimeRefused extends Error {
  readonly result: Extract<InitResult, { ok: false }>;

  constructor(result: Extract<InitResult, { ok: false }>) {
    super(`the runtime could not ${result.phase}`);
    this.result = result;
  }
}

class TooSlow extends Error {}

/** Loading or the initializer exceeded its limit. */
export class InitTooSlow extends Error {
  readonly phase: 'load' | 'init';

  constructor(phase: 'load' | 'init') {
    super(`the ${phase} phase took too long`);
    this.phase = phase;
  }
}

class Exited extends Error {}

/** Codes of an agent that died or hung before the sandbox could serve. */
const AGENT_LOST = new Set(['AGENT_GONE', 'AGENT_TIMEOUT', 'AGENT_FAILED']);

function diskRefusal(error: unknown): PlatformError | undefined {
  if (error instanceof SandboxError && error.code === 'NO_DISK_ROOM') {
    return new PlatformError('no_disk_room', error.message, { hint: error.hint, cause: error });
  }
  if (!isFullDisk(error)) return undefined;
  return new PlatformError('no_disk_room', 'the disk of the server is full: no instance can start', {
    hint: 'Free space on the machine of the server, then try again.',
    cause: error,
  });
}

/** Converts the error of a start into the failure for the caller. */
export function explainStart(
  error: unknown,
  at: {
    readonly spec: LaunchSpec;
    readonly exit: SandboxExit | undefined;
    readonly stage: StartStage;
    readonly loadLimitMs: number;
  },
): Failure {
  const { spec, exit, stage, loadLimitMs } = at;
  if (exit?.oomKilled) return exitFailure(exit, spec);
  if (error instanceof RuntimeRefused && error.result.code === CODES.memoryExceeded)
    return memoryFailure(exit?.peakMemoryBytes ?? 0, spec.memoryMb);
  if (error instanceof RuntimeRefused) {
    return runtimeFailure(error.result.phase, error.result.code, error.result.payload);
  }
  if (error instanceof InitTooSlow) {
    return error.phase === 'load' ? loadTimeoutFailure(loadLimitMs) : initTimeoutFailure(spec.initializerTimeoutMs);
  }
  if (error instanceof TooSlow && stage === 'boot') {
    return systemFailure(`the runtime did not start within ${BOOT_TIMEOUT_MS / 1000} seconds`);
  }
  if (error instanceof LinkEnded && error.why === 'violation') {
    return systemFailure(`the runtime broke its protocol: ${error.message}`);
  }
  if ((error instanceof LinkEnded || error instanceof Exited || error instanceof TooSlow) && exit !== undefined) {
    return stage === 'boot' ? exitFailure(exit, spec) : exitWhileStarting(stage, exit, spec);
  }
  const refusal = diskRefusal(error);
  if (refusal !== undefined) return noDiskRoomFailure(refusal.message);
  if (error instanceof SandboxError) return systemFailure(`the sandbox could not be started: ${error.message}`);
  return systemFailure('the sandbox could not be started');
}

/** A runtime that refuses logs the reason itself; the server logs the reasons that it found. */
export function wroteReason(error: unknown, failure: Failure): boolean {
  return error instanceof RuntimeRefused && failure.code === error.result.code && failure.code !== CODES.memoryExceeded;
}

/** Rejects when the sandbox ends first. */
export function orExit<T>(promise: Promise<T>, sandbox: Sandbox): Promise<T> {
  return Promise.race([promise, sandbox.exited.then(() => Promise.reject(new Exited('the sandbox ended')))]);
}

/** The end of a link comes after all data sent on it; the exit is reported on another path and may arrive earlier. */
export function orExitAfterLink<T>(answer: Promise<T>, sandbox: Sandbox, clock: Clock): Promise<T> {
  const late = sandbox.exited.then(() => within(clock, LINK_END_MS, answer));
  return Promise.race([answer, late]);
}

/** Rejects after `ms` with an error known to `explainStart`. */
export function within<T>(clock: Clock, ms: number, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = clock.after(ms, () => reject(new TooSlow(`no answer within ${ms} ms`)));
    promise.then(resolve, reject).finally(() => timer.cancel());
  });
}
