import type { IncomingHttpHeaders } from 'node:http';
import type { GatewayRules } from '@funcgraph/api';
import type { HeaderPair } from '../headers.ts';

export type Cors = NonNullable<GatewayRules['cors']>;

/** The method that a browser asks for before it sends a request of a script; undefined for other requests. */
export function preflightMethod(method: string, headers: IncomingHttpHeaders): string | undefined {
  if (method !== 'OPTIONS' || headers.origin === undefined) return undefined;
  return headers['access-control-request-method'];
}

/** What a preflight for `method` learns; without a permission when its origin has none. */
export function preflightHeaders(cors: Cors, method: string, origin: string | undefined): HeaderPair[] {
  const allowed = permission(cors, origin);
  if (allowed.length === 0) return vary(cors);
  const { headers = [], max_age: maxAge } = cors;
  return [
    ...allowed,
    ['Access-Control-Allow-Methods', method],
    ...(headers.length === 0 ? [] : [['Access-Control-Allow-Headers', headers.join(', ')] as const]),
    ...(maxAge === undefined ? [] : [['Access-Control-Max-Age', String(maxAge)] as const]),
    ...vary(cors),
  ];
}

/** For the answer to any other request, also one that tells of an error. */
export function answerHeaders(cors: Cors, origin: string | undefined): HeaderPair[] {
  const allowed = permission(cors, origin);
  const { expose = [] } = cors;
  if (allowed.length > 0 && expose.length > 0) allowed.push(['Access-Control-Expose-Headers', expose.join(', ')]);
  return [...allowed, ...vary(cors)];
}

/** Replaces what a function says about other origins. */
export function withCors(
  headers: readonly HeaderPair[],
  cors: readonly HeaderPair[] | undefined,
): readonly HeaderPair[] {
  if (cors === undefined) return headers;
  return [...headers.filter(([name]) => !/^access-control-/i.test(name)), ...cors];
}

function permission({ origins, credentials }: Cors, origin: string | undefined): HeaderPair[] {
  if (origins.includes('*')) return [['Access-Control-Allow-Origin', '*']];
  if (origin === undefined || !origins.includes(origin)) return [];
  const allowed: HeaderPair[] = [['Access-Control-Allow-Origin', origin]];
  if (credentials === true) allowed.push(['Access-Control-Allow-Credentials', 'true']);
  return allowed;
}

/** A cache must not give the answer for one origin to another. */
const vary = ({ origins }: Cors): HeaderPair[] => (origins.includes('*') ? [] : [['Vary', 'Origin']]);
