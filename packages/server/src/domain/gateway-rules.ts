import type { GatewayRules } from '@funcgraph/api';
import { parseNetwork } from '../lib/network-set.ts';
import { PlatformError } from '../lib/platform-error.ts';

const ORIGIN =
  /^https?:\/\/(?:\*\.)?[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?$|^https?:\/\/\[[0-9a-f:.]+\](?::\d{1,5})?$/;
const DEFAULT_PORT = /^(?:http:\/\/.*:80|https:\/\/.*:443)$/;

/** Throws `invalid_request` that names the first field of valid form that cannot be enforced. */
export function checkGatewayRules({ cors, ip }: GatewayRules): void {
  for (const list of ['allow', 'deny'] as const) {
    ip?.[list]?.forEach((network, at) => {
      if (parseNetwork(network) !== undefined) return;
      throw wrong(`ip.${list}.${at}`, `${JSON.stringify(network)} is neither an address nor a network`, {
        hint: 'Write it as 192.0.2.7, 10.0.0.0/8 or 2001:db8::/32.',
      });
    });
  }
  if (cors !== undefined) checkCors(cors);
}

function checkCors({ origins, headers, expose, credentials }: NonNullable<GatewayRules['cors']>): void {
  origins.forEach((origin, at) => {
    if (origin === '*' || (ORIGIN.test(origin) && !DEFAULT_PORT.test(origin))) return;
    throw wrong(`cors.origins.${at}`, `${JSON.stringify(origin)} is not an origin as browsers send it`, {
      hint: 'Write it in lower case, without a path and without a default port: https://app.example.com',
    });
  });
  if (credentials !== true) return;
  for (const [field, values] of Object.entries({ origins, headers, expose })) {
    if (values?.includes('*') !== true) continue;
    throw wrong(`cors.${field}`, 'cannot have * together with credentials', {
      hint: 'List the values: with *, any page could act with the credentials of its visitor.',
    });
  }
}

function wrong(field: string, text: string, extra: { readonly hint: string }): PlatformError {
  return new PlatformError('invalid_request', `${field}: ${text}`, extra);
}
