import type { Clock } from '../lib/clock.ts';
import {
  CODES,
  exitFailure,
  type Failure,
  initTimeoutFailure,
  loadTimeoutFailure,
  memoryFailure,
  runtimeFailure,
  systemFailure,
} from './failure.ts';
import type { StartPhases } from './instance.ts';
import type { LaunchSpec } from './launch-spec.ts';
import { type InitResult, LinkEnded } from './runtime-link/index.ts';
import { type Sandbox, SandboxError, type SandboxExit } from './sandbox/index.ts';

/** The interpreter must say hello within this. */
export const BOOT_TIMEOUT_MS = 30_000;
/** Loading the user's code must be over within this. */
export const LOAD_TIMEOUT_MS = 60_000;

/** A start that did not come to a ready instance. Nothing of it is left. */
export class StartFailed extends Error {
  readonly failure: Failure;
  readonly phases: StartPhases;
  readonly peakMemoryBytes: number | null;

  /** Whether the agent was lost, not the function: another start may succeed. */
  get isAgentLost(): boolean {
    return this.cause instanceof SandboxError && AGENT_LOST.has(this.cause.code);
  }

  constructor(failure: Failure, phases: StartPhases, peakMemoryBytes: number | null, cause?: unknown) {
    super(`instance start failed: ${failure.outcome}`, { cause });
    this.name = 'StartFailed';
    this.failure = failure;
    this.phases = phases;
    this.peakMemoryBytes = peakMemoryBytes;
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

/** Loading or the initializer took longer than it may. */
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

/** What a broken start means to whoever waited for it. */
export function explainStart(error: unknown, spec: LaunchSpec, exit: SandboxExit | undefined): Failure {
  if (exit?.oomKilled) return exitFailure(exit, spec);
  if (error instanceof RuntimeRefused && error.result.code === CODES.memoryExceeded)
    return memoryFailure(exit?.peakMemoryBytes ?? 0, spec.memoryMb);
  if (error instanceof RuntimeRefused) {
    return runtimeFailure(error.result.phase, error.result.code, error.result.payload);
  }
  if (error instanceof InitTooSlow) {
    return error.phase === 'load' ? loadTimeoutFailure(LOAD_TIMEOUT_MS) : initTimeoutFailure(spec.initializerTimeoutMs);
  }
  if (error instanceof TooSlow) {
    return systemFailure(`the runtime did not start within ${BOOT_TIMEOUT_MS / 1000} seconds`);
  }
  if (error instanceof LinkEnded && error.why === 'violation') {
    return systemFailure(`the runtime broke its protocol: ${error.message}`);
  }
  if ((error instanceof LinkEnded || error instanceof Exited) && exit !== undefined) return exitFailure(exit, spec);
  if (error instanceof SandboxError) return systemFailure(`the sandbox could not be started: ${error.message}`);
  return systemFailure('the sandbox could not be started');
}

/** Rejects when the sandbox ends first. */
export function orExit<T>(promise: Promise<T>, sandbox: Sandbox): Promise<T> {
  return Promise.race([promise, sandbox.exited.then(() => Promise.reject(new Exited('the sandbox ended')))]);
}

/** Rejects after `ms` with an error that `explainStart` knows. */
export function within<T>(clock: Clock, ms: number, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = clock.after(ms, () => reject(new TooSlow(`no answer within ${ms} ms`)));
    promise.then(resolve, reject).finally(() => timer.cancel());
  });
}
