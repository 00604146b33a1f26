import type { Instance, StartPhases } from './instance.ts';

/** The right to use one slot of an instance. `release` must be called exactly once, whatever happened. */
export interface Lease {
  readonly instance: Instance;
  /** The request waited for this instance's start. */
  readonly cold: boolean;
  /** The instance is kept ready by configuration. */
  readonly reserved: boolean;
  readonly phases: StartPhases;
  readonly waitedMs: number;
  /** `ownMs`: how long the request ran inside, where the instance told. */
  release(ownMs?: number): void;
}
