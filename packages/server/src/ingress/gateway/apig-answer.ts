import { DOCUMENT_LIMITS, parseBoundedJson } from '../../lib/bounded-json.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { type FunctionAnswer, isFinalStatus } from './answer.ts';
import type { HeaderPair } from './headers.ts';

/**
 * The answer of an event function: an object with `statusCode`, and `headers`, `body`, `isBase64Encoded` optionally.
 * Throws `status_code_missing`, `invalid_gateway_answer`.
 */
export function readApigAnswer(payload: Buffer): FunctionAnswer {
  let answer: unknown;
  try {
    answer = parseBoundedJson(payload, DOCUMENT_LIMITS);
  } catch (cause) {
    throw invalid(`it is not acceptable JSON: ${(cause as Error).message.slice(0, 200)}`, cause);
  }
  if (!isObject(answer)) throw invalid(`it is ${answer === null ? 'null' : `a ${kindOf(answer)}`}, not an object`);
  const { statusCode, body, isBase64Encoded } = answer;
  if (statusCode === undefined || statusCode === null || statusCode === 0) {
    throw new PlatformError('status_code_missing', 'The answer of the function has no statusCode.', { hint: SHAPE });
  }
  if (!isFinalStatus(statusCode)) throw invalid('statusCode is not a whole number from 200 to 599');
  if (isBase64Encoded !== undefined && isBase64Encoded !== null && typeof isBase64Encoded !== 'boolean') {
    throw invalid('isBase64Encoded is not true or false');
  }
  if (body !== undefined && body !== null && typeof body !== 'string') throw invalid('body is not text');
  return {
    statusCode,
    headers: headerPairs(answer.headers),
    body: Buffer.from(body ?? '', isBase64Encoded === true ? 'base64' : 'utf8'),
  };
}

const SHAPE = 'Return {"statusCode": 200, "headers": {}, "isBase64Encoded": false, "body": "text"}.';

/** A value may be a list, for repeated headers; numbers and booleans are written as text. */
function headerPairs(headers: unknown): HeaderPair[] {
  if (headers === undefined || headers === null) return [];
  if (!isObject(headers)) throw invalid('headers is not an object');
  const pairs: HeaderPair[] = [];
  for (const [name, value] of Object.entries(headers)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (typeof each === 'string') pairs.push([name, each]);
      else if (typeof each === 'number' || typeof each === 'boolean') pairs.push([name, String(each)]);
      else throw invalid('the value of a header is not text');
    }
  }
  return pairs;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function kindOf(value: unknown): string {
  return Array.isArray(value) ? 'list' : typeof value;
}

function invalid(why: string, cause?: unknown): PlatformError {
  return new PlatformError('invalid_gateway_answer', `The answer of the function cannot be sent: ${why}.`, {
    hint: SHAPE,
    cause,
  });
}
