import type { Instance, StartPhases } from '../instance/instance.ts';

/** The right to use one slot of an instance. `release` must be called exactly once, after errors too. */
export interface Lease {
  readonly instance: Instance;
  /** The request waited for the start of this instance. */
  readonly cold: boolean;
  /** The instance is reserved by configuration. */
  readonly reserved: boolean;
  readonly phases: StartPhases;
  readonly waitedMs: number;
  /** `ownMs`: duration of the request inside the runtime, if the instance reported it. */
  release(ownMs?: number): void;
}
