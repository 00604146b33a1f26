import { Type } from 'typebox';
import { route } from '../route.ts';
import { FunctionParams } from '../schemas/common.ts';

/** Bytes of a piece in Base64: 256 KiB. */
const MAX_PIECE_CHARS = 349_528;
const Connection = Type.Integer({ minimum: 1, maximum: 2 ** 31 - 1, description: 'Chosen by the client, each once.' });

/** What a debugger of a function sends and receives, over two operations. */
export const debuggerRoutes = {
  debugFunction: route({
    method: 'POST',
    path: '/v1/{project_id}/functions/{function_urn}/debugger',
    action: 'functiongraph:function:updateCode',
    group: 'debugger',
    summary:
      'Run the latest version in one instance with an open debugger, until the client disconnects; one JSON object a line: the session first, then the bytes of its connections',
    params: FunctionParams,
    response: Type.Object({
      session: Type.Optional(Type.String()),
      connection: Type.Optional(Connection),
      data: Type.Optional(Type.String({ description: 'Base64.' })),
      end: Type.Optional(Type.Boolean({ description: 'The connection has ended; without one, the session.' })),
      reason: Type.Optional(Type.String()),
    }),
    responseEncoding: 'events',
  }),
  sendToDebugger: route({
    method: 'POST',
    path: '/v1/{project_id}/functions/{function_urn}/debugger/{session_id}',
    action: 'functiongraph:function:updateCode',
    group: 'debugger',
    summary:
      'Bytes for the debugger of a session; the first of a connection open it. Answered when they may be followed',
    params: Type.Object({ ...FunctionParams.properties, session_id: Type.String() }),
    body: Type.Object({
      connection: Connection,
      data: Type.Optional(Type.String({ maxLength: MAX_PIECE_CHARS, description: 'Base64.' })),
      end: Type.Optional(Type.Boolean()),
    }),
  }),
} as const;
