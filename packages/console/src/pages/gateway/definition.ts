import type { RouteBody, RouteResponse, Routes } from '@funcgraph/api';

export type Group = RouteResponse<Routes['showGatewayGroup']>;
export type Api = RouteResponse<Routes['showGatewayApi']>;
export type Stage = RouteResponse<Routes['listGatewayStages']>['stages'][number];
export type Release = RouteResponse<Routes['listGatewayReleases']>['releases'][number];
export type App = RouteResponse<Routes['listGatewayApps']>['apps'][number];
export type TriggerApi = RouteResponse<Routes['listGatewayTriggerApis']>['apis'][number];
export type AccessLine = RouteResponse<Routes['queryGatewayAccessLog']>['lines'][number];
type Body = RouteBody<Routes['createGatewayApi']>;
type Definition = Omit<Api, 'id' | 'created_time' | 'last_updated_time' | 'published'>;
type Throttle = NonNullable<NonNullable<Definition['rules']>['throttle']>;

export const METHODS = ['ANY', 'GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS'] as const;
export const AUTHS = ['APP', 'IAM', 'NONE'] as const;
export const PERIODS = ['second', 'minute', 'hour', 'day'] as const;
export const WHOSE = ['api', 'address', 'app', 'user'] as const;

interface Limit {
  readonly calls?: number | null;
  readonly period: (typeof PERIODS)[number];
}

/** An API as its form has it. */
export interface ApiFields {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly isPrefix: boolean;
  readonly auth: string;
  readonly backend: 'function' | 'flow';
  readonly function_urn?: string;
  readonly version: string;
  readonly flow_urn?: string;
  readonly timeout_ms: number;
  readonly isAsync: boolean;
  /** Without those that the authentication excludes. */
  readonly limits: Partial<Readonly<Record<(typeof WHOSE)[number], Limit>>>;
  readonly allow: string;
  readonly deny: string;
  readonly origins: string;
}

const VERSION = /^(urn:[^:]+:[^:]+:[^:]+:function:[^:]+:[^:]+):(.+)$/;
const lines = (text: string): string[] => text.split(/[\s,]+/).filter((one) => one !== '');

/** A backend without its version, and the version. */
export function splitBackend(urn: string): { readonly urn: string; readonly version: string } {
  const [, base = urn, version = 'latest'] = VERSION.exec(urn) ?? [];
  return { urn: base, version };
}

/** What an empty form has, or the form of an API. */
export function fieldsOf(api?: Definition): ApiFields {
  const { throttle = {}, ip = {}, cors } = api?.rules ?? {};
  const isFlow = api?.backend_urn.includes(':workflow:') ?? false;
  const { urn, version } = splitBackend(api?.backend_urn ?? '');
  const limit = (whose: keyof Throttle): Limit => throttle[whose] ?? { period: 'minute' };
  return {
    name: api?.name ?? '',
    method: api?.method ?? 'ANY',
    path: api?.path ?? '/',
    isPrefix: api?.match === 'prefix',
    auth: api?.auth ?? 'IAM',
    backend: isFlow ? 'flow' : 'function',
    ...(api === undefined ? {} : isFlow ? { flow_urn: api.backend_urn } : { function_urn: urn }),
    version: isFlow ? 'latest' : version,
    timeout_ms: api?.timeout_ms ?? 5000,
    isAsync: api?.async ?? false,
    limits: { api: limit('api'), address: limit('address'), app: limit('app'), user: limit('user') },
    allow: ip.allow?.join('\n') ?? '',
    deny: ip.deny?.join('\n') ?? '',
    origins: cors?.origins.join('\n') ?? '',
  };
}

/** The form as a definition. What the form does not show stays as it was. */
export function bodyOf(fields: ApiFields, before?: Definition): Body {
  const isFlow = fields.backend === 'flow';
  const rules = rulesOf(fields, before?.rules);
  return {
    name: fields.name,
    path: fields.path,
    method: fields.method,
    match: fields.isPrefix ? 'prefix' : 'exact',
    auth: isFlow ? 'IAM' : fields.auth,
    backend_urn: isFlow ? (fields.flow_urn ?? '') : `${fields.function_urn ?? ''}:${fields.version}`,
    timeout_ms: fields.timeout_ms,
    async: !isFlow && fields.isAsync,
    ...(Object.keys(rules).length === 0 ? {} : { rules }),
  };
}

function rulesOf({ limits, allow, deny, origins, auth, backend }: ApiFields, before: Definition['rules'] = {}) {
  const { throttle: _throttle, ip: _ip, cors, ...others } = before;
  const isPossible = (whose: string) =>
    (whose !== 'app' || (auth === 'APP' && backend === 'function')) &&
    (whose !== 'user' || auth === 'IAM' || backend === 'flow');
  const set = WHOSE.flatMap((whose) => {
    const { calls, period } = limits[whose] ?? {};
    return typeof calls === 'number' && isPossible(whose) ? [[whose, { calls, period }] as const] : [];
  });
  const allowed = lines(allow);
  const denied = lines(deny);
  const named = lines(origins);
  return {
    ...others,
    ...(set.length === 0 ? {} : { throttle: Object.fromEntries(set) as Throttle }),
    ...(allowed.length + denied.length === 0 ? {} : { ip: { allow: allowed, deny: denied } }),
    ...(named.length === 0 ? {} : { cors: { ...cors, origins: named } }),
  };
}

/** Where a host name of a group reaches an API. */
export function addressOf({ gateway_url }: Pick<Group, 'gateway_url'>, host: string, path: string): string {
  if (!URL.canParse(gateway_url)) return `${host}${path}`;
  const { protocol, port } = new URL(gateway_url);
  return `${protocol}//${host}${port === '' ? '' : `:${port}`}${path}`;
}
