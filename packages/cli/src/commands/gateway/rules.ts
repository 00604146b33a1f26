import type { GatewayRules } from '@funcgraph/api';
import { type FlagValues, flag, usageError } from '../../framework/index.ts';

export const RULE_FLAGS = {
  'allow-ip': flag.list('NETWORK', 'address or network that may call; all others may not'),
  'deny-ip': flag.list('NETWORK', 'address or network that may not call'),
  limit: flag.list('WHOSE=CALLS/PERIOD', 'api, address, app or user; per second, minute, hour or day'),
  'max-body-bytes': flag.integer('BYTES', 'of a request; 413 for a longer one'),
  'cors-origin': flag.list('ORIGIN', 'whose scripts may call, for example https://app.example.com; * for all'),
  'cors-header': flag.list('NAME', 'request header that scripts may send'),
  'cors-expose': flag.list('NAME', 'response header that scripts may read'),
  'cors-max-age': flag.integer('SECONDS', 'for which browsers remember what scripts may do'),
  'cors-credentials': flag.boolean('scripts may send cookies and authorization'),
};

type RuleValues = Partial<FlagValues<typeof RULE_FLAGS>>;

type Throttle = NonNullable<GatewayRules['throttle']>;

const LIMIT = /^(api|address|app|user)=(\d{1,9})\/(second|minute|hour|day)$/;

/** The rules of an API, if any flag gives one. Throws usage errors. */
export function rulesOf(values: RuleValues): { readonly rules?: GatewayRules } {
  const { 'allow-ip': allow = [], 'deny-ip': deny = [], limit = [], 'max-body-bytes': maxBody } = values;
  const rules: GatewayRules = {
    ...(allow.length + deny.length === 0 ? {} : { ip: { allow: [...allow], deny: [...deny] } }),
    ...(limit.length === 0 ? {} : { throttle: Object.fromEntries(limit.map(limitOf)) as Throttle }),
    ...corsOf(values),
    ...(maxBody === undefined ? {} : { max_body_bytes: maxBody }),
  };
  return Object.keys(rules).length === 0 ? {} : { rules };
}

function corsOf(values: RuleValues): Pick<GatewayRules, 'cors'> {
  const {
    'cors-origin': origins = [],
    'cors-header': headers = [],
    'cors-expose': expose = [],
    'cors-max-age': maxAge,
    'cors-credentials': credentials = false,
  } = values;
  if (origins.length === 0) {
    if (headers.length + expose.length === 0 && maxAge === undefined && !credentials) return {};
    throw usageError('--cors-origin is missing', 'Other --cors flags say what scripts of an origin may do.');
  }
  return {
    cors: {
      origins: [...origins],
      ...(headers.length === 0 ? {} : { headers: [...headers] }),
      ...(expose.length === 0 ? {} : { expose: [...expose] }),
      ...(maxAge === undefined ? {} : { max_age: maxAge }),
      ...(credentials ? { credentials } : {}),
    },
  };
}

function limitOf(text: string): [whose: string, limit: object] {
  const [, whose, calls, period] = LIMIT.exec(text) ?? [];
  if (whose !== undefined) return [whose, { calls: Number(calls), period }];
  throw usageError(`--limit ${text} is not WHOSE=CALLS/PERIOD`, 'For example --limit address=20/minute.');
}
