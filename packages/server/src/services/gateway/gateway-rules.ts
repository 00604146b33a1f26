import type { GatewayRules } from '@funcgraph/api';
import { parseNetwork } from '../../lib/network-set.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { corsFault } from './cors-rules.ts';
import type { ApiDefinition } from './types.ts';

/** Of a network in a list for comparisons. */
const BYTES_PER_NETWORK = 512;

/** Throws `invalid_request` that names the first field which the schema allows and the gateway cannot enforce. */
export function checkGatewayRules({ ip, throttle, cors }: GatewayRules, auth: ApiDefinition['auth']): void {
  for (const list of ['allow', 'deny'] as const) {
    ip?.[list]?.forEach((network, at) => {
      if (parseNetwork(network) !== undefined) return;
      throw wrong(
        `ip.${list}.${at}`,
        `${JSON.stringify(network)} is neither an address nor a network`,
        'Write it as 192.0.2.7, 10.0.0.0/8 or 2001:db8::/32.',
      );
    });
  }
  const fault = cors === undefined ? undefined : corsFault(cors);
  if (fault !== undefined) throw wrong(`cors.${fault.field}`, fault.text, fault.hint);
  for (const [subject, needed] of [
    ['app', 'APP'],
    ['user', 'IAM'],
  ] as const) {
    if (throttle?.[subject] === undefined || auth === needed) continue;
    throw wrong(`throttle.${subject}`, `needs auth ${needed}, and the API has ${auth}`);
  }
}

/** Memory that published rules use besides their text. */
export function memoryOfRules({ ip }: GatewayRules): number {
  return BYTES_PER_NETWORK * ((ip?.allow?.length ?? 0) + (ip?.deny?.length ?? 0));
}

function wrong(field: string, text: string, hint?: string): PlatformError {
  return new PlatformError('invalid_request', `rules.${field}: ${text}`, { hint });
}
