import type { MessageTable } from '../storage/index.ts';
import type { JsonObject, LeasedMessage, Message, MessageSummary } from './types.ts';

/** Larger outcomes are replaced by a note: the output of a function must not keep its message from finishing. */
const maxOutcomeBytes = 64 * 1024;

export const summaryColumns = [
  'id',
  'topic',
  'group_key',
  'attributes',
  'state',
  'attempts',
  'enqueued_at',
  'not_before',
  'expires_at',
  'leased_until',
  'started_at',
  'finished_at',
  'cancel_at',
  'outcome',
] as const;

export type NewRow = Pick<
  MessageTable,
  | 'id'
  | 'topic'
  | 'group_key'
  | 'payload'
  | 'attributes'
  | 'bytes'
  | 'position'
  | 'enqueued_at'
  | 'not_before'
  | 'expires_at'
  | LeaseColumn
>;

type LeaseColumn = 'state' | 'attempts' | 'leased_until' | 'receipt' | 'owner' | 'started_at';

/** Of a message that waits for a claim. */
export const UNLEASED: Pick<MessageTable, LeaseColumn> = {
  ...{ state: 'ready', attempts: 0, leased_until: null, receipt: null, owner: null, started_at: null },
};

/** The end of a lease. */
export interface Finish {
  readonly id: string;
  readonly receipt: string;
  readonly state: 'done' | 'dead' | 'cancelled';
  readonly now: number;
  readonly outcome: string;
}

/** What a change of a message returns. */
export type Changed = Pick<MessageTable, 'topic' | 'state' | 'group_key' | 'bytes'>;

export type SummaryRow = Pick<MessageTable, (typeof summaryColumns)[number]>;

export function toSummary(row: SummaryRow): MessageSummary {
  return {
    id: row.id,
    topic: row.topic,
    group: row.group_key,
    attributes: JSON.parse(row.attributes) as JsonObject,
    state: row.state,
    attempts: row.attempts,
    enqueuedAt: row.enqueued_at,
    notBefore: row.not_before,
    expiresAt: row.expires_at,
    leasedUntil: row.leased_until,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    cancelRequested: row.cancel_at !== null,
    outcome: row.outcome === null ? null : (JSON.parse(row.outcome) as JsonObject),
  };
}

export function toMessage(row: SummaryRow & Pick<MessageTable, 'payload'>): Message {
  return { ...toSummary(row), payload: row.payload };
}

/** `token` is that of the claim. */
export function toLeased(row: SummaryRow & Pick<MessageTable, 'payload'>, token: string): LeasedMessage {
  const payload = row.payload ?? new Uint8Array(0);
  const bytes = payload.byteLength + Buffer.byteLength(row.attributes);
  return { ...toSummary(row), payload, bytes, receipt: `${token}.${row.id}` };
}

/** A message that was stored as leased. */
export function toTaken(row: NewRow): LeasedMessage {
  // the caller may reuse its buffer
  const payload = row.payload === null ? null : Buffer.from(row.payload);
  return toLeased({ ...row, payload, finished_at: null, cancel_at: null, outcome: null }, row.receipt ?? '');
}

export function outcomeText(outcome: JsonObject): string {
  const text = JSON.stringify(outcome);
  const bytes = Buffer.byteLength(text);
  return bytes <= maxOutcomeBytes ? text : JSON.stringify({ reason: 'outcome too large', bytes });
}
