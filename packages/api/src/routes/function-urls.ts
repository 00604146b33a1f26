import { route } from '../route.ts';
import { FunctionParams } from '../schemas/common.ts';
import { FunctionUrl, SetFunctionUrlBody } from '../schemas/function-url.ts';

const PATH = '/v1/{project_id}/functions/{function_urn}/url';

export const functionUrlRoutes = {
  setFunctionUrl: route({
    method: 'PUT',
    path: PATH,
    action: 'functiongraph:trigger:update',
    group: 'function',
    summary: 'Publish a function as an HTTP service on the gateway port, or stop that',
    params: FunctionParams,
    body: SetFunctionUrlBody,
    response: FunctionUrl,
  }),
  showFunctionUrl: route({
    method: 'GET',
    path: PATH,
    action: 'functiongraph:trigger:get',
    group: 'function',
    summary: 'Whether and where a function is published on the gateway port',
    params: FunctionParams,
    response: FunctionUrl,
  }),
  deleteFunctionUrl: route({
    method: 'DELETE',
    path: PATH,
    action: 'functiongraph:trigger:delete',
    group: 'function',
    summary: 'Forget the URL of a function',
    params: FunctionParams,
    status: 204,
  }),
} as const;
