import type { DecodedBody, Routes } from '@funcgraph/api';
import { PlatformError } from '../../../lib/platform-error.ts';
import { type ApiDefinition, GATEWAY_AUTHS, GATEWAY_METHODS } from '../../../services/index.ts';

const TIMEOUT_MS = 5000;
const MATCHES = ['exact', 'prefix'] as const;

/** Throws `invalid_request`. */
export function readDefinition(
  body: DecodedBody<Routes['createGatewayApi']>,
  { backend, isHttp }: { readonly backend: ApiDefinition['backend']; readonly isHttp: boolean },
): ApiDefinition {
  const { name, path, timeout_ms: timeoutMs = TIMEOUT_MS, async = false, rules } = body;
  if (async && isHttp) {
    throw new PlatformError('invalid_request', 'async: an HTTP function cannot be invoked asynchronously');
  }
  return {
    name,
    method: oneOf('method', body.method, GATEWAY_METHODS, 'ANY'),
    path,
    below: oneOf('match', body.match, MATCHES, 'exact') === 'prefix',
    auth: oneOf('auth', body.auth, GATEWAY_AUTHS, 'IAM'),
    backend,
    timeoutMs,
    async,
    ...(rules === undefined ? {} : { rules }),
  };
}

function oneOf<const T extends string>(field: string, value: string | undefined, allowed: readonly T[], usual: T): T {
  if (!value) return usual;
  const found = allowed.find((each) => each === value);
  if (found !== undefined) return found;
  throw new PlatformError('invalid_request', `${field} must be one of ${allowed.join(', ')}`);
}
