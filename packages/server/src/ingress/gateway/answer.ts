import type { HeaderPair } from './headers.ts';

/** The answer of a function through its URL; not yet checked by `headersOut`. */
export interface FunctionAnswer {
  readonly statusCode: number;
  readonly headers: readonly HeaderPair[];
  readonly body: Buffer;
  /** Content-Length of an answer that has no body (HEAD), as the function gave it. */
  readonly declaredLength?: string;
}

/** Statuses that end a request; 1xx would leave the client waiting for the real one. */
export function isFinalStatus(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 200 && value <= 599;
}
