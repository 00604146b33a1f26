import type { AsyncConfigs, FunctionState, Versions } from '../../control/index.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { ApiRequest, Handlers } from '../http/handler.ts';
import { versionAsyncConfig } from './functions-async-config.ts';
import { configReply, listedVersionReply, type ReplyContext } from './functions-reply.ts';
import { readName } from './functions-target.ts';

type Ids = 'createFunctionVersion' | 'listFunctionVersions';

export interface VersionDeps {
  readonly versions: Versions;
  readonly asyncConfigs: AsyncConfigs;
  readonly region: string;
}

/** Publish and list versions. A version is shown, called and deleted by its URN like a function. */
export function versionHandlers({ versions, asyncConfigs, region }: VersionDeps): Handlers<Ids> {
  const context = (request: Pick<ApiRequest<Ids>, 'caller'>): ReplyContext => ({
    region,
    domainId: request.caller.domainId,
  });
  const listed = (state: FunctionState, request: Pick<ApiRequest<Ids>, 'caller'>) => {
    const config = asyncConfigs.find(state.fn.id, state.version.version);
    return listedVersionReply(state, context(request), config && versionAsyncConfig(config));
  };
  return {
    async createFunctionVersion(request) {
      const { version, description, digest } = request.body;
      const state = await versions.publish(readName(request.params).name, {
        version: version || undefined,
        description,
        digest: digest || undefined,
      });
      return { ...configReply(state, context(request)), version_description: state.version.description };
    },

    async listFunctionVersions(request) {
      const offset = Number(request.query.marker ?? 0);
      const requested = Number(request.query.maxitems ?? 0);
      if (offset < 0 || requested < 0) {
        throw new PlatformError('invalid_request', 'marker and maxitems must not be negative');
      }
      const all = await versions.list(readName(request.params).name);
      const page = all.slice(offset, requested === 0 ? undefined : offset + requested);
      return {
        versions: page.map((state) => listed(state, request)),
        next_marker: offset + page.length,
        count: all.length,
      };
    },
  };
}
