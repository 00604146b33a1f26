import type { DecodedBody, Routes } from '@funcgraph/api';
import type { Catalog, FunctionState, Functions, Versions } from '../../control/index.ts';
import { DEFAULT_ENTERPRISE_PROJECT } from '../../iam/index.ts';
import { functionKeyOf } from '../../invocation/index.ts';
import type { Clock } from '../../lib/clock.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { TelemetryOfAll } from '../../telemetry/index.ts';
import type { ApiRequest, Handlers } from '../http/handler.ts';
import { configChange, newFunction } from './functions-body.ts';
import { sortedFunctions } from './functions-order.ts';
import { configReply, listedReply, type ReplyContext } from './functions-reply.ts';
import { editableTarget, readTarget } from './functions-target.ts';
import type { LinkedObjects } from './linked-objects.ts';
import { authorizedTarget, authorizeNamed, type NamingDeps } from './named-resources.ts';
import { pageOf } from './page.ts';

type Ids =
  | 'createFunction'
  | 'listFunctions'
  | 'showFunctionConfig'
  | 'updateFunctionConfig'
  | 'updateFunctionMaxInstanceConfig'
  | 'updateFunctionCollectState'
  | 'deleteFunction';

export interface FunctionDeps extends NamingDeps {
  readonly functions: Functions;
  readonly versions: Versions;
  readonly catalog: Catalog;
  readonly linkedObjects: LinkedObjects;
  readonly region: string;
  readonly telemetryOfAll: TelemetryOfAll;
  readonly clock: Clock;
}

const PAGE = 400;
const DAY_MS = 24 * 60 * 60 * 1000;
/** More than a project can have. */
const MAX_FUNCTIONS = 100_000;

/** Create, list, show, configure and delete functions. */
export function functionHandlers(deps: FunctionDeps): Handlers<Ids> {
  const { iam, functions, versions, catalog, region } = deps;
  const context = (request: Pick<ApiRequest<Ids>, 'caller'>): ReplyContext => ({
    region,
    domainId: request.caller.domainId,
  });
  return {
    async createFunction(request) {
      const { caller, peer, params } = request;
      const added = newFunction(request.body, deps.linkedObjects.readerFor(request));
      authorizeNamed(deps, added, { caller, peer, projectId: params.project_id });
      const state = await functions.create(params.project_id, added);
      return { ...configReply(state, context(request)), reserved_instance_count: 0 };
    },

    async listFunctions(request) {
      const { marker, maxitems, package_name, func_name, enterprise_project_id: enterprise } = request.query;
      const { runtime = '', sort_by, order } = request.query;
      const { caller, peer, params } = request;
      // the policies decide which functions are visible, so the page is cut afterwards
      const { functions: all } = await functions.list({
        projectId: params.project_id,
        package: package_name || undefined,
        pattern: func_name || undefined,
        offset: 0,
        limit: Number.MAX_SAFE_INTEGER,
      });
      const action = 'functiongraph:function:list';
      const seen = all.filter(
        ({ fn, version }) =>
          fn.runtime.toLowerCase().includes(runtime.toLowerCase()) &&
          (!enterprise || enterprise === (version.config.enterpriseProjectId || DEFAULT_ENTERPRISE_PROJECT)) &&
          iam.allows(caller, { action, projectId: params.project_id, fn, peer }),
      );
      const { items, next_marker, count } = pageOf(sortedFunctions(seen, sort_by, order), {
        marker,
        requested: maxitems,
        most: PAGE,
      });
      const failures = await failuresOf(deps, params.project_id);
      const reply = (state: FunctionState) =>
        listedReply(state, context(request), failures.get(functionKeyOf(state.fn)) ?? 0);
      return { functions: items.map(reply), next_marker, count };
    },

    async showFunctionConfig(request) {
      const { name, version } = readTarget(request.params, catalog);
      return configReply(await functions.show(name, version), context(request));
    },

    async updateFunctionConfig(request) {
      const change = configChange(request.body);
      const { name, before } = await authorizedTarget(deps, change, request);
      refuseIdentityChange(request.body, before);
      return configReply(await functions.updateConfig(name, change), context(request));
    },

    async updateFunctionMaxInstanceConfig(request) {
      const name = await editableTarget(request.params, deps);
      return configReply(await functions.updateMaxInstances(name, request.body.max_instance_num), context(request));
    },

    async updateFunctionCollectState(request) {
      const { state } = request.params;
      if (state !== 'true' && state !== 'false')
        throw new PlatformError('invalid_request', 'state must be true or false');
      await functions.setCollected(await editableTarget(request.params, deps), state === 'true');
      return {};
    },

    async deleteFunction(request) {
      const { name, version, qualifier } = readTarget(request.params, catalog);
      if (qualifier === undefined) await functions.delete(name);
      else await versions.delete(name, version);
      return {};
    },
  };
}

/** Name and runtime of a function never change; a body that repeats them is fine. */
function refuseIdentityChange(body: DecodedBody<Routes['updateFunctionConfig']>, { fn }: FunctionState): void {
  if ((body.func_name || fn.name) !== fn.name) {
    throw new PlatformError('invalid_function_name', 'func_name cannot be changed');
  }
  if ((body.runtime || fn.runtime) !== fn.runtime) {
    throw new PlatformError('invalid_runtime', 'runtime cannot be changed');
  }
}

/** Failed invocations of the last day, by function key; functions of the project without failures are left out. */
async function failuresOf(
  { telemetryOfAll, clock }: Pick<FunctionDeps, 'telemetryOfAll' | 'clock'>,
  projectId: string,
): Promise<ReadonlyMap<string, number>> {
  const to = clock.now() + 1;
  const from = Math.max(to - DAY_MS, 0);
  // the list is worth more than its counts
  const { ranked } = await telemetryOfAll
    .rank({ projectId, by: 'failcount', from, to, limit: MAX_FUNCTIONS })
    .catch(() => ({ ranked: [] }));
  return new Map(ranked.map(({ functionKey, value }) => [functionKey, value]));
}
