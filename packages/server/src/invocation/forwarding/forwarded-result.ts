import { ERRORS, type ErrorCode, type Receipt } from '@funcgraph/api';
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { Failure } from '../../instances/index.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { InvocationResult } from '../types.ts';

const Ran = Type.Object({
  failure: Type.Optional(Type.Object({ outcome: Type.String(), code: Type.Integer(), component: Type.String() })),
  streamed: Type.Boolean(),
  /** Only what this node reads of it: that of a neighbouring version may have more or less. */
  receipt: Type.Unsafe<Receipt>(
    Type.Object({
      request_id: Type.String(),
      total_ms: Type.Number(),
      handler_ms: Type.Number(),
      init_ms: Type.Number(),
    }),
  ),
  logTail: Type.String(),
  codeDigest: Type.String(),
});

/** A `PlatformError` of the second node. */
const NotRun = Type.Object({
  error: Type.String(),
  message: Type.String(),
  hint: Type.Optional(Type.String()),
});

const ran = Compile(Ran);
const notRun = Compile(NotRun);

/** What the second node reports besides the payload. */
export type ForwardedResult = Static<typeof Ran> | Static<typeof NotRun>;

export function resultOf({ failure, streamed, receipt, logTail, codeDigest }: InvocationResult): ForwardedResult {
  const rest = { streamed, receipt, logTail, codeDigest };
  if (failure === undefined) return rest;
  const { outcome, code, component } = failure;
  return { failure: { outcome, code, component }, ...rest };
}

export function errorOf({ code, message, hint }: PlatformError): ForwardedResult {
  return { error: code, message, ...(hint === undefined ? {} : { hint }) };
}

/** The result of the call. Throws the error of the second node; undefined for a value that is neither. */
export function readResult(value: unknown, payload: Buffer): InvocationResult | undefined {
  if (ran.Check(value)) {
    const { failure, ...rest } = value;
    // The payload of a failure is its text. A failure of another version of the program keeps its words.
    return { ...rest, payload, failure: failure === undefined ? undefined : ({ ...failure, payload } as Failure) };
  }
  if (!notRun.Check(value)) return undefined;
  const { error, message, hint } = value;
  throw new PlatformError(isErrorCode(error) ? error : 'internal', message, { hint });
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERRORS, code);
}
