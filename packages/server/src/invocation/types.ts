import type { FunctionUrn, Receipt } from '@funcgraph/api';
import type { BodySource, Failure, ResponseSink } from '../instances/index.ts';
import type { RequestHeaders } from './alias-route.ts';

export interface InvocationRequest {
  readonly urn: FunctionUrn;
  readonly event: Buffer;
  readonly mode: 'sync' | 'async' | 'gateway';
  /** Only for runtime `http`: event and payload have the binary form of the runtime protocol. */
  readonly http?: true;
  /** Makes what takes the answer in pieces; called only for a function that may give it so. */
  readonly openSink?: () => ResponseSink;
  /** The body, which the event is then without, as the client sends it. Needs `http`, `openSink` and `mayStream`. */
  readonly body?: BodySource;
  readonly requestId: string;
  /** From 1. */
  readonly attempt: number;
  /** Value of X-Cff-Instance-Memory. */
  readonly memoryChoice?: string | undefined;
  /** Whether the caller wants the end of the log. */
  readonly tail: boolean;
  /** Of the caller's own request, for the rules of an alias; absent where there are none. */
  readonly headers?: RequestHeaders;
  /** Whether the request goes to the additional version of the alias, where that was decided before. */
  readonly toAdditional?: boolean;
  /** Monotonic ms when the request arrived. */
  readonly receivedAt: number;
  /** Monotonic ms; a call that has not got an instance by then is given back as `overloaded` instead of run. */
  readonly startBefore?: number;
  /** Stops the call, and the instance with it. */
  readonly signal?: AbortSignal;
}

export interface InvocationResult {
  /** Undefined for success. */
  readonly failure: Failure | undefined;
  readonly payload: Buffer;
  /** The sink has got an answer, or the beginning of one; the payload is then no part of it. */
  readonly streamed: boolean;
  readonly receipt: Receipt;
  readonly logTail: string;
  readonly codeDigest: string;
}
