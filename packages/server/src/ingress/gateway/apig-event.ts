import { bareObject } from '../../lib/bare-object.ts';
import type { HeaderPair } from './headers.ts';

export interface ApigRequest {
  readonly method: string;
  /** Path and query, below the address of the function or of the group of APIs. */
  readonly url: string;
  readonly headers: readonly HeaderPair[];
  readonly body: Buffer;
  readonly requestId: string;
  readonly apiId: string;
  readonly stage: string;
  readonly pathParameters: Readonly<Record<string, string>>;
  readonly sourceIp: string;
}

/** The event that an event function gets for a request. */
export function apigEvent({ body, ...request }: ApigRequest): Buffer {
  const encoded = body.length === 0 ? '' : body.toString('base64');
  return Buffer.from(JSON.stringify({ body: encoded, ...apigFields(request), isBase64Encoded: true }));
}

/** The event without its body. Of a repeated query key the last value counts. */
export function apigFields(request: Omit<ApigRequest, 'body'>) {
  const { method, url, requestId, apiId, stage, pathParameters, sourceIp } = request;
  const at = url.indexOf('?');
  const path = at < 0 ? url : url.slice(0, at);
  // a key may be called __proto__
  const query = bareObject<string>();
  if (at >= 0) for (const [key, value] of new URLSearchParams(url.slice(at + 1))) query[key] = value;
  return {
    requestContext: { requestId, apiId, stage, sourceIp },
    queryStringParameters: query,
    httpMethod: method,
    pathParameters,
    headers: lowerCase(request.headers),
    path,
  };
}

/** Values of a repeated name are joined by the rules of HTTP: cookies by a semicolon, others by a comma. */
function lowerCase(pairs: readonly HeaderPair[]): Record<string, string> {
  const headers = bareObject<string>();
  for (const [name, value] of pairs) {
    const key = name.toLowerCase();
    const before = headers[key];
    headers[key] = before === undefined ? value : `${before}${key === 'cookie' ? '; ' : ', '}${value}`;
  }
  return headers;
}
