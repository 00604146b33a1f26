import { isDeepStrictEqual } from 'node:util';
import { LIMITS } from '@funcgraph/api';
import { checkRange } from '../../control/index.ts';
import { ApiPathError, type PathSegment, parseApiPath, pathForm } from '../../domain/api-path.ts';
import { canonicalPart, GatewayPathError } from '../../domain/gateway-path.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { checkGatewayRules, memoryOfRules } from './gateway-rules.ts';
import type { ApiBackend, ApiDefinition, FlowBackend } from './types.ts';

const NAME = /^\p{L}[\p{L}\p{N}_-]{0,63}$/u;
/** Maps and objects for a part of a path in memory. */
const BYTES_PER_PART = 256;

/** Throws `invalid_request`. */
export function checkName(name: string): void {
  if (NAME.test(name)) return;
  throw new PlatformError('invalid_request', 'name is not usable', {
    hint: '1 to 64 letters, digits, _ and -; starts with a letter.',
  });
}

export function isFlowBackend(backend: ApiBackend): backend is FlowBackend {
  return 'flowId' in backend;
}

/** Whether requests are served alike. */
export function isSameDefinition(one: ApiDefinition, other: ApiDefinition): boolean {
  return isDeepStrictEqual(one, other);
}

/** Throws `invalid_request`. */
export function checkDefinition({ name, path, timeoutMs, backend, auth, async, rules }: ApiDefinition): void {
  checkName(name);
  if (isFlowBackend(backend) && auth !== 'IAM') {
    throw new PlatformError('invalid_request', 'auth must be IAM: the caller of a flow needs the right to start it');
  }
  if (isFlowBackend(backend) && async) {
    throw new PlatformError('invalid_request', 'async is for functions: a standard flow is answered at once anyway');
  }
  checkRange('timeout_ms', timeoutMs, { ...LIMITS.apiTimeoutMs, unit: 'ms' });
  checkPath(path);
  if (rules !== undefined) checkGatewayRules(rules, auth);
}

/** Throws `invalid_request`. */
function checkPath(path: string): void {
  try {
    const parts = segmentsOf(path).length;
    if (parts <= LIMITS.gatewayPathParts) return;
    throw new ApiPathError(`a path has at most ${LIMITS.gatewayPathParts} parts`);
  } catch (cause) {
    if (!(cause instanceof ApiPathError || cause instanceof GatewayPathError)) throw cause;
    throw new PlatformError('invalid_request', `path: ${cause.message}`, { hint: 'For example /users/{id}.', cause });
  }
}

/** The path with its text in the form of `canonicalPath`. */
export function segmentsOf(path: string): readonly PathSegment[] {
  return parseApiPath(path).map((segment) =>
    'literal' in segment ? { literal: canonicalPart(segment.literal) } : segment,
  );
}

/** The same text for all definitions that match the same requests. */
export function routeKey({ method, path, below }: ApiDefinition): string {
  return `${method} ${below ? 'below' : 'exact'} ${pathForm(segmentsOf(path))}`;
}

/** Memory that a published definition uses, with a margin. */
export function memoryOf(definition: ApiDefinition): number {
  const { path, rules } = definition;
  const text = Buffer.byteLength(JSON.stringify(definition));
  return text + BYTES_PER_PART * segmentsOf(path).length + (rules === undefined ? 0 : memoryOfRules(rules));
}
