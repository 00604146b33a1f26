import { type DecodedBody, formatUrn, type RouteResponse, type Routes } from '@funcgraph/api';
import type { Functions, Reservation, ReservedConfig, ReservedConfigs } from '../../control/index.ts';
import type { Iam } from '../../iam/index.ts';
import type { ReservedState } from '../../instances/index.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { ApiRequest, Handlers } from '../http/handler.ts';
import { readName } from './functions-target.ts';

type Ids =
  | 'updateFunctionReservedInstancesCount'
  | 'listFunctionReservedInstances'
  | 'listReservedInstanceConfigs'
  | 'showReservedInstances';
type ConfigReply = RouteResponse<Routes['listReservedInstanceConfigs']>['reserved_instances'][number];
type StateReply = RouteResponse<Routes['showReservedInstances']>['reserved_instances'][number];
type Body = DecodedBody<Routes['updateFunctionReservedInstancesCount']>;
type State = ReservedState & { readonly note: string | undefined };

const LIST = 'functiongraph:function:listReservedInstance';

export interface ReservedInstanceDeps {
  readonly iam: Iam;
  readonly functions: Functions;
  readonly reservedConfigs: ReservedConfigs;
  readonly state: (config: ReservedConfig) => State;
  readonly region: string;
}

/** Settings of reserved instances, and their present instances. */
export function reservedInstanceHandlers({
  iam,
  functions,
  reservedConfigs,
  state,
  region,
}: ReservedInstanceDeps): Handlers<Ids> {
  /** Those of the functions on which the caller has the right. */
  const seen = (
    { caller, peer, params }: Pick<ApiRequest<'listReservedInstanceConfigs'>, 'caller' | 'peer' | 'params'>,
    all: readonly ReservedConfig[],
  ): readonly ReservedConfig[] =>
    all.filter(({ fn }) => iam.allows(caller, { action: LIST, projectId: params.project_id, fn, peer }));

  /** All of a project, or those of the function that a URN names, with any version or alias in it. */
  async function listed(projectId: string, urn: string | undefined): Promise<readonly ReservedConfig[]> {
    if (urn === undefined || urn === '') return reservedConfigs.list(projectId);
    const { name } = readName({ project_id: projectId, function_urn: urn });
    const { fn } = await functions.show(name);
    return reservedConfigs.list(projectId, fn.id);
  }

  return {
    async updateFunctionReservedInstancesCount(request) {
      const { name, qualifier } = readName(request.params);
      const text = qualifier?.kind === 'alias' ? `!${qualifier.name}` : (qualifier?.name ?? 'latest');
      const config = await reservedConfigs.set(name, text, reservationOf(request.body));
      return { count: config.count, idle_mode: config.idleMode, tactics_config: tactics(config) };
    },

    async listFunctionReservedInstances(request) {
      const { query, params } = request;
      const all = seen(request, await listed(params.project_id, query.urn));
      const { rows, page } = pageOf(all, query, { usual: 400, most: 400 });
      return {
        reservedinstances: rows.map((config) => ({
          func_urn: formatUrn({ region, ...config.fn, qualifier: qualifierOf(config) }),
          count: state(config).wanted,
        })),
        page_info: page,
        count: all.length,
      };
    },

    async listReservedInstanceConfigs(request) {
      const { query, params } = request;
      const all = seen(request, await listed(params.project_id, query.function_urn));
      const { rows, page } = pageOf(all, query, { usual: 100, most: 500 });
      return { reserved_instances: rows.map((config) => reply(config, region)), page_info: page, count: all.length };
    },

    async showReservedInstances(request) {
      const { project_id, function_urn } = request.params;
      const all = await listed(project_id, function_urn);
      return { reserved_instances: all.map((config) => ({ ...reply(config, region), ...stateReply(state(config)) })) };
    },
  };
}

/** Throws `invalid_concurrency`, and `not_supported_here` for policies by metric. */
export function reservationOf(body: Body): Reservation {
  const { cron_configs: policies = [], metric_configs: byMetric = [] } = body.tactics_config ?? {};
  if (byMetric.length > 0) {
    throw new PlatformError('not_supported_here', 'policies by metric (metric_configs) do not exist here', {
      hint: 'Use cron_configs, or a higher count.',
    });
  }
  return {
    count: required('count', body.count),
    idleMode: body.idle_mode,
    policies: policies.map(({ name = '', cron = '', count, start_time, expired_time }) => ({
      name,
      cron,
      count: required('count of a policy', count),
      startsAt: required('start_time', start_time) * 1000,
      endsAt: required('expired_time', expired_time) * 1000,
    })),
  };
}

function required(field: string, value: number | undefined): number {
  if (value !== undefined) return value;
  throw new PlatformError('invalid_concurrency', `${field} is missing`);
}

function qualifierOf({ qualifier }: ReservedConfig): { kind: 'version' | 'alias'; name: string } {
  const alias = qualifier.startsWith('!');
  return { kind: alias ? 'alias' : 'version', name: alias ? qualifier.slice(1) : qualifier };
}

function reply(config: ReservedConfig, region: string): ConfigReply {
  const { kind, name } = qualifierOf(config);
  return {
    function_urn: formatUrn({ region, ...config.fn }),
    qualifier_type: kind,
    qualifier_name: name,
    min_count: config.count,
    idle_mode: config.idleMode,
    tactics_config: tactics(config),
  };
}

function tactics({ policies }: ReservedConfig): ConfigReply['tactics_config'] {
  return {
    cron_configs: policies.map(({ name, cron, count, startsAt, endsAt }) => ({
      name,
      cron,
      count,
      start_time: startsAt / 1000,
      expired_time: endsAt / 1000,
    })),
  };
}

function stateReply({
  wanted,
  ready,
  starting,
  failing,
  note,
}: State): Pick<StateReply, 'wanted' | 'ready' | 'starting' | 'failing'> {
  if (note !== undefined) return { wanted, ready, starting, failing: { reason: note, failures: 0, next_try: null } };
  if (failing === undefined) return { wanted, ready, starting, failing: null };
  const { reason, failures, nextTryAt } = failing;
  return { wanted, ready, starting, failing: { reason, failures, next_try: new Date(nextTryAt).toISOString() } };
}

function pageOf<T>(
  all: readonly T[],
  query: { readonly marker?: string | undefined; readonly limit?: string | undefined },
  size: { readonly usual: number; readonly most: number },
): { rows: readonly T[]; page: { next_marker: number; previous_marker: number; current_count: number } } {
  const offset = Number(query.marker ?? 0);
  const asked = Number(query.limit ?? 0);
  if (offset < 0 || asked < 0) throw new PlatformError('invalid_request', 'marker and limit must not be negative');
  const limit = asked === 0 ? size.usual : Math.min(asked, size.most);
  const rows = all.slice(offset, offset + limit);
  const page = {
    // 0 means "no more" to clients that otherwise continue
    next_marker: offset + rows.length < all.length ? offset + rows.length : 0,
    previous_marker: Math.max(0, offset - limit),
    current_count: rows.length,
  };
  return { rows, page };
}
