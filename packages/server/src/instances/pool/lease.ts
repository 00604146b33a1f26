import type { Instance } from '../instance/instance.ts';
import type { StartPhases } from '../instance/instance-types.ts';

/** How a request ended, as far as it matters for others. */
export interface LeaseEnd {
  /** Duration of the request inside the runtime, if the instance reported it. */
  readonly ownMs?: number | undefined;
  /** Processor time; null if it was not measured. */
  readonly cpuMs?: number | null | undefined;
  /** The instance may be damaged, or has output that no request can be given for sure. */
  readonly isUnclean?: boolean | undefined;
}

/** The right to use one slot of an instance. `release` must be called exactly once, after errors too. */
export interface Lease {
  readonly instance: Instance;
  /** The request waited for the start of this instance. */
  readonly cold: boolean;
  /** The instance is reserved by configuration. */
  readonly reserved: boolean;
  readonly phases: StartPhases;
  readonly waitedMs: number;
  release(end?: LeaseEnd): void;
}
