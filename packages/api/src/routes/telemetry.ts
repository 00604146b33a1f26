import { Type } from 'typebox';
import { route } from '../route.ts';
import { FunctionParams, NumberText, UnreachableServers } from '../schemas/common.ts';
import { FailureCause, InvocationOutcome, ListedReceipt, Receipt } from '../schemas/invocation.ts';

export const LogLine = Type.Object({
  /** RFC 3339 with milliseconds, UTC. */
  time: Type.String(),
  level: Type.Union([Type.Literal('DEBUG'), Type.Literal('INFO'), Type.Literal('WARN'), Type.Literal('ERROR')]),
  request_id: Type.String(),
  instance_id: Type.String(),
  version: Type.String(),
  message: Type.String(),
});

const LogFilter = {
  request_id: Type.Optional(Type.String()),
  instance_id: Type.Optional(Type.String({ maxLength: 512 })),
  keyword: Type.Optional(Type.String({ maxLength: 256 })),
  /** Comma separated. */
  level: Type.Optional(Type.String()),
};

/** Operations beside the FunctionGraph API: logs, receipts. */
export const telemetryRoutes = {
  queryLogs: route({
    method: 'GET',
    path: '/v1/{project_id}/functions/{function_urn}/logs',
    action: 'functiongraph:function:getLog',
    group: 'logs',
    summary: 'Log lines of a function by time, request, instance, level and keyword; newest first unless order=asc',
    params: FunctionParams,
    query: Type.Object({
      ...LogFilter,
      /** RFC 3339; one hour ago when absent. */
      from: Type.Optional(Type.String()),
      to: Type.Optional(Type.String()),
      limit: Type.Optional(NumberText),
      cursor: Type.Optional(Type.String()),
      order: Type.Optional(Type.Union([Type.Literal('asc'), Type.Literal('desc')])),
    }),
    response: Type.Object({
      lines: Type.Array(LogLine),
      next_cursor: Type.Optional(Type.String()),
      unreachable_servers: UnreachableServers,
    }),
  }),
  searchLogs: route({
    method: 'GET',
    path: '/v1/{project_id}/logs',
    action: 'functiongraph:function:getLog',
    access: 'any',
    group: 'logs',
    summary: 'Log lines of all functions of the project that the caller may read, newest first',
    params: Type.Object({ project_id: Type.String() }),
    query: Type.Object({
      from: Type.String({ description: 'RFC 3339.' }),
      to: Type.String({ description: 'RFC 3339.' }),
      keyword: Type.Optional(Type.String({ maxLength: 256, description: 'Anywhere in a line.' })),
      level: Type.Optional(Type.String({ description: 'Comma separated.' })),
      limit: Type.Optional(NumberText),
      cursor: Type.Optional(Type.String()),
    }),
    response: Type.Object({
      lines: Type.Array(Type.Object({ package: Type.String(), func_name: Type.String(), ...LogLine.properties })),
      complete: Type.Boolean({
        description: 'False when the search took too long: lines are missing. A shorter range or one function helps.',
      }),
      next_cursor: Type.Optional(Type.String()),
      unreachable_servers: UnreachableServers,
    }),
  }),
  followLogs: route({
    method: 'GET',
    path: '/v1/{project_id}/functions/{function_urn}/logs/follow',
    action: 'functiongraph:function:getLog',
    group: 'logs',
    summary: 'New log lines as they arrive, one JSON object a line, until the client disconnects or its rights end',
    params: FunctionParams,
    query: Type.Object(LogFilter),
    response: LogLine,
    responseEncoding: 'events',
  }),
  showReceipt: route({
    method: 'GET',
    path: '/v1/{project_id}/invocations/{request_id}',
    action: 'functiongraph:function:getInvocation',
    access: 'any',
    group: 'invocations',
    summary: 'The receipt of one invocation',
    params: Type.Object({ project_id: Type.String(), request_id: Type.String() }),
    response: Receipt,
  }),
  listReceipts: route({
    method: 'GET',
    path: '/v1/{project_id}/functions/{function_urn}/invocations',
    action: 'functiongraph:function:listInvocation',
    group: 'invocations',
    summary: 'Receipts of a function, version or alias, newest first',
    params: FunctionParams,
    query: Type.Object({
      from: Type.Optional(Type.String()),
      to: Type.Optional(Type.String()),
      outcome: Type.Optional(Type.String()),
      result: Type.Optional(InvocationOutcome),
      cause: Type.Optional(FailureCause),
      cold: Type.Optional(Type.Union([Type.Literal('true'), Type.Literal('false')])),
      /** Initializer and handler together. */
      min_duration_ms: Type.Optional(NumberText),
      version: Type.Optional(Type.String({ maxLength: 64 })),
      limit: Type.Optional(NumberText),
      cursor: Type.Optional(Type.String()),
    }),
    /** A page may be short and have a cursor: the search continues there. */
    response: Type.Object({
      receipts: Type.Array(ListedReceipt),
      next_cursor: Type.Optional(Type.String()),
      unreachable_servers: UnreachableServers,
    }),
  }),
} as const;
