import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { MAX_CALL_HOPS } from './hop-reports.ts';

/** Header of a forwarded call; its value is JSON in ASCII. */
export const CALL_HEADER = 'x-funcgraph-call';

const TEXT = Type.String({ maxLength: 1024 });
const TEXT_OF_ID = Type.String({ maxLength: 64 });
const NUMBER = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });

/** Everything of a call but its event: the second node judges it before it reads a byte of the body. */
const CallHead = Type.Object(
  {
    claim: Type.Union([Type.Literal('slot'), Type.Literal('start'), Type.Literal('wait')]),
    /** Name of the entry node. It has identified, authorized and admitted the caller: this is its permit. */
    entry: TEXT,
    urn: TEXT,
    functionId: TEXT,
    version: TEXT,
    alias: TEXT,
    /** Of the launch spec. */
    key: TEXT,
    memoryMb: NUMBER,
    requestId: TEXT,
    mode: Type.Union([Type.Literal('sync'), Type.Literal('async'), Type.Literal('gateway'), Type.Literal('flow')]),
    attempt: NUMBER,
    tail: Type.Boolean(),
    http: Type.Boolean(),
    /** The entry node takes the answer in pieces. */
    stream: Type.Boolean(),
    eventBytes: NUMBER,
    /** A body of the client follows the event, of so many bytes or −1 for an unknown number. Absent without one. */
    bodyBytes: Type.Optional(Type.Integer({ minimum: -1, maximum: Number.MAX_SAFE_INTEGER })),
    /** The request may wait in an instance for another one. */
    lane: Type.Boolean(),
    depth: NUMBER,
    traceparent: Type.Optional(TEXT),
    /** The entry node knows the configuration up to this change. */
    change: NUMBER,
    /** Ms that the call waited for the limits of its account. */
    waitedMs: Type.Number({ minimum: 0 }),
    /** Ms that the call has already taken. */
    spentMs: Type.Number({ minimum: 0 }),
    /** Of calls that the receiver ran for the entry node before. */
    hops: Type.Optional(Type.Array(Type.Tuple([TEXT_OF_ID, NUMBER, NUMBER]), { maxItems: MAX_CALL_HOPS })),
    /** Ms until the call must have begun. */
    beginWithinMs: Type.Optional(Type.Number()),
  },
  { additionalProperties: true },
);
export type CallHead = Static<typeof CallHead>;

const heads = Compile(CallHead);

/** JSON has no character outside of ASCII that could not be written as an escape. */
export function headText(head: CallHead): string {
  return JSON.stringify(head).replace(
    /[^\x20-\x7e]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Undefined for a value that is no call. */
export function parseHead(text: string | readonly string[] | undefined): CallHead | undefined {
  if (typeof text !== 'string') return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return heads.Check(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
