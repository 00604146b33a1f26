import type { DecodedBody, Routes } from '@funcgraph/api';
import { type FunctionState, type Functions, functionUrn } from '../../control/index.ts';
import { LATEST } from '../../domain/names.ts';
import { DEFAULT_ENTERPRISE_PROJECT, type Iam } from '../../iam/index.ts';
import type { ApiRequest, Handlers } from '../../ingress/index.ts';
import { readName } from '../../ingress/index.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { checkTagSearch, isFound, MOST_ON_PAGE, type TagSearch, valuesByKey } from './tag-search.ts';
import type { Tags } from './tags.ts';
import type { Tag, TagMatch } from './types.ts';

type Ids = 'createTags' | 'deleteTags' | 'listFunctionTags' | 'showProjectTagsList' | 'showResInstanceInfo';

export interface TagDeps {
  readonly iam: Iam;
  readonly functions: Functions;
  readonly tags: Tags;
  readonly region: string;
}

/** A function with the values that a search matches. */
interface TaggedFunction {
  readonly id: string;
  readonly name: string;
  readonly functionId: string;
  readonly tags: readonly Tag[];
  readonly systemTags: readonly Tag[];
}

/** Tags of functions, and functions by their tags. */
export function tagHandlers({ iam, functions, tags, region }: TagDeps): Handlers<Ids> {
  /** The functions of a project that the caller may see the tags of. */
  async function visible(
    request: Pick<ApiRequest<'showProjectTagsList'>, 'caller' | 'peer' | 'params'>,
  ): Promise<readonly TaggedFunction[]> {
    const { caller, peer, params } = request;
    const projectId = params.project_id;
    const page = { projectId, package: undefined, pattern: undefined, offset: 0, limit: Number.MAX_SAFE_INTEGER };
    const { functions: all } = await functions.list(page);
    const byFunction = await tags.ofProject(projectId);
    return all
      .filter(({ fn }) => iam.allows(caller, { action: 'functiongraph:function:listTags', projectId, fn, peer }))
      .map((state) => ({
        id: functionUrn(state.fn, region, LATEST),
        name: state.fn.name,
        functionId: state.fn.id,
        tags: byFunction.get(state.fn.id) ?? [],
        systemTags: systemTagsOf(state),
      }));
  }

  return {
    async createTags(request) {
      await tags.set(
        resourceOf(request.params),
        tagsOf(request.body, 'create').map(({ key, value = '' }) => ({ key, value })),
      );
      return {};
    },

    async deleteTags(request) {
      await tags.remove(resourceOf(request.params), tagsOf(request.body, 'delete'));
      return {};
    },

    async listFunctionTags(request) {
      const name = resourceOf(request.params);
      return { tags: [...(await tags.list(name))], sys_tags: systemTagsOf(await functions.show(name)) };
    },

    async showProjectTagsList(request) {
      checkType(request.params.resource_type);
      const found = await visible(request);
      return {
        tags: keysOf(found.flatMap((one) => one.tags)),
        sys_tags: keysOf(found.flatMap((one) => one.systemTags)),
      };
    },

    async showResInstanceInfo(request) {
      checkType(request.params.resource_type);
      const { action } = request.params;
      if (action !== 'filter' && action !== 'count') {
        throw new PlatformError('invalid_request', 'the action in the path must be filter or count');
      }
      const search = tagSearch(request.body, action);
      checkTagSearch(search);
      const found = (await visible(request)).filter((one) => isFound(search, one));
      if (action === 'count') return { total_count: found.length };
      return {
        resources: found.slice(search.offset, search.offset + search.limit).map((one) => ({
          resource_id: one.id,
          resource_name: one.name,
          resource_detail: { detailId: one.functionId },
          tags: [...one.tags],
          sys_tags: [...one.systemTags],
        })),
        total_count: found.length,
      };
    },
  };
}

/** Throws `invalid_request`, `invalid_tag`. */
export function tagsOf(body: DecodedBody<Routes['createTags']>, action: 'create' | 'delete'): TagMatch[] {
  if ((body.action || action) !== action) {
    throw new PlatformError('invalid_request', `action must be ${action} here`, {
      hint: 'Tags are set at tags/create and removed at tags/delete.',
    });
  }
  if ((body.sys_tags ?? []).length > 0) {
    throw new PlatformError('invalid_tag', 'sys_tags are set by the platform', {
      hint: 'The enterprise project of a function is changed with its configuration (enterprise_project_id).',
    });
  }
  return (body.tags ?? []).map(({ key = '', value }) => ({ key, value }));
}

/** `action` is that of the path. Throws `invalid_request`. */
export function tagSearch(body: DecodedBody<Routes['showResInstanceInfo']>, action: 'filter' | 'count'): TagSearch {
  if ((body.action || action) !== action) {
    throw new PlatformError('invalid_request', `action must be ${action}, as in the path`);
  }
  const { without_any_tag: withoutAnyTag = false, offset = 0, limit = MOST_ON_PAGE } = body;
  const matches = matchesOf(body);
  return {
    withoutAnyTag,
    tags: filtersOf(body.tags),
    systemTags: filtersOf(body.sys_tags),
    namePart: matches.get('resource_name'),
    id: matches.get('resource_id'),
    offset,
    limit,
  };
}

function filtersOf(filters: DecodedBody<Routes['showResInstanceInfo']>['tags'] = []): TagSearch['tags'] {
  return filters.map(({ key = '', values = [] }) => ({ key, values }));
}

function matchesOf({ matches = [] }: DecodedBody<Routes['showResInstanceInfo']>): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { key = '', value = '' } of matches) {
    if (key !== 'resource_name' && key !== 'resource_id') {
      const message = `matches: functions are not found by ${JSON.stringify(key.slice(0, 60))}`;
      throw new PlatformError('invalid_request', message, { hint: 'resource_name and resource_id can be matched.' });
    }
    if (value !== '') found.set(key, value);
  }
  return found;
}

function checkType(resourceType: string): void {
  if (resourceType === 'functions') return;
  throw new PlatformError('invalid_request', 'resource_type must be functions', {
    hint: 'Nothing else of FunctionGraph has tags.',
  });
}

function resourceOf(params: { project_id: string; resource_type: string; resource_id: string }) {
  checkType(params.resource_type);
  return readName({ project_id: params.project_id, function_urn: params.resource_id }).name;
}

/** The platform's own tags of a function, in the format of TMS. */
function systemTagsOf({ version }: FunctionState): Tag[] {
  const value = version.config.enterpriseProjectId || DEFAULT_ENTERPRISE_PROJECT;
  return [{ key: '_sys_enterprise_project_id', value }];
}

function keysOf(tags: readonly Tag[]): { key: string; values: string[] }[] {
  return valuesByKey(tags).map(({ key, values }) => ({ key, values: [...values] }));
}
