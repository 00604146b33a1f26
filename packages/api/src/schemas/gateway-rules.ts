import { type Static, Type } from 'typebox';
import { LIMITS } from '../limits.ts';

const MAX_NETWORKS = 64;
/** In any period: a bucket counts to a hundredth of a call. */
const MAX_CALLS = 100_000;

const Networks = (description: string) =>
  Type.Optional(Type.Array(Type.String({ maxLength: 64 }), { maxItems: MAX_NETWORKS, description }));

const Addresses = Type.Object(
  {
    allow: Networks('Addresses and networks, such as 10.0.0.0/8 or 2001:db8::/32; all others get 403. Empty: all.'),
    deny: Networks('Addresses and networks that get 403, also when `allow` has them.'),
  },
  { additionalProperties: false },
);

const Limit = (description: string) =>
  Type.Optional(
    Type.Object(
      {
        calls: Type.Integer({ minimum: 1, maximum: MAX_CALLS }),
        period: Type.Union([Type.Literal('second'), Type.Literal('minute'), Type.Literal('hour'), Type.Literal('day')]),
      },
      { additionalProperties: false, description },
    ),
  );

const Throttle = Type.Object(
  {
    api: Limit('Calls of the API in a stage, by all callers.'),
    address: Limit('Calls from one address; a /64 network of IPv6 is one.'),
    app: Limit('Calls by one app; needs auth APP.'),
    user: Limit('Calls by one IAM user or agency; needs auth IAM.'),
  },
  {
    additionalProperties: false,
    description:
      'Token buckets: each holds the calls of its period and fills evenly; 429 when it is empty. Each server counts for itself.',
  },
);

const MAX_ITEMS = 64;
const HEADER_NAME = "^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$";

const HeaderNames = (description: string) =>
  Type.Optional(Type.Array(Type.String({ pattern: HEADER_NAME }), { maxItems: MAX_ITEMS, description }));

const Cors = Type.Object(
  {
    origins: Type.Array(Type.String({ maxLength: 255 }), {
      minItems: 1,
      maxItems: MAX_ITEMS,
      description: '`*`, or those whose scripts may call, such as https://app.example.com.',
    }),
    headers: HeaderNames('Request headers that scripts may send; `*` for all but Authorization.'),
    expose: HeaderNames('Response headers that scripts may read; `*` for all.'),
    max_age: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 86_400, description: 'Seconds for which a preflight is valid.' }),
    ),
    credentials: Type.Optional(
      Type.Boolean({ description: 'Scripts may send cookies and authorization. Not together with `*`.' }),
    ),
  },
  {
    additionalProperties: false,
    description:
      'The gateway answers preflights for the method of the API, without authentication, and says in all other answers who may read them, in place of the function.',
  },
);

/** What the gateway enforces before a request reaches the function of an API. */
export const GatewayRules = Type.Object(
  {
    ip: Type.Optional(Addresses),
    throttle: Type.Optional(Throttle),
    cors: Type.Optional(Cors),
    max_body_bytes: Type.Optional(
      Type.Integer({ minimum: 0, maximum: LIMITS.syncEventBytes, description: 'A longer body is refused with 413.' }),
    ),
  },
  { additionalProperties: false, description: 'Published with the API.' },
);
export type GatewayRules = Static<typeof GatewayRules>;
