/** `ready` waits for its time, `leased` is with a worker; the other three are final. */
export type MessageState = 'ready' | 'leased' | 'done' | 'dead' | 'cancelled';

/**
 * Times are milliseconds since the epoch. `not_before`, `expires_at`, `leased_until` and `position` are steady time (see
 * `queue/steady-time.ts`), the others what the clock showed. `attributes` and `outcome` are JSON text.
 */
export interface MessageTable {
  /** Public id of the message, chosen by who enqueues it. */
  id: string;
  topic: string;
  group_key: string;
  /** Kept for `ready`, `leased` and `dead`; null in the other states. */
  payload: Uint8Array | null;
  attributes: string;
  /** Of payload and attributes when it was enqueued. */
  bytes: number;
  state: MessageState;
  attempts: number;
  /** Order of arrival: microseconds since the epoch, never twice the same from one process. */
  position: number;
  enqueued_at: number;
  not_before: number;
  expires_at: number | null;
  leased_until: number | null;
  /** Token of the current lease. */
  receipt: string | null;
  /** When somebody asked to cancel a leased message. */
  cancel_at: number | null;
  started_at: number | null;
  finished_at: number | null;
  outcome: string | null;
  /** When somebody redrove or deleted a dead letter; it has no payload from then on. */
  settled_at: number | null;
  /** Id of the message that took its place. */
  redriven_as: string | null;
}

/** One row: how far the steady time had come when it was noted last. */
export interface SteadyTimeTable {
  id: number;
  at: number;
}

export interface QueueSchema {
  message: MessageTable;
  steady_time: SteadyTimeTable;
}
