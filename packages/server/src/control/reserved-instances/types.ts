import type { Cron } from '@funcgraph/api/schedule';
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

/** More instances while many calls run at once. */
export interface MetricPolicy {
  readonly name: string;
  /** Percent of the calls that all reserved instances can take at once. */
  readonly threshold: number;
  /** The least number of instances. */
  readonly min: number;
}

export type NewPolicy = Omit<ReservedPolicy, 'schedule'>;

/** The input of a reservation. */
export interface Reservation {
  readonly count: number;
  readonly idleMode?: boolean | undefined;
  readonly policies?: readonly NewPolicy[];
  readonly byMetric?: readonly MetricPolicy[];
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
  readonly byMetric: readonly MetricPolicy[];
  readonly createdAt: number;
  readonly modifiedAt: number;
}
