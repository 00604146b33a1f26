import type { Cron } from '../../domain/cron.ts';
import type { FunctionName } from '../functions/types.ts';

/** Another number of instances for a time. */
export interface ReservedPolicy {
  readonly name: string;
  /** As written; `schedule` is its parsed form. */
  readonly cron: string;
  readonly schedule: Cron;
  readonly count: number;
  /** Ms since the epoch; the policy does something from here ... */
  readonly startsAt: number;
  /** ... until just before here. */
  readonly endsAt: number;
}

export type NewPolicy = Omit<ReservedPolicy, 'schedule'>;

/** The input of a reservation. */
export interface Reservation {
  readonly count: number;
  readonly idleMode?: boolean | undefined;
  readonly policies?: readonly NewPolicy[];
}

/** How many instances of one version or alias are kept ready. */
export interface ReservedConfig {
  readonly fn: FunctionName;
  readonly functionId: string;
  /** `latest`, a version, or `!alias`. */
  readonly qualifier: string;
  /** The minimum, with any policies. */
  readonly count: number;
  /** No processor between requests. */
  readonly idleMode: boolean;
  readonly policies: readonly ReservedPolicy[];
  readonly createdAt: number;
  readonly modifiedAt: number;
}
