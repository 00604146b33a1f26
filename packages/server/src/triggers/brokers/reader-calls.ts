import type { BrokerBatch, BrokerSource } from './broker-session.ts';

export interface ReaderData {
  /** Memory for what brokers send and targets have not handled. */
  readonly roomBytes: number;
}

export interface ReadOrder {
  readonly triggerId: string;
  /** Whose share of the memory it uses. */
  readonly owner: string;
  readonly source: BrokerSource;
}

/** What the server asks of the thread that reads from brokers. Sessions and batches have numbers. */
export type ReaderCall =
  /** `held` is in memory of both: how many bytes the session holds can be read after the death of the thread. */
  | { readonly op: 'open'; readonly session: number; readonly order: ReadOrder; readonly held: Int32Array }
  /** Is answered with what happens next. Rejects when the session failed; nothing follows then, nor after `over`. */
  | { readonly op: 'next'; readonly session: number }
  | { readonly op: 'end'; readonly session: number }
  /** `error` is why a batch was not handled. */
  | { readonly op: 'handled'; readonly session: number; readonly batch: number; readonly error: string | undefined }
  /** Is answered with the next exception of a client whose session was over. */
  | { readonly op: 'late' };

export type ReaderAnswer =
  | { readonly kind: 'done' }
  | { readonly kind: 'connected' }
  | { readonly kind: 'batch'; readonly number: number; readonly batch: BrokerBatch }
  | { readonly kind: 'over' }
  | { readonly kind: 'late'; readonly triggerId: string; readonly error: Error };
