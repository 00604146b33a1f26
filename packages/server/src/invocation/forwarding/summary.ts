import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { MOST_BURSTS } from '../../instances/index.ts';
import { MAX_HOPS } from './hop-reports.ts';

const COUNT = Type.Integer({ minimum: 0, maximum: 1e9 });

/** More starts in one second than any server makes: a node that reports more has no larger part. */
export const MOST_STARTS = 1_000;

/**
 * What a node tells another one about its instances: the keys of which something changed since the message before.
 * A key without instances and waiting requests has zeros, and is removed by the receiver.
 */
const Summary = Type.Object(
  {
    /** Which run of the sending node: its numbers begin again. */
    boot: Type.String({ maxLength: 64 }),
    /** From 1; a message that arrives after a later one is ignored. */
    number: COUNT,
    /** The receiver removes what it knows of the node before. */
    whole: Type.Boolean(),
    /** The node takes no more calls of others. */
    closing: Type.Boolean(),
    roomMb: COUNT,
    /** The next message comes at the latest after so many ms. */
    withinMs: COUNT,
    /** Key, free slots, requests in instances, waiting requests. */
    keys: Type.Array(Type.Tuple([Type.String({ maxLength: 300 }), COUNT, COUNT, COUNT])),
    /** Hash of a launch signature, largest recent burst of its starts; unset when nothing changed. */
    starts: Type.Optional(Type.Array(Type.Tuple([Type.String({ maxLength: 64 }), COUNT]), { maxItems: MOST_BURSTS })),
    /** Of calls that the receiver ran for the sender. A node of an older version sends none. */
    hops: Type.Optional(Type.Array(Type.Tuple([Type.String({ maxLength: 64 }), COUNT, COUNT]), { maxItems: MAX_HOPS })),
  },
  { additionalProperties: true },
);
export type Summary = Static<typeof Summary>;

const summaries = Compile(Summary);

/** Undefined for bytes that are no summary. */
export function parseSummary(bytes: Buffer): Summary | undefined {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return summaries.Check(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Bytes of one message; more changes follow in the next one. */
export const MAX_SUMMARY_BYTES = 48 * 1024;
export const SUMMARY_EVERY_MS = 200;
/** A node without changes still reports so often, so that others know that it lives. */
export const SUMMARY_AT_LEAST_MS = 400;
/** So often when nothing has changed for a while. */
export const SUMMARY_QUIET_MS = 2_000;
export const QUIET_AFTER_MS = 5_000;
