import { Type } from 'typebox';
import { LIMITS } from '../limits.ts';
import { route } from '../route.ts';
import { FunctionParams, NumberText } from '../schemas/common.ts';
import { AsyncInvocation, AsyncInvokeFunctionResponse, InvokeFunctionResponse } from '../schemas/invocation.ts';

/** Clients of FunctionGraph expect FSS.0404 here, where other operations answer with FSS.1051. */
const ERRORS = { function_not_found: 'not_found' } as const;

const AsyncStatusQuery = {
  /** How many to leave out, at most 10,000. */
  marker: Type.Optional(NumberText),
  limit: Type.Optional(NumberText),
  status: Type.Optional(
    Type.Union([
      Type.Literal('WAIT'),
      Type.Literal('RUNNING'),
      Type.Literal('SUCCESS'),
      Type.Literal('FAIL'),
      Type.Literal('DISCARD'),
    ]),
  ),
  /** UTC, `YYYY-MM-DDThh:mm:ss`. One hour ago when absent. */
  query_begin_time: Type.Optional(Type.String()),
  query_end_time: Type.Optional(Type.String()),
};

const AsyncInvocationList = Type.Object({
  invocations: Type.Array(AsyncInvocation),
  /** Of all pages, at most 10,000. */
  count: Type.Integer(),
  /** The offset of the next page, absent on the last one. Text, because a public client reads it so. */
  next_marker: Type.Optional(Type.String()),
});

export const invocationRoutes = {
  invokeFunction: route({
    method: 'POST',
    path: '/v2/{project_id}/fgs/functions/{function_urn}/invocations',
    group: 'function',
    summary: 'Run a function and wait for its result',
    action: 'functiongraph:function:invoke',
    params: FunctionParams,
    errors: ERRORS,
    bodyEncoding: 'raw',
    bodyLimit: LIMITS.syncEventBytes + LIMITS.sizeToleranceBytes,
    response: InvokeFunctionResponse,
    responseEncoding: 'raw',
  }),
  asyncInvokeFunction: route({
    method: 'POST',
    path: '/v2/{project_id}/fgs/functions/{function_urn}/invocations-async',
    group: 'function',
    summary: 'Store an event durably and run the function later; answered when it is on disk',
    action: 'functiongraph:function:invokeAsync',
    params: FunctionParams,
    errors: ERRORS,
    bodyEncoding: 'raw',
    bodyLimit: LIMITS.asyncEventBytes + LIMITS.sizeToleranceBytes,
    response: AsyncInvokeFunctionResponse,
    status: 202,
  }),
  listAsyncInvocations: route({
    method: 'GET',
    path: '/v2/{project_id}/fgs/functions/{function_urn}/async-invocations',
    action: 'functiongraph:function:listAsyncInvocation',
    group: 'function',
    summary: 'Asynchronous invocations of a function, newest first',
    params: FunctionParams,
    errors: ERRORS,
    query: Type.Object({ ...AsyncStatusQuery, request_id: Type.Optional(Type.String()) }),
    response: AsyncInvocationList,
  }),
  listActiveAsyncInvocations: route({
    method: 'GET',
    path: '/v2/{project_id}/fgs/functions/{function_urn}/active-async-invocations',
    action: 'functiongraph:function:listAsyncInvocation',
    group: 'function',
    summary: 'Asynchronous invocations that wait or run',
    params: FunctionParams,
    errors: ERRORS,
    query: Type.Object({ ...AsyncStatusQuery, requests: Type.Optional(Type.String()) }),
    response: AsyncInvocationList,
  }),
  cancelAsyncInvocation: route({
    method: 'POST',
    path: '/v2/{project_id}/fgs/functions/{function_urn}/cancel',
    action: 'functiongraph:function:cancelAsyncInvocation',
    group: 'function',
    summary: 'Stop an asynchronous invocation that waits or runs',
    params: FunctionParams,
    errors: ERRORS,
    body: Type.Object({
      request_id: Type.String({ minLength: 1 }),
      type: Type.Optional(
        Type.Union([Type.Literal('force'), Type.Literal('recursive'), Type.Literal(''), Type.Null()]),
      ),
    }),
  }),
} as const;
