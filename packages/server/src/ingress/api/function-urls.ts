import type { RouteResponse, Routes } from '@funcgraph/api';
import { type FunctionName, type Functions, type FunctionUrls, functionUrn } from '../../control/index.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { functionPath } from '../gateway/function-path.ts';
import type { Handlers } from '../http/handler.ts';
import { readName } from './functions-target.ts';

type Params = Parameters<typeof readName>[0];

/** Publishes and unpublishes functions as HTTP services. The setting belongs to a function, not to a version. */
export function functionUrlHandlers(deps: {
  readonly functions: Functions;
  readonly functionUrls: FunctionUrls;
  readonly region: string;
}): Handlers<'setFunctionUrl' | 'showFunctionUrl' | 'deleteFunctionUrl'> {
  const { functions, functionUrls, region } = deps;

  async function locate(params: Params): Promise<{ functionId: string; name: FunctionName; urn: string }> {
    const { name, qualifier } = readName(params);
    if (qualifier !== undefined) {
      throw new PlatformError('invalid_request', `a URL belongs to the function, not to its ${qualifier.kind}`, {
        hint: 'Leave the version out of the URN; the URL itself may name one.',
      });
    }
    const { fn } = await functions.show(name);
    return { functionId: fn.id, name, urn: functionUrn(fn, region, 'latest').replace(/:[^:]*$/, '') };
  }

  async function reply(params: Params): Promise<RouteResponse<Routes['showFunctionUrl']>> {
    const { functionId, name, urn } = await locate(params);
    const { enabled, auth } = functionUrls.find(functionId) ?? { enabled: false, auth: 'iam' as const };
    return { function_urn: urn, enabled, auth, path: functionPath(name) };
  }

  return {
    async setFunctionUrl({ params, body }) {
      const { functionId } = await locate(params);
      await functionUrls.set({ functionId, enabled: body.enabled, auth: body.auth ?? 'iam' });
      return reply(params);
    },

    showFunctionUrl: ({ params }) => reply(params),

    async deleteFunctionUrl({ params }) {
      await functionUrls.remove((await locate(params)).functionId);
      return {};
    },
  };
}
