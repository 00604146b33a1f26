import type { AtomicStatement, MessageState } from '../storage/index.ts';

/** The form of `attributes` and `outcome`: JSON objects. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** All times are milliseconds since the epoch; due times are in the time of the queue's `now`. */
export interface NewMessage {
  /** Public id; a second message with the same id is not stored. */
  readonly id: string;
  /** Messages of a topic are leased together. */
  readonly topic: string;
  /** Unit that can be leased by itself, for example the messages of one function. */
  readonly group: string;
  readonly payload: Uint8Array;
  readonly attributes?: JsonObject;
  /** Not leased before this time; at once unless set. */
  readonly notBefore?: number;
  /** From this time on only `leaseExpired` leases it. */
  readonly expiresAt?: number;
}

export interface MessageSummary {
  readonly id: string;
  readonly topic: string;
  readonly group: string;
  readonly attributes: JsonObject;
  readonly state: MessageState;
  /** Leases so far, including the present one. */
  readonly attempts: number;
  readonly enqueuedAt: number;
  readonly notBefore: number;
  readonly expiresAt: number | null;
  readonly leasedUntil: number | null;
  /** First lease. */
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  readonly cancelRequested: boolean;
  /** Result of the last attempt, or of the message as a whole. */
  readonly outcome: JsonObject | null;
}

export interface Message extends MessageSummary {
  /** Null once the message is done or cancelled. */
  readonly payload: Uint8Array | null;
}

export interface LeasedMessage extends MessageSummary {
  readonly payload: Uint8Array;
  /** Size that counts for quotas. */
  readonly bytes: number;
  /** Proves the lease; valid until the message is finished, returned, or leased again. */
  readonly receipt: string;
}

export interface LeaseRequest {
  readonly topic: string;
  /** At most this many messages, 1–1000. */
  readonly limit: number;
  readonly leaseMs: number;
  /** Only messages of this group. */
  readonly group?: string;
}

/** Takes messages of this process as they are enqueued: they are stored as leased, and no claim is needed. */
export interface Taker {
  readonly leaseMs: number;
  /**
   * A place for a message that is about to be stored; undefined when it must wait for a claim. The caller fills it once:
   * with the stored message, or with undefined when nothing was stored.
   */
  place(group: string): ((message: LeasedMessage | undefined) => void) | undefined;
}

export interface ListRequest {
  readonly topic: string;
  readonly group?: string;
  readonly states?: readonly MessageState[];
  /** Enqueued at or after. */
  readonly from?: number;
  /** Enqueued before. */
  readonly to?: number;
  readonly ids?: readonly string[];
  /** Leased messages that count as ready: their workers have not begun them. */
  readonly notBegun?: readonly string[];
  /** Those whose outcome says that they expired, or only the others. */
  readonly expired?: boolean;
}

export interface PageRequest extends ListRequest {
  /** 1–1000. */
  readonly limit: number;
  /** How many to leave out, 0 unless set. */
  readonly offset?: number;
}

export interface MessagePage {
  /** Newest first. */
  readonly messages: readonly MessageSummary[];
  readonly hasMore: boolean;
}

export interface ReapResult {
  /** Leases that expired; the messages can be leased again. */
  readonly released: number;
  /** Leases that expired after cancellation of the message was requested. */
  readonly cancelled: readonly string[];
  /** True when the limit of one call was reached and `reap` should be called again. */
  readonly more: boolean;
}

/** `running`: a worker holds the lease and should stop; the message ends as cancelled even if that worker dies. */
export type CancelResult = 'cancelled' | 'running' | 'finished' | 'missing';

/** The end of a message and the messages that follow from it. */
export interface FinishStep {
  readonly receipt: string;
  readonly state: 'done' | 'dead';
  readonly outcome: JsonObject;
  /** Enqueued in the same step. */
  readonly messages: readonly NewMessage[];
  /** Of a dead letter, in place of the payload that the message had. */
  readonly payload?: Uint8Array;
  /** Run in the same step. */
  readonly statements?: readonly AtomicStatement[];
}

/** A message that failed permanently before it was in the queue: its source runs messages itself. */
export interface NewLetter extends Pick<NewMessage, 'id' | 'topic' | 'group' | 'payload' | 'attributes'> {
  readonly outcome: JsonObject;
  /** Attempts that ran. */
  readonly attempts: number;
}

/** The parts of `atomically`, in this order. */
export interface AtomicStep {
  readonly acks?: ReadonlyArray<{ readonly receipt: string; readonly outcome: JsonObject }>;
  /** Like acks, but the messages end as dead letters, with another payload if one is given. */
  readonly kills?: ReadonlyArray<{
    readonly receipt: string;
    readonly outcome: JsonObject;
    readonly payload?: Uint8Array;
  }>;
  readonly messages?: readonly NewMessage[];
  /** Stored as dead letters at once. One whose id exists already is unchanged, like a message. */
  readonly letters?: readonly NewLetter[];
  readonly statements?: readonly AtomicStatement[];
}
