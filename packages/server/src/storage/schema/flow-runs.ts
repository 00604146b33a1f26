/**
 * Times are milliseconds since the epoch, in steady time (see `queue/steady-time.ts`). `identity`, `headers` and `pins`
 * are JSON text.
 */
export interface FlowRunTable {
  /** The public id; for an id that the caller chose one that is made of the flow and that id. */
  run: string;
  /** The public id. */
  id: string;
  project_id: string;
  flow_id: string;
  /** Digest of the definition. */
  definition: string;
  /** Definitions of the flows that the run may start: digest by flow id. */
  pins: string;
  mode: 'NORMAL' | 'EXPRESS';
  /** Whose rights the calls have. */
  identity: string;
  started_by: string;
  headers: string;
  /** Digest of the input and of the options of the start: the same id with another one is refused. */
  request: string;
  status: 'running' | 'success' | 'fail' | 'timeout' | 'cancel';
  /** When a stop was requested. */
  stop_at: number | null;
  /** The number of the next event. */
  next_seq: number;
  /** Stored bytes of events and payloads. */
  bytes: number;
  started_at: number;
  updated_at: number;
  ended_at: number | null;
  /** When the run must be loaded; null for one that only waits for a message, or has ended. */
  wake_at: number | null;
  /** Id of the server that runs it; null when none does. */
  owner: string | null;
  /** Grows with each owner: an append with an older one changes nothing. */
  epoch: number;
  parent_run: string | null;
  parent_exec: number | null;
  parent_attempt: number | null;
  /** The run that this one continues, and how. */
  origin_run: string | null;
  origin_kind: 'retry' | 'fork' | null;
}

/** One row for each append: a JSON array of events, the first of which has the number `seq`. */
export interface FlowRunEventTable {
  run: string;
  seq: number;
  events: string;
}

/** Values that are too large for an event. */
export interface FlowRunPayloadTable {
  run: string;
  digest: string;
  payload: Uint8Array;
}

/** The state after the events below `seq`; may be missing, old, or of another version of the program. */
export interface FlowRunSnapshotTable {
  run: string;
  seq: number;
  state: string;
}

/** Messages for a run that any server may write. `message` is JSON text. */
export interface FlowRunInboxTable {
  run: string;
  /** A second message with the key is refused. */
  key: string;
  message: string;
  at: number;
  /** Set when the run took the message, or refused it. */
  outcome: 'taken' | 'late' | null;
  /** 1 when another server owns the run, and must be notified. */
  announce: number;
}

/** Counts of a flow in a minute. */
export interface FlowMinuteTable {
  flow_id: string;
  /** Its begin, ms since the epoch by the machine's clock. */
  minute: number;
  project_id: string;
  /** Runs that began. */
  count: number;
  /** Of those that ended. */
  failed: number;
  /** Starts that a limit refused. */
  rejected: number;
  ended: number;
  /** Sum of the runs that ended. */
  duration_ms: number;
  /** Most runs at once. */
  running: number;
}

export interface FlowRunsSchema {
  flow_minute: FlowMinuteTable;
  flow_run: FlowRunTable;
  flow_run_event: FlowRunEventTable;
  flow_run_payload: FlowRunPayloadTable;
  flow_run_snapshot: FlowRunSnapshotTable;
  flow_run_inbox: FlowRunInboxTable;
}
