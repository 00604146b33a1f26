import type { LinkResult } from '../runtime-link/index.ts';
import { LOST, type SandboxExit } from '../sandbox/index.ts';
import {
  CODES,
  cancelledFailure,
  exitFailure,
  type Failure,
  heartbeatFailure,
  memoryFailure,
  neighbourFailure,
  runtimeFailure,
  systemFailure,
  timeoutFailure,
} from './failure.ts';
import type { Ended, InstanceParts, InstanceRequest } from './instance-types.ts';

/** Longest wait, after a broken link, for the report of the sandbox's exit. */
const EXIT_GRACE_MS = 2_000;

/**
 * Longest wait of an answer for the end of its instance: a measured exit improves the answer, but must not block it.
 */
const STOP_GRACE_MS = 5_000;

/** `exit`: of an instance that was stopped for it. */
interface Verdict {
  readonly failure: Failure;
  readonly exit?: SandboxExit;
}

/** Finds out why a request failed, and stops the instance after a failure that may have damaged it. */
export class FailureJudge {
  readonly #parts: Pick<InstanceParts, 'sandbox' | 'link' | 'clock' | 'spec'>;
  readonly #stop: () => Promise<SandboxExit>;
  /** Reason of the failed heartbeat. */
  #condemned: string | undefined;
  /** Why this server ended the instance, for its other requests. */
  #endedFor: 'timeout' | 'aborted' | 'link' | undefined;

  constructor(parts: Pick<InstanceParts, 'sandbox' | 'link' | 'clock' | 'spec'>, stop: () => Promise<SandboxExit>) {
    this.#parts = parts;
    this.#stop = stop;
  }

  /** A heartbeat failed. */
  condemn(why: string): void {
    this.#condemned = why;
  }

  async judge(outcome: LinkResult | Ended, { timeoutMs }: Pick<InstanceRequest, 'timeoutMs'>): Promise<Verdict> {
    return 'code' in outcome ? this.#ofResult(outcome) : this.#ofEnd(outcome, timeoutMs);
  }

  /**
   * A code of the runtime, unless the kernel measured more: a child killed for memory or a full disk looks like any
   * error.
   */
  async #ofResult(result: LinkResult): Promise<Verdict> {
    const { sandbox, spec } = this.#parts;
    const failure = runtimeFailure('invoke', result.code, result.payload);
    // A language with its own heap can exhaust it before the sandbox limit.
    if (result.code === CODES.memoryExceeded) {
      const exit = await this.#exit();
      return { failure: memoryFailure(exit.peakMemoryBytes, spec.memoryMb), exit };
    }
    const usage = await sandbox.usage().catch(() => undefined);
    if (usage?.oomKilled) {
      const exit = await this.#exit();
      return { failure: exitFailure({ ...exit, oomKilled: true }, spec), exit };
    }
    if (usage?.tmpFull) return { failure: { ...failure, outcome: 'disk_exceeded', code: CODES.diskExceeded } };
    return { failure };
  }

  async #ofEnd(ended: Ended, timeoutMs: number): Promise<Verdict> {
    const { spec } = this.#parts;
    const neighbour = ended.kind === 'link' ? this.#endedFor : undefined;
    const unexplained = neighbour === undefined && this.#condemned === undefined;
    if (ended.kind === 'link' && !ended.violation && unexplained) await this.settled();
    if (ended.kind === 'timeout' || ended.kind === 'aborted') this.#endedFor ??= ended.kind;
    else if (ended.kind === 'link' && ended.violation) this.#endedFor ??= 'link';
    const exit = await this.#exit();
    if (ended.kind === 'link' && this.#condemned !== undefined)
      return { failure: heartbeatFailure(this.#condemned), exit };
    if (neighbour === 'timeout' || neighbour === 'aborted') return { failure: neighbourFailure(neighbour), exit };
    if (exit.oomKilled) return { failure: exitFailure(exit, spec), exit };
    switch (ended.kind) {
      case 'neighbour':
        return { failure: neighbourFailure('failed'), exit };
      case 'timeout':
        return { failure: timeoutFailure(timeoutMs), exit };
      case 'aborted':
        return { failure: cancelledFailure(), exit };
      case 'link':
        if (ended.violation) return { failure: systemFailure(`the runtime broke its protocol: ${ended.text}`), exit };
        return { failure: exitFailure(exit, spec), exit };
    }
  }

  /** A closed link usually means a dead process: wait for its exit, so that the real reason is reported. */
  async settled(): Promise<void> {
    const { sandbox, clock } = this.#parts;
    await new Promise<void>((resolve) => {
      const timer = clock.after(EXIT_GRACE_MS, resolve);
      void sandbox.exited.then(() => {
        timer.cancel();
        resolve();
      });
    });
  }

  /** Stops the instance; without an exit in time it counts as lost with its agent. */
  async #exit(): Promise<SandboxExit> {
    const { clock, link } = this.#parts;
    return new Promise((resolve) => {
      const timer = clock.after(STOP_GRACE_MS, () => {
        // Requests that wait in it end with its link.
        link.destroy();
        resolve(LOST);
      });
      const end = (exit: SandboxExit): void => {
        timer.cancel();
        resolve(exit);
      };
      this.#stop().then(end, () => end(LOST));
    });
  }
}
