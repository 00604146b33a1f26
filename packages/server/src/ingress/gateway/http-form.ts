import { DOCUMENT_LIMITS, parseBoundedJson } from '../../lib/bounded-json.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { type FunctionAnswer, isFinalStatus } from './answer.ts';
import type { HeaderPair } from './headers.ts';

/** A request in the binary form of the runtime protocol, as HTTP functions get it. */
export function encodeRequest(method: string, url: string, headers: readonly HeaderPair[], body: Buffer): Buffer {
  const head = JSON.stringify({ method, url, headers });
  const headBytes = Buffer.byteLength(head);
  const bytes = Buffer.allocUnsafe(4 + headBytes + body.length);
  bytes.writeUInt32BE(headBytes, 0);
  bytes.write(head, 4, headBytes, 'utf8');
  body.copy(bytes, 4 + headBytes);
  return bytes;
}

/** The answer of an HTTP function. The instance is hostile: throws `invalid_gateway_answer` for anything unexpected. */
export function decodeAnswer(payload: Buffer): FunctionAnswer {
  const headBytes = payload.length < 4 ? -1 : payload.readUInt32BE(0);
  if (headBytes < 0 || 4 + headBytes > payload.length) throw broken();
  let head: unknown;
  try {
    head = parseBoundedJson(payload.subarray(4, 4 + headBytes), DOCUMENT_LIMITS);
  } catch (cause) {
    throw broken(cause);
  }
  if (typeof head !== 'object' || head === null || !('statusCode' in head) || !('headers' in head)) throw broken();
  const { statusCode, headers } = head;
  if (!isFinalStatus(statusCode) || !Array.isArray(headers) || !headers.every(isPair)) throw broken();
  const length = headers.find(([name]) => name.toLowerCase() === 'content-length')?.[1];
  const declared = length !== undefined && /^\d{1,15}$/.test(length) ? { declaredLength: length } : {};
  return { statusCode, headers, body: payload.subarray(4 + headBytes), ...declared };
}

function isPair(value: unknown): value is HeaderPair {
  return Array.isArray(value) && value.length === 2 && typeof value[0] === 'string' && typeof value[1] === 'string';
}

function broken(cause?: unknown): PlatformError {
  return new PlatformError('invalid_gateway_answer', 'The answer of the function is not valid HTTP.', { cause });
}
