/** How an invocation ended, for the receiver of its outcome. */
export interface EndedInvocation {
  readonly requestId: string;
  /** With the version or alias. */
  readonly urn: string;
  readonly event: Uint8Array;
  readonly ending: Ending;
  /** Attempts that ran. */
  readonly attempts: number;
  /** Ms since the epoch. */
  readonly endedAt: number;
}

export type Ending =
  | { readonly kind: 'ok'; readonly result: Uint8Array }
  /** The function ran and failed; `result` is its error as JSON text. */
  | { readonly kind: 'failed'; readonly result: Uint8Array }
  /** It did not get to run before its event expired. */
  | { readonly kind: 'expired'; readonly message: string }
  /** It could not be run: the function is deleted, or refuses such a call. */
  | { readonly kind: 'refused'; readonly message: string };

const CONDITIONS = {
  ok: ['', 200],
  failed: ['UnhandledInvocationError', 500],
  expired: ['EventAgeExceeded', 429],
  refused: ['InvocationRefused', 404],
} as const;

/**
 * The event for a destination, in the format of the guide (3.3.7): both payloads are text. `approximate_invoke_count`
 * is 0 for the first attempt and more than 1 after retries.
 */
export function outcomeEvent(ended: EndedInvocation): Buffer {
  const { ending, attempts } = ended;
  const [condition, statusCode] = CONDITIONS[ending.kind];
  const event = {
    timestamp: new Date(ended.endedAt).toISOString(),
    request_context: {
      request_id: ended.requestId,
      function_urn: ended.urn,
      condition,
      approximate_invoke_count: attempts > 1 ? attempts : 0,
    },
    request_payload: text(ended.event),
    response_context: { status_code: statusCode, function_error: '' },
    response_payload: responseOf(ending),
  };
  return Buffer.from(JSON.stringify(event));
}

function responseOf(ending: Ending): string {
  if (ending.kind === 'ok' || ending.kind === 'failed') return text(ending.result);
  return JSON.stringify({ errorMessage: ending.message, errorType: CONDITIONS[ending.kind][0] });
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}
