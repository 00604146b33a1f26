import type { DecodedBody, RouteResponse, Routes } from '@funcgraph/api';
import type { Dependencies, DependencyFilter, DependencyVersion, NewDependency } from '../../control/index.ts';
import { decodeBase64 } from '../../lib/base64.ts';
import type { Clock } from '../../lib/clock.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { Sealer } from '../../lib/sealer.ts';
import type { ApiRequest, Handlers } from '../http/handler.ts';
import { dependencyReply, isShared } from './dependencies-reply.ts';
import { downloadLink } from './download-ticket.ts';
import type { LinkedObjects, ReadLink } from './linked-objects.ts';
import { pageOf } from './page.ts';

type Ids =
  | 'createDependencyVersion'
  | 'listDependencies'
  | 'listDependencyVersion'
  | 'showDependencyVersion'
  | 'deleteDependencyVersion'
  | 'createDependency'
  | 'showDependency'
  | 'updateDependency'
  | 'deleteDependency';

export interface DependencyDeps {
  readonly dependencies: Dependencies;
  readonly linkedObjects: LinkedObjects;
  readonly sealer: Sealer;
  readonly clock: Clock;
}

type Body = DecodedBody<Routes['createDependency']>;

const PAGE = 400;
const SCOPES = ['public', 'private', 'all'] as const;

/** Store, list, show and delete library packages, by version and by package. */
export function dependencyHandlers({ dependencies, linkedObjects, sealer, clock }: DependencyDeps): Handlers<Ids> {
  const newDependency = (
    request: Pick<ApiRequest<'createDependency'>, 'id' | 'caller' | 'peer' | 'body' | 'params'>,
  ): NewDependency => {
    const { name = '', runtime = '', description = '' } = request.body;
    return { name, runtime, description, source: sourceOf(request.body, linkedObjects.readerFor(request)) };
  };
  const detail = (
    version: DependencyVersion,
    { caller, headers }: Pick<ApiRequest<Ids>, 'caller' | 'headers'>,
  ): RouteResponse<Routes['showDependencyVersion']> => {
    const file = { sha256: version.artifact.sha256, fileName: version.fileName };
    return {
      ...dependencyReply(version, caller.domainId),
      is_shared: isShared(version),
      download_link: downloadLink(sealer, file, { host: headers.host, now: clock.now() }),
    };
  };
  return {
    async createDependencyVersion(request) {
      return detail(await dependencies.createVersion(request.params.project_id, newDependency(request)), request);
    },

    async listDependencies(request) {
      const { marker, maxitems, limit, runtime, name } = request.query;
      const found = dependencies.list(request.params.project_id, {
        scope: scopeOf(request.query),
        runtime: runtime || undefined,
        pattern: name || undefined,
      });
      const { items, ...rest } = pageOf(found, { marker, requested: maxitems ?? limit, most: PAGE });
      return { dependencies: items.map((version) => dependencyReply(version, request.caller.domainId)), ...rest };
    },

    async listDependencyVersion(request) {
      const { project_id, depend_id } = request.params;
      const { marker, maxitems } = request.query;
      const page = pageOf(dependencies.versions(project_id, depend_id), { marker, requested: maxitems, most: PAGE });
      const { items, ...rest } = page;
      const reply = (version: DependencyVersion) => ({
        ...dependencyReply(version, request.caller.domainId),
        is_shared: isShared(version),
      });
      return { dependencies: items.map(reply), ...rest };
    },

    async showDependencyVersion(request) {
      const { project_id, depend_id, version } = request.params;
      return detail(dependencies.version(project_id, depend_id, version), request);
    },

    async deleteDependencyVersion(request) {
      const { project_id, depend_id, version } = request.params;
      await dependencies.deleteVersion(project_id, depend_id, version);
      return {};
    },

    async createDependency(request) {
      return detail(await dependencies.createPackage(request.params.project_id, newDependency(request)), request);
    },

    async showDependency(request) {
      const { project_id, depend_id } = request.params;
      return detail(dependencies.versions(project_id, depend_id)[0], request);
    },

    async updateDependency(request) {
      const { project_id, depend_id } = request.params;
      return detail(
        await dependencies.updatePackage(project_id, depend_id, {
          ...newDependency(request),
          name: request.body.name || undefined,
          runtime: request.body.runtime || undefined,
        }),
        request,
      );
    },

    async deleteDependency(request) {
      const { project_id, depend_id } = request.params;
      await dependencies.deletePackage(project_id, depend_id);
      return {};
    },
  };
}

/** Throws `invalid_dependency_type`, `invalid_dependency`. */
export function sourceOf(body: Body, read?: ReadLink): NewDependency['source'] {
  const { depend_type: type, depend_link: link = '', depend_file: file = '' } = body;
  if (type === 'obs') return { link, linked: read?.(link) };
  if (type !== 'zip') {
    throw new PlatformError('invalid_dependency_type', 'depend_type must be zip or obs', {
      hint: 'zip: the archive in depend_file, in Base64. obs: its http or https address in depend_link.',
    });
  }
  const bytes = file === '' ? Buffer.alloc(0) : decodeBase64(file);
  if (bytes !== undefined) return { bytes };
  throw new PlatformError('invalid_dependency', 'depend_file is not Base64', { hint: 'Encode the file exactly once.' });
}

function scopeOf(query: { readonly dependency_type?: string; readonly ispublic?: string }): DependencyFilter['scope'] {
  const { dependency_type, ispublic } = query;
  if (dependency_type) {
    const scope = SCOPES.find((each) => each === dependency_type);
    if (scope === undefined) {
      throw new PlatformError('invalid_request', `dependency_type must be one of ${SCOPES.join(', ')}`);
    }
    return scope;
  }
  if (ispublic === 'true') return 'public';
  return ispublic === 'false' ? 'private' : 'all';
}
