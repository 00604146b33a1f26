import { Type } from 'typebox';
import { route } from '../route.ts';
import { Alias, AliasList, CreateAliasBody, UpdateAliasBody } from '../schemas/alias.ts';
import { FunctionParams } from '../schemas/common.ts';
import { PublishedVersion, PublishVersionBody, VersionList } from '../schemas/version.ts';

const FUNCTION = '/v2/{project_id}/fgs/functions/{function_urn}';
const ALIAS = `${FUNCTION}/aliases/{alias_name}` as const;

const AliasParams = Type.Object({
  project_id: Type.String(),
  function_urn: Type.String(),
  alias_name: Type.String(),
});

/** Negative numbers pass the schema so that the refusal names the field. */
const Offset = Type.Optional(Type.String({ pattern: '^-?[0-9]{1,10}$' }));

export const versionRoutes = {
  createFunctionVersion: route({
    method: 'POST',
    path: `${FUNCTION}/versions`,
    action: 'functiongraph:function:createVersion',
    group: 'function',
    summary: 'Publish the present code and configuration as a version that never changes',
    params: FunctionParams,
    body: PublishVersionBody,
    response: PublishedVersion,
  }),
  listFunctionVersions: route({
    method: 'GET',
    path: `${FUNCTION}/versions`,
    action: 'functiongraph:function:listVersion',
    group: 'function',
    summary: 'Versions of a function: latest, then the others, published last first',
    params: FunctionParams,
    query: Type.Object({ marker: Offset, maxitems: Offset }),
    response: VersionList,
  }),
  createVersionAlias: route({
    method: 'POST',
    path: `${FUNCTION}/aliases`,
    action: 'functiongraph:function:createAlias',
    group: 'function',
    summary: 'Make an alias that points to a version, and to a second one for part of the requests',
    params: FunctionParams,
    body: CreateAliasBody,
    response: Alias,
  }),
  listVersionAliases: route({
    method: 'GET',
    path: `${FUNCTION}/aliases`,
    action: 'functiongraph:function:listAlias',
    group: 'function',
    summary: 'Aliases of a function',
    params: FunctionParams,
    response: AliasList,
  }),
  showVersionAlias: route({
    method: 'GET',
    path: ALIAS,
    action: 'functiongraph:function:getAlias',
    group: 'function',
    summary: 'Where an alias points',
    params: AliasParams,
    response: Alias,
  }),
  updateVersionAlias: route({
    method: 'PUT',
    path: ALIAS,
    action: 'functiongraph:function:updateAlias',
    group: 'function',
    summary: 'Point an alias to another version; an omitted additional version is removed',
    params: AliasParams,
    body: UpdateAliasBody,
    response: Alias,
  }),
  deleteVersionAlias: route({
    method: 'DELETE',
    path: ALIAS,
    action: 'functiongraph:function:deleteAlias',
    group: 'function',
    summary: 'Delete an alias; the versions stay',
    params: AliasParams,
    status: 204,
  }),
} as const;
