import type { FlowRunTable } from '../../../storage/index.ts';

export type RunRow = FlowRunTable;

export interface StoredRun {
  readonly row: RunRow;
  /** JSON arrays of events; the first event has the number `from`. */
  readonly events: readonly string[];
  readonly from: number;
  /** The state before the events; undefined when there is no snapshot. */
  readonly snapshot: string | undefined;
}

export interface RunFilter {
  readonly flowId: string;
  readonly status?: RunRow['status'];
  /** Whether a stop was requested and the run goes on. */
  readonly stopping?: boolean;
  readonly from: number;
  readonly to: number;
  readonly offset: number;
  readonly limit: number;
}

export interface InboxMessage {
  readonly run: string;
  readonly key: string;
  readonly message: string;
  readonly at: number;
  /** Whether another server owns the run, which must be notified. */
  readonly announce: boolean;
}

export const LIST_COLUMNS = [
  'run',
  'id',
  'flow_id',
  'status',
  'stop_at',
  'started_by',
  'started_at',
  'updated_at',
  'ended_at',
] as const;
export type ListedRun = Pick<RunRow, (typeof LIST_COLUMNS)[number]>;

/** What runs of one flow, or all, have of a project. */
export interface RunUsage {
  readonly projectId: string;
  readonly runs: number;
  readonly bytes: number;
}

/** What every run has when it begins. */
export function begun(now: number, owner: string) {
  return {
    status: 'running' as const,
    stop_at: null,
    next_seq: 0,
    bytes: 0,
    started_at: now,
    updated_at: now,
    ended_at: null,
    wake_at: 0,
    owner,
    epoch: 1,
  };
}
