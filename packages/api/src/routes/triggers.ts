import { Type } from 'typebox';
import { route } from '../route.ts';
import { FunctionParams, ProjectParams } from '../schemas/common.ts';
import { CreateTriggerBody, Trigger, TriggerList, UpdateTriggerBody } from '../schemas/trigger.ts';

const TRIGGERS = '/v2/{project_id}/fgs/triggers/{function_urn}';
const PROJECT_TRIGGERS = '/v2/{project_id}/fgs/triggers';
const TRIGGER = `${TRIGGERS}/{trigger_type_code}/{trigger_id}` as const;

const Offset = Type.Optional(Type.String({ pattern: '^[0-9]{1,10}$' }));

const TriggerParams = Type.Object({
  project_id: Type.String(),
  function_urn: Type.String(),
  trigger_type_code: Type.String(),
  trigger_id: Type.String(),
});

export const triggerRoutes = {
  createFunctionTrigger: route({
    method: 'POST',
    path: TRIGGERS,
    action: 'functiongraph:trigger:create',
    group: 'trigger',
    summary: 'Let a timer or a path of the gateway start a version or alias of a function',
    params: FunctionParams,
    body: CreateTriggerBody,
    response: Trigger,
    status: 201,
  }),
  listFunctionTriggers: route({
    method: 'GET',
    path: TRIGGERS,
    action: 'functiongraph:trigger:list',
    group: 'trigger',
    summary: 'Triggers of a version or alias; of all of them for a URN without one',
    params: FunctionParams,
    response: TriggerList,
  }),
  listTriggers: route({
    method: 'GET',
    path: PROJECT_TRIGGERS,
    action: 'functiongraph:trigger:list',
    access: 'any',
    group: 'trigger',
    summary: 'Triggers of all functions of the project that the caller may see, by function and oldest first',
    params: ProjectParams,
    query: Type.Object({ marker: Offset, maxitems: Offset }),
    response: Type.Object({ triggers: TriggerList, next_marker: Type.Integer(), count: Type.Integer() }),
  }),
  listTriggerTypes: route({
    method: 'GET',
    path: '/v2/{project_id}/fgs/triggertypes',
    action: 'functiongraph:trigger:list',
    access: 'any',
    group: 'trigger',
    summary: 'Kinds of triggers that functions can have here',
    params: ProjectParams,
    response: Type.Array(Type.Object({ type: Type.String(), display_name: Type.String() })),
  }),
  showFeatures: route({
    method: 'GET',
    path: '/v2/{project_id}/fgs/feature',
    action: 'functiongraph:function:list',
    access: 'any',
    group: 'function',
    summary: 'Which parts of the API work here, as far as clients ask before they use them',
    params: ProjectParams,
    response: Type.Record(Type.String(), Type.Boolean()),
  }),
  showFunctionTrigger: route({
    method: 'GET',
    path: TRIGGER,
    action: 'functiongraph:trigger:get',
    group: 'trigger',
    summary: 'One trigger with its settings',
    params: TriggerParams,
    response: Trigger,
  }),
  updateTrigger: route({
    method: 'PUT',
    path: TRIGGER,
    action: 'functiongraph:trigger:update',
    group: 'trigger',
    summary: 'Enable or disable a trigger, or change its settings; omitted settings stay',
    params: TriggerParams,
    body: UpdateTriggerBody,
    errors: { function_not_found: 'not_found', trigger_not_found: 'not_found' },
    response: Trigger,
  }),
  renewTriggerSecret: route({
    method: 'PUT',
    path: '/v1/{project_id}/functions/{function_urn}/triggers/{trigger_id}/secret',
    action: 'functiongraph:trigger:update',
    group: 'trigger',
    summary: 'Give an EVENT trigger a new secret; the old one is void at once',
    params: Type.Object({ ...FunctionParams.properties, trigger_id: Type.String() }),
    response: Trigger,
  }),
  deleteFunctionTrigger: route({
    method: 'DELETE',
    path: TRIGGER,
    action: 'functiongraph:trigger:delete',
    group: 'trigger',
    summary: 'Delete a trigger',
    params: TriggerParams,
    status: 204,
  }),
  batchDeleteFunctionTriggers: route({
    method: 'DELETE',
    path: TRIGGERS,
    action: 'functiongraph:trigger:deleteAll',
    group: 'trigger',
    summary: 'Delete all triggers of a published version or alias; of the function for latest or a URN without one',
    params: FunctionParams,
    status: 204,
  }),
} as const;
