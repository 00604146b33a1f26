import { Type } from 'typebox';
import { route } from '../route.ts';
import { FunctionParams, ProjectParams } from '../schemas/common.ts';
import {
  CreateFunctionBody,
  FunctionCode,
  FunctionConfig,
  FunctionList,
  Quotas,
  RuntimeTypes,
  UpdateFunctionCodeBody,
  UpdateFunctionConfigBody,
  UpdateMaxInstancesBody,
} from '../schemas/function.ts';
import { AsyncConfig, AsyncConfigList, UpdateAsyncConfigBody } from '../schemas/function-async-config.ts';

const FUNCTIONS = '/v2/{project_id}/fgs/functions';
const FUNCTION = `${FUNCTIONS}/{function_urn}` as const;

/** A 50 MB archive in Base64 with some room for the rest. */
const CODE_BODY_BYTES = 70 * 1024 * 1024;

/** Offsets and sizes of pages; a sign is let through so that its refusal names the field. */
const Offset = Type.Optional(Type.String({ pattern: '^-?[0-9]{1,10}$' }));

export const functionRoutes = {
  createFunction: route({
    method: 'POST',
    path: FUNCTIONS,
    group: 'function',
    summary: 'Create a function',
    params: ProjectParams,
    body: CreateFunctionBody,
    response: FunctionConfig,
    bodyLimit: CODE_BODY_BYTES,
  }),
  listFunctions: route({
    method: 'GET',
    path: FUNCTIONS,
    group: 'function',
    summary: 'Functions of the project',
    params: ProjectParams,
    query: Type.Object({
      marker: Offset,
      maxitems: Offset,
      package_name: Type.Optional(Type.String()),
      func_name: Type.Optional(Type.String()),
    }),
    response: FunctionList,
  }),
  showFunctionConfig: route({
    method: 'GET',
    path: `${FUNCTION}/config`,
    group: 'function',
    summary: 'Configuration of a function',
    params: FunctionParams,
    response: FunctionConfig,
  }),
  showFunctionCode: route({
    method: 'GET',
    path: `${FUNCTION}/code`,
    group: 'function',
    summary: 'Code of a function: in the answer when it is small, behind a link that works for 15 minutes in any case',
    params: FunctionParams,
    response: FunctionCode,
  }),
  updateFunctionCode: route({
    method: 'PUT',
    path: `${FUNCTION}/code`,
    group: 'function',
    summary: 'Replace the code of a function',
    params: FunctionParams,
    body: UpdateFunctionCodeBody,
    response: FunctionCode,
    bodyLimit: CODE_BODY_BYTES,
  }),
  updateFunctionConfig: route({
    method: 'PUT',
    path: `${FUNCTION}/config`,
    group: 'function',
    summary: 'Change the configuration of a function; what is left out stays',
    params: FunctionParams,
    body: UpdateFunctionConfigBody,
    response: FunctionConfig,
  }),
  updateFunctionMaxInstanceConfig: route({
    method: 'PUT',
    path: `${FUNCTION}/config-max-instance`,
    group: 'function',
    summary: 'How many instances a function may have; 0 disables it',
    params: FunctionParams,
    body: UpdateMaxInstancesBody,
    response: FunctionConfig,
  }),
  updateFunctionCollectState: route({
    method: 'PUT',
    path: `${FUNCTION}/collect/{state}`,
    group: 'function',
    summary: 'Mark a function to stand first in lists, or take the mark away',
    params: Type.Object({ project_id: Type.String(), function_urn: Type.String(), state: Type.String() }),
  }),
  deleteFunction: route({
    method: 'DELETE',
    path: FUNCTION,
    group: 'function',
    summary: 'Delete a function with all its versions',
    params: FunctionParams,
    status: 204,
  }),
  listQuotas: route({
    method: 'GET',
    path: '/v2/{project_id}/fgs/quotas',
    group: 'function',
    summary: 'Quotas of the project and what is used of them',
    params: ProjectParams,
    response: Quotas,
  }),
  listRuntimeTypes: route({
    method: 'GET',
    path: '/v2/{project_id}/fgs/runtimetypes',
    group: 'function',
    summary: 'Runtimes that a function can be created with on this machine',
    params: ProjectParams,
    response: RuntimeTypes,
  }),
  downloadFunctionCode: route({
    method: 'GET',
    path: '/v1/code/{ticket}',
    group: 'function',
    summary: 'The stored code behind the link of showFunctionCode; the ticket is the permission',
    params: Type.Object({ ticket: Type.String() }),
    auth: 'none',
    responseEncoding: 'raw',
  }),
  showFunctionAsyncInvokeConfig: route({
    method: 'GET',
    path: `${FUNCTION}/async-invoke-config`,
    group: 'function',
    summary: 'How asynchronous invocations of a function are retried',
    params: FunctionParams,
    response: AsyncConfig,
  }),
  updateFunctionAsyncInvokeConfig: route({
    method: 'PUT',
    path: `${FUNCTION}/async-invoke-config`,
    group: 'function',
    summary: 'Set retries, age and destinations of asynchronous invocations',
    params: FunctionParams,
    body: UpdateAsyncConfigBody,
    response: AsyncConfig,
  }),
  deleteFunctionAsyncInvokeConfig: route({
    method: 'DELETE',
    path: `${FUNCTION}/async-invoke-config`,
    group: 'function',
    summary: 'Go back to the usual retries of asynchronous invocations',
    params: FunctionParams,
    status: 204,
  }),
  listFunctionAsyncInvokeConfig: route({
    method: 'GET',
    path: `${FUNCTION}/async-invoke-configs`,
    group: 'function',
    summary: 'Asynchronous settings of all versions and aliases of a function',
    params: FunctionParams,
    query: Type.Object({ marker: Offset, limit: Offset }),
    response: AsyncConfigList,
  }),
} as const;
