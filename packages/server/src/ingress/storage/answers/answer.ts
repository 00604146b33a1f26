import type { Dialect } from '../signatures/claim.ts';
import { type Node, writeXml } from '../xml/write.ts';

/** The answer of an operation, without the headers that all answers have. */
export interface Answer {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  /** Text of XML, or the bytes of an object; undefined for an answer without a body. */
  readonly body?: string | { readonly bytes: AsyncIterable<Uint8Array>; readonly length: number };
  /** Of the object in the answer to a HEAD request. */
  readonly declaredLength?: number;
}

export function emptyAnswer(status: number, headers: Answer['headers'] = []): Answer {
  return { status, headers };
}

export function xmlAnswer(root: string, content: Node, dialect: Dialect, headers: Answer['headers'] = []): Answer {
  return {
    status: 200,
    headers: [['Content-Type', 'application/xml'], ...headers],
    body: writeXml(root, content, dialect),
  };
}

export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

/** S3 and OBS write ETags in quotes, also in documents. */
export function quoted(etag: string): string {
  return `"${etag}"`;
}
