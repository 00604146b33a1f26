import type { Fields } from '../plan/resource.ts';

const DEFAULT_WAIT_MS = 5000;

/** A route of the gateway in the words of commands and project files. */
export interface GatewayRoute {
  readonly path?: string | undefined;
  readonly method?: string | undefined;
  readonly exact?: boolean | undefined;
  readonly auth?: string | undefined;
  readonly group?: string | undefined;
  readonly stage?: string | undefined;
  /** Ms. */
  readonly wait?: number | undefined;
  readonly async?: boolean | undefined;
}

/** The `event_data` of its trigger. */
export function gatewayRoute(name: string, route: GatewayRoute): Fields {
  const { path = '/', method = 'ANY', exact, auth = 'iam', group, stage, wait = DEFAULT_WAIT_MS, async } = route;
  return {
    name,
    type: 1,
    path,
    req_method: method.toUpperCase(),
    match_mode: exact ? 'NORMAL' : 'SWA',
    auth: auth.toUpperCase(),
    func_info: { timeout: wait, invocation_type: async ? 'async' : 'sync' },
    ...(group === undefined ? {} : { group_id: group }),
    ...(stage === undefined ? {} : { env_name: stage }),
  };
}
