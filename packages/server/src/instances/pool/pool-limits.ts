import type { IdleLimits } from './idle-sweep.ts';
import type { WaitLimits } from './waiting.ts';

export interface PoolLimits extends WaitLimits, IdleLimits {
  /** Starts under way on the machine. */
  readonly maxStarts: number;
  /** Of them those of one version of which no request has ended: how many the processors can run at once. */
  readonly firstStarts: number;
  /** Memory budget of all instances: those in use are charged with their limits, frozen ones with their use. */
  readonly memoryMb: number;
}
