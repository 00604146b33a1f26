import { type Static, Type } from 'typebox';
import { LIMITS } from '../limits.ts';

const MAX_CALLS = 1_000_000_000;
const MAX_ITEMS = 64;
const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}";

const Calls = (description: string) =>
  Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_CALLS, description: `${description} No limit without it.` }));

const Throttle = Type.Object(
  {
    period: Type.Union([Type.Literal('second'), Type.Literal('minute'), Type.Literal('hour'), Type.Literal('day')]),
    api: Calls('Calls of the API in a period, by all callers.'),
    user: Calls('Calls by one IAM user; needs IAM authentication.'),
    app: Calls('Calls by one app; needs app authentication.'),
    ip: Calls('Calls by one address; a /64 network of IPv6 is one address.'),
  },
  {
    additionalProperties: false,
    description:
      'A token bucket for each subject: it holds the calls of one period and fills evenly. Each server counts for itself.',
  },
);

const HeaderNames = (description: string) =>
  Type.Optional(Type.Array(Type.String({ pattern: `^${TOKEN}$` }), { maxItems: MAX_ITEMS, description }));

const Cors = Type.Object(
  {
    origins: Type.Array(Type.String({ maxLength: 255 }), {
      maxItems: MAX_ITEMS,
      description: '`*`, `https://app.example.com`, or `https://*.example.com` for all names below. Empty: none.',
    }),
    methods: Type.Optional(
      Type.Array(Type.String({ pattern: '^[A-Z]{1,16}$' }), {
        maxItems: 16,
        description: 'Those of the API unless set.',
      }),
    ),
    headers: HeaderNames('Request headers that scripts may send; `*` for all, not with credentials.'),
    expose: HeaderNames('Response headers that scripts may read; `*` for all, not with credentials.'),
    max_age: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 86_400, description: 'Seconds for which a preflight is valid.' }),
    ),
    credentials: Type.Optional(
      Type.Boolean({ description: 'Scripts may send cookies and authorization. Not with the origin `*`.' }),
    ),
  },
  { additionalProperties: false },
);

const Networks = (description: string) =>
  Type.Optional(Type.Array(Type.String({ maxLength: 64 }), { maxItems: 256, description }));

const AddressRules = Type.Object(
  {
    allow: Networks('Addresses and networks, such as 10.0.0.0/8 or 2001:db8::/32; all others are refused. Empty: all.'),
    deny: Networks('Addresses and networks that are refused, also when `allow` has them.'),
  },
  { additionalProperties: false },
);

/**
 * What the gateway enforces for a group, a stage or an API. `checkGatewayRules` of the server checks what a schema
 * cannot say.
 */
export const GatewayRules = Type.Object(
  {
    throttle: Type.Optional(Throttle),
    cors: Type.Optional(Cors),
    ip: Type.Optional(AddressRules),
    max_body_bytes: Type.Optional(
      Type.Integer({ minimum: 0, maximum: LIMITS.streamBytes, description: 'A larger body is refused with 413.' }),
    ),
    timeout_ms: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 60_000, description: 'Until the answer begins; 504 after it.' }),
    ),
  },
  { additionalProperties: false },
);
export type GatewayRules = Static<typeof GatewayRules>;

/**
 * The rules of an API: each section is that of the innermost layer that has it, whole. A section without limits, such as
 * `ip: {}`, removes that of the layers around it. Give the outermost layer first: group, stage, API.
 */
export function mergeGatewayRules(...layers: readonly (GatewayRules | undefined)[]): GatewayRules {
  return Object.assign({}, ...layers.map(setFields)) as GatewayRules;
}

function setFields(layer: GatewayRules | undefined): GatewayRules {
  return Object.fromEntries(Object.entries(layer ?? {}).filter(([, value]) => value !== undefined)) as GatewayRules;
}
