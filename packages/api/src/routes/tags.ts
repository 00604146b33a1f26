import { Type } from 'typebox';
import { urnIn } from '../resource.ts';
import { route } from '../route.ts';
import { FindByTagsBody, FunctionTags, ProjectTags, TaggedFlows, TaggedFunctions, TagsBody } from '../schemas/tag.ts';

const TYPE = '/v2/{project_id}/{resource_type}';
const TAGS = `${TYPE}/{resource_id}/tags` as const;

/** `resource_type` is always `functions`, `resource_id` the URN of a function, with any version in it. */
const TypeParams = Type.Object({ project_id: Type.String(), resource_type: Type.String() });
const ResourceParams = Type.Object({ ...TypeParams.properties, resource_id: Type.String() });

/** Ours: those of functions name their resource by a URN of a function. */
const FLOWS = '/v1/{project_id}/workflows';
const FLOW_TAGS = `${FLOWS}/{workflow_id}/tags` as const;
const FlowParams = Type.Object({ project_id: Type.String(), workflow_id: Type.String() });
const ofFlow = { group: 'tags', access: 'any', params: FlowParams } as const;

export const tagRoutes = {
  createTags: route({
    method: 'POST',
    path: `${TAGS}/create`,
    action: 'functiongraph:function:createTags',
    resource: urnIn('path', 'resource_id'),
    group: 'tags',
    summary: 'Give a function tags; a key that it has gets the new value',
    params: ResourceParams,
    body: TagsBody,
    status: 204,
  }),
  deleteTags: route({
    method: 'DELETE',
    path: `${TAGS}/delete`,
    action: 'functiongraph:function:deleteTags',
    resource: urnIn('path', 'resource_id'),
    group: 'tags',
    summary: 'Remove tags of a function, by key, and only with this value where one is given',
    params: ResourceParams,
    body: TagsBody,
    status: 204,
  }),
  listFunctionTags: route({
    method: 'GET',
    path: TAGS,
    action: 'functiongraph:function:listTags',
    resource: urnIn('path', 'resource_id'),
    group: 'tags',
    summary: 'Tags of a function',
    params: ResourceParams,
    response: FunctionTags,
  }),
  showProjectTagsList: route({
    method: 'GET',
    path: `${TYPE}/tags`,
    action: 'functiongraph:function:listTags',
    access: 'any',
    group: 'tags',
    summary: 'Keys and values of the tags of all functions that the caller may see',
    params: TypeParams,
    response: ProjectTags,
  }),
  showResInstanceInfo: route({
    method: 'POST',
    path: `${TYPE}/resource-instances/{action}`,
    action: 'functiongraph:function:listTags',
    access: 'any',
    group: 'tags',
    summary: 'Functions by their tags (action filter), or only their number (action count)',
    params: Type.Object({ ...TypeParams.properties, action: Type.String() }),
    body: FindByTagsBody,
    response: TaggedFunctions,
  }),
  createWorkflowTags: route({
    ...ofFlow,
    method: 'POST',
    path: `${FLOW_TAGS}/create`,
    action: 'functiongraph:workflow:createTags',
    summary: 'Give a flow tags; a key that it has gets the new value',
    body: TagsBody,
    status: 204,
  }),
  deleteWorkflowTags: route({
    ...ofFlow,
    method: 'DELETE',
    path: `${FLOW_TAGS}/delete`,
    action: 'functiongraph:workflow:deleteTags',
    summary: 'Remove tags of a flow, by key, and only with this value where one is given',
    body: TagsBody,
    status: 204,
  }),
  listWorkflowTags: route({
    ...ofFlow,
    method: 'GET',
    path: FLOW_TAGS,
    action: 'functiongraph:workflow:listTags',
    summary: 'Tags of a flow',
    response: FunctionTags,
  }),
  listTaggedWorkflows: route({
    ...ofFlow,
    method: 'GET',
    path: `${FLOWS}/tags`,
    action: 'functiongraph:workflow:listTags',
    summary: 'Flows that have tags, and that the caller may see, with their tags',
    params: Type.Object({ project_id: Type.String() }),
    response: TaggedFlows,
  }),
} as const;
