import type { FunctionUrn, Receipt } from '@funcgraph/api';
import type { BodySource, Failure, ResponseSink } from '../instances/index.ts';
import type { RequestHeaders } from './alias-route.ts';

export interface InvocationRequest {
  readonly urn: FunctionUrn;
  /** See `RoutedRequest`. */
  readonly functionId?: string | undefined;
  readonly event: Buffer;
  /** Calls of flows wait for their turn without a time limit, and their refusals are not recorded: they are made again. */
  readonly mode: 'sync' | 'async' | 'gateway' | 'flow';
  /** Only for runtime `http`: event and payload have the binary form of the runtime protocol. */
  readonly http?: true;
  /** Creates the sink of a streamed answer; called only for functions with streaming. */
  readonly openSink?: () => ResponseSink;
  /** The body as the client sends it, left out of the event. Needs `http`, `openSink` and `mayStream`. */
  readonly body?: BodySource;
  readonly requestId: string;
  /** From 1. */
  readonly attempt: number;
  /** Value of X-Cff-Instance-Memory. */
  readonly memoryChoice?: string | undefined;
  /** Whether the caller wants the end of the log. */
  readonly tail: boolean;
  /** Headers of the caller's request, for the rules of an alias; absent without a request. */
  readonly headers?: RequestHeaders;
  /** The caller's, where `headers` are not passed. Valid. */
  readonly traceparent?: string | undefined;
  /** Earlier decision whether the request goes to the additional version of the alias. */
  readonly toAdditional?: boolean;
  /** Functions that ran one after another, each because of the one before, until this call; 0 unless set. */
  readonly depth?: number | undefined;
  /** Names of the servers when one received the call and this one runs it. */
  readonly nodes?: readonly [receivedBy: string, ranOn: string];
  /** Monotonic ms when the request arrived. */
  readonly receivedAt: number;
  /** Monotonic ms; a call without an instance by then is returned as `overloaded` and does not run. */
  readonly startBefore?: number;
  /** Stops the call, and the instance with it. */
  readonly signal?: AbortSignal;
  /** Called when the limits of the account admit the call, perhaps before `invoke` returns. */
  readonly onAdmitted?: () => void;
  /** Called when an instance takes the call; once more when another instance takes it then. */
  readonly onBegin?: () => void;
}

export interface InvocationResult {
  /** Undefined for success. */
  readonly failure: Failure | undefined;
  readonly payload: Buffer;
  /** The sink has received the answer, or its beginning; the payload is then not part of it. */
  readonly streamed: boolean;
  readonly receipt: Receipt;
  readonly logTail: string;
  readonly codeDigest: string;
}
