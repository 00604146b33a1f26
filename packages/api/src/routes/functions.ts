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
} as const;
