import { Type } from 'typebox';
import { route } from '../route.ts';
import { FunctionParams, ProjectParams } from '../schemas/common.ts';

const FUNCTIONS = '/v2/{project_id}/fgs/functions';
const FUNCTION = `${FUNCTIONS}/{function_urn}` as const;

export const functionRoutes = {
  createFunction: route({
    method: 'POST',
    path: FUNCTIONS,
    group: 'function',
    summary: 'Create a function',
    params: ProjectParams,
    body: Type.Unknown(),
    response: Type.Unknown(),
    bodyLimit: 70 * 1024 * 1024,
  }),
  listFunctions: route({
    method: 'GET',
    path: FUNCTIONS,
    group: 'function',
    summary: 'Functions of the project',
    params: ProjectParams,
    response: Type.Unknown(),
  }),
  showFunctionConfig: route({
    method: 'GET',
    path: `${FUNCTION}/config`,
    group: 'function',
    summary: 'Configuration of a function',
    params: FunctionParams,
    response: Type.Unknown(),
  }),
  updateFunctionCode: route({
    method: 'PUT',
    path: `${FUNCTION}/code`,
    group: 'function',
    summary: 'Replace the code of a function',
    params: FunctionParams,
    body: Type.Unknown(),
    response: Type.Unknown(),
    bodyLimit: 70 * 1024 * 1024,
  }),
  updateFunctionConfig: route({
    method: 'PUT',
    path: `${FUNCTION}/config`,
    group: 'function',
    summary: 'Change the configuration of a function',
    params: FunctionParams,
    body: Type.Unknown(),
    response: Type.Unknown(),
  }),
  deleteFunction: route({
    method: 'DELETE',
    path: FUNCTION,
    group: 'function',
    summary: 'Delete a function with all its versions',
    params: FunctionParams,
    status: 204,
  }),
} as const;
