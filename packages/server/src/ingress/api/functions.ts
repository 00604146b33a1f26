import type { Catalog, Functions, Kept, Versions } from '../../control/index.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { ApiRequest, Handlers } from '../http/handler.ts';
import { configReply, type ReplyContext, summaryReply } from './functions-reply.ts';
import { editableTarget, readTarget } from './functions-target.ts';

type Ids =
  | 'createFunction'
  | 'listFunctions'
  | 'showFunctionConfig'
  | 'updateFunctionConfig'
  | 'updateFunctionMaxInstanceConfig'
  | 'updateFunctionCollectState'
  | 'deleteFunction';

export interface FunctionDeps {
  readonly functions: Functions;
  readonly versions: Versions;
  readonly catalog: Catalog;
  readonly region: string;
}

const PAGE = 400;

/** Create, list, show, configure and delete functions. */
export function functionHandlers(deps: FunctionDeps): Handlers<Ids> {
  const { functions, versions, catalog, region } = deps;
  const context = (request: Pick<ApiRequest<Ids>, 'caller'>): ReplyContext => ({
    region,
    domainId: request.caller.domainId,
  });
  return {
    async createFunction(request) {
      const state = await functions.create(request.params.project_id, request.body as Kept);
      return configReply(state, context(request));
    },

    async listFunctions(request) {
      const { marker, maxitems, package_name, func_name } = request.query;
      const offset = notNegative('marker', marker);
      const asked = notNegative('maxitems', maxitems);
      const { functions: found, total } = await functions.list({
        projectId: request.params.project_id,
        package: package_name || undefined,
        pattern: func_name || undefined,
        offset,
        limit: asked === 0 || asked > PAGE ? PAGE : asked,
      });
      return {
        functions: found.map((state) => summaryReply(state, context(request))),
        next_marker: offset + found.length,
        count: total,
      };
    },

    async showFunctionConfig(request) {
      const { name, version } = readTarget(request.params, catalog);
      return configReply(await functions.show(name, version), context(request));
    },

    async updateFunctionConfig(request) {
      const state = await functions.updateConfig(await editableTarget(request.params, deps), request.body as Kept);
      return configReply(state, context(request));
    },

    async updateFunctionMaxInstanceConfig(request) {
      const state = await functions.updateMaxInstances(
        await editableTarget(request.params, deps),
        request.body as Kept,
      );
      return configReply(state, context(request));
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

function notNegative(name: string, text: string | undefined): number {
  const value = Number(text ?? 0);
  if (value < 0) throw new PlatformError('invalid_request', `${name} must not be negative`);
  return value;
}
