import type { GatewayRules } from '@funcgraph/api';
import { flag, usageError } from '../../framework/index.ts';

export const RULE_FLAGS = {
  'allow-ip': flag.list('NETWORK', 'address or network that may call; all others may not'),
  'deny-ip': flag.list('NETWORK', 'address or network that may not call'),
  limit: flag.list('WHOSE=CALLS/PERIOD', 'api, address, app or user; per second, minute, hour or day'),
};

interface RuleValues {
  readonly 'allow-ip'?: readonly string[];
  readonly 'deny-ip'?: readonly string[];
  readonly limit?: readonly string[];
}

type Throttle = NonNullable<GatewayRules['throttle']>;

const LIMIT = /^(api|address|app|user)=(\d{1,9})\/(second|minute|hour|day)$/;

/** The rules of an API, if any flag gives one. Throws usage errors. */
export function rulesOf(values: RuleValues): { readonly rules?: GatewayRules } {
  const { 'allow-ip': allow = [], 'deny-ip': deny = [], limit = [] } = values;
  const rules: GatewayRules = {
    ...(allow.length + deny.length === 0 ? {} : { ip: { allow: [...allow], deny: [...deny] } }),
    ...(limit.length === 0 ? {} : { throttle: Object.fromEntries(limit.map(limitOf)) as Throttle }),
  };
  return Object.keys(rules).length === 0 ? {} : { rules };
}

function limitOf(text: string): [whose: string, limit: object] {
  const [, whose, calls, period] = LIMIT.exec(text) ?? [];
  if (whose !== undefined) return [whose, { calls: Number(calls), period }];
  throw usageError(`--limit ${text} is not WHOSE=CALLS/PERIOD`, 'For example --limit address=20/minute.');
}
