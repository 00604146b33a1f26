import { ROUTES, type RouteId } from '@funcgraph/api';
import { Compile, type Validator } from 'typebox/compile';
import { type BodyParser, bodyParser } from '../../lib/body-parser.ts';
import { DOCUMENT_LIMITS, parseBoundedJson } from '../../lib/bounded-json.ts';
import { PlatformError } from '../../lib/platform-error.ts';

interface RouteValidators {
  readonly query: Validator;
  readonly body: BodyParser;
}

const compiled = new Map<RouteId, RouteValidators>();

/** The schemas of a route, compiled at its first request: to compile those of all routes takes a tenth of the start. */
export function validatorsOf(id: RouteId): RouteValidators {
  const known = compiled.get(id);
  if (known !== undefined) return known;
  const made = { query: Compile(ROUTES[id].query), body: bodyParser(ROUTES[id].body) };
  compiled.set(id, made);
  return made;
}

/** JSON of a request body; an empty body is an empty object, as SDKs send it. Throws `unreadable_body`. */
export function parseJson(raw: Buffer): unknown {
  if (raw.length === 0) return {};
  try {
    const value = parseBoundedJson(raw, DOCUMENT_LIMITS);
    return value ?? {};
  } catch (cause) {
    throw new PlatformError('unreadable_body', `the request body is not acceptable JSON: ${(cause as Error).message}`);
  }
}
