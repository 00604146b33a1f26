import type { IncomingHttpHeaders } from 'node:http';
import { PlatformError } from '../../lib/platform-error.ts';

/** In an answer: the change of configuration up to which it was made. In a request: the change that it must know. */
export const CHANGE_HEADER = 'x-funcgraph-change';

/** The changes of configuration that this server knows. */
export interface KnownChanges {
  /** The number of the last one. */
  readonly at: number;
  /** Resolves when the server knows this one, and at once for a number that was never given. */
  notBefore(number: number): Promise<void>;
}

/** Undefined without the header. Throws `invalid_request` for a value that no server gave. */
export function requestedChange(headers: IncomingHttpHeaders): number | undefined {
  const text = headers[CHANGE_HEADER];
  if (text === undefined) return undefined;
  const number = typeof text === 'string' && /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(number)) return number;
  throw new PlatformError('invalid_request', 'X-Funcgraph-Change is not the number of a change', {
    hint: 'Send the value that an earlier answer had, or leave the header out.',
  });
}
