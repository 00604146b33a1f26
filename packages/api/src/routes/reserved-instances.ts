import { Type } from 'typebox';
import { urnIn } from '../resource.ts';
import { route } from '../route.ts';
import { FunctionParams, ProjectParams } from '../schemas/common.ts';
import {
  ReservedInstanceConfigs,
  ReservedInstanceCounts,
  ReservedInstanceStates,
  ReservedInstances,
  SetReservedInstancesBody,
} from '../schemas/reserved-instances.ts';

const FUNCTIONS = '/v2/{project_id}/fgs/functions';

/** Offsets and sizes of pages; negative numbers pass the schema so that the refusal names the field. */
const Offset = Type.Optional(Type.String({ pattern: '^-?[0-9]{1,10}$' }));
const Urn = Type.Optional(Type.String());

export const reservedInstanceRoutes = {
  updateFunctionReservedInstancesCount: route({
    method: 'PUT',
    path: `${FUNCTIONS}/{function_urn}/reservedinstances`,
    action: 'functiongraph:function:updateReservedInstance',
    group: 'function',
    summary: 'Keep instances of a version or alias ready, always and at set times',
    params: FunctionParams,
    body: SetReservedInstancesBody,
    response: ReservedInstances,
  }),
  listFunctionReservedInstances: route({
    method: 'GET',
    path: `${FUNCTIONS}/reservedinstances`,
    action: 'functiongraph:function:listReservedInstance',
    access: 'any',
    resource: urnIn('query', 'urn'),
    group: 'function',
    summary: 'How many reserved instances each version and alias has',
    params: ProjectParams,
    query: Type.Object({ marker: Offset, limit: Offset, urn: Urn }),
    response: ReservedInstanceCounts,
  }),
  listReservedInstanceConfigs: route({
    method: 'GET',
    path: `${FUNCTIONS}/reservedinstanceconfigs`,
    action: 'functiongraph:function:listReservedInstance',
    access: 'any',
    resource: urnIn('query', 'function_urn'),
    group: 'function',
    summary: 'Settings of reserved instances',
    params: ProjectParams,
    query: Type.Object({ marker: Offset, limit: Offset, function_urn: Urn }),
    response: ReservedInstanceConfigs,
  }),
  showReservedInstances: route({
    method: 'GET',
    path: '/v1/{project_id}/functions/{function_urn}/reserved-instances',
    action: 'functiongraph:function:getReservedInstance',
    group: 'function',
    summary: 'Reserved instances of a function as they are: desired, ready, starting, and why some are missing',
    params: FunctionParams,
    response: ReservedInstanceStates,
  }),
} as const;
