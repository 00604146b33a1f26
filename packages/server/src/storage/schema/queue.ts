/** `ready` waits for its time, `leased` is being processed by a worker; the other three are final. */
export type MessageState = 'ready' | 'leased' | 'done' | 'dead' | 'cancelled';

/**
 * Times are milliseconds since the epoch. `not_before`, `expires_at`, `leased_until` and `position` are steady time
 * (see
 * `queue/steady-time.ts`), the others wall clock time. `attributes` and `outcome` are JSON text.
 */
export interface MessageTable {
  /** Public id of the message, chosen by the producer. */
  id: string;
  topic: string;
  group_key: string;
  /** Kept for `ready`, `leased` and `dead`; null in the other states. */
  payload: Uint8Array | null;
  attributes: string;
  /** Size of payload and attributes at enqueue time. */
  bytes: number;
  state: MessageState;
  attempts: number;
  /** Order of arrival: microseconds since the epoch. Servers may give the same one: the order is `(position, id)`. */
  position: number;
  enqueued_at: number;
  not_before: number;
  expires_at: number | null;
  leased_until: number | null;
  /** Token of the current lease. */
  receipt: string | null;
  /** Server of the current or last lease. */
  owner: string | null;
  /** When cancellation of a leased message was requested. */
  cancel_at: number | null;
  started_at: number | null;
  finished_at: number | null;
  outcome: string | null;
  /** When a dead letter was redriven or deleted; it has no payload from then on. */
  settled_at: number | null;
  /** Id of the message that replaced it. */
  redriven_as: string | null;
}

/** One row: the steady time at its last save. */
export interface SteadyTimeTable {
  id: number;
  at: number;
  /** When it was saved, by the clock of the database. */
  noted_at: number;
}

export interface QueueSchema {
  message: MessageTable;
  steady_time: SteadyTimeTable;
}
