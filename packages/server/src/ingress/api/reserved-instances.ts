import { type DecodedBody, formatUrn, type RouteResponse, type Routes } from '@funcgraph/api';
import {
  type Functions,
  functionUrn,
  type Reservation,
  type ReservedConfig,
  type ReservedConfigs,
} from '../../control/index.ts';
import { LATEST } from '../../domain/names.ts';
import type { Iam } from '../../iam/index.ts';
import type { ReservedState } from '../../instances/index.ts';
import type { ReservedOfAll } from '../../invocation/index.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { ApiRequest, Handlers } from '../http/handler.ts';
import { qualifierText, readName } from './functions-target.ts';
import { markedPage } from './page.ts';
import { unreachableField, withUnreachable } from './unreachable.ts';

type Ids =
  | 'updateFunctionReservedInstancesCount'
  | 'listFunctionReservedInstances'
  | 'listReservedInstanceConfigs'
  | 'showReservedInstances';
type ConfigReply = RouteResponse<Routes['listReservedInstanceConfigs']>['reserved_instances'][number];
type StateReply = RouteResponse<Routes['showReservedInstances']>['reserved_instances'][number];
type Body = DecodedBody<Routes['updateFunctionReservedInstancesCount']>;
type State = ReservedState & { readonly note: string | undefined };

/** The only metric: the share of the calls that the reserved instances can take at once. */
const CONCURRENCY = 'Concurrency';
const LIST = 'functiongraph:function:listReservedInstance';

export interface ReservedInstanceDeps {
  readonly iam: Iam;
  readonly functions: Functions;
  readonly reservedConfigs: ReservedConfigs;
  readonly reservedOfAll: Pick<ReservedOfAll, 'states'>;
  readonly region: string;
}

/** Settings of reserved instances, and their present instances. */
export function reservedInstanceHandlers({
  iam,
  functions,
  reservedConfigs,
  reservedOfAll,
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
      const target = qualifierText(qualifier) ?? LATEST;
      const config = await reservedConfigs.set(name, target, reservationOf(request.body));
      return { count: config.count, idle_mode: config.idleMode, tactics_config: tactics(config) };
    },

    async listFunctionReservedInstances(request) {
      const { query, params } = request;
      const all = seen(request, await listed(params.project_id, query.urn));
      const { items, page_info, count } = markedPage(all, query, { usual: 400, most: 400 });
      const of = await reservedOfAll.states(items);
      const reservedinstances = items.map((config, at) => ({
        func_urn: functionUrn(config.fn, region, config.qualifier),
        count: of.states[at]?.desired ?? 0,
      }));
      return withUnreachable({ reservedinstances, page_info, count }, of);
    },

    async listReservedInstanceConfigs(request) {
      const { query, params } = request;
      const all = seen(request, await listed(params.project_id, query.function_urn));
      const { items, page_info, count } = markedPage(all, query, { usual: 100, most: 500 });
      return { reserved_instances: items.map((config) => reply(config, region)), page_info, count };
    },

    async showReservedInstances(request) {
      const { project_id, function_urn } = request.params;
      const all = await listed(project_id, function_urn);
      const of = await reservedOfAll.states(all);
      return {
        reserved_instances: all.flatMap((config, at) => {
          const state = of.states[at];
          return state === undefined ? [] : [{ ...reply(config, region), ...stateReply(state) }];
        }),
        ...unreachableField(of),
      };
    },
  };
}

/** Throws `invalid_concurrency`. */
export function reservationOf(body: Body): Reservation {
  const { cron_configs: policies = [], metric_configs: byMetric = [] } = body.tactics_config ?? {};
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
    byMetric: byMetric.map(({ name = '', type = CONCURRENCY, threshold, min = 0 }) => {
      if (type !== CONCURRENCY) {
        throw new PlatformError(
          'invalid_concurrency',
          `metric_configs: ${JSON.stringify(type.slice(0, 80))} is no type`,
          {
            hint: `The type is ${CONCURRENCY}.`,
          },
        );
      }
      return { name, threshold: required('threshold of metric_configs', threshold), min };
    }),
  };
}

function required(field: string, value: number | undefined): number {
  if (value !== undefined) return value;
  throw new PlatformError('invalid_concurrency', `${field} is missing`);
}

function reply(config: ReservedConfig, region: string): ConfigReply {
  const { qualifier } = config;
  return {
    function_urn: formatUrn({ region, ...config.fn }),
    qualifier_type: qualifier.startsWith('!') ? 'alias' : 'version',
    qualifier_name: qualifier.replace(/^!/, ''),
    min_count: config.count,
    idle_mode: config.idleMode,
    tactics_config: tactics(config),
  };
}

function tactics({ policies, byMetric }: ReservedConfig): ConfigReply['tactics_config'] {
  return {
    cron_configs: policies.map(({ name, cron, count, startsAt, endsAt }) => ({
      name,
      cron,
      count,
      start_time: startsAt / 1000,
      expired_time: endsAt / 1000,
    })),
    metric_configs: byMetric.map(({ name, threshold, min }) => ({ name, type: CONCURRENCY, threshold, min })),
  };
}

function stateReply({
  desired,
  ready,
  starting,
  failing,
  note,
}: State): Pick<StateReply, 'desired' | 'ready' | 'starting' | 'failing'> {
  if (note !== undefined) return { desired, ready, starting, failing: { reason: note, failures: 0, next_try: null } };
  if (failing === undefined) return { desired, ready, starting, failing: null };
  const { reason, failures, nextTryAt } = failing;
  return { desired, ready, starting, failing: { reason, failures, next_try: new Date(nextTryAt).toISOString() } };
}
