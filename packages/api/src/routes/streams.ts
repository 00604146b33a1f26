import { Type } from 'typebox';
import { namedIn } from '../resource.ts';
import { route } from '../route.ts';
import { NumberText, ProjectParams } from '../schemas/common.ts';
import {
  CreateStreamBody,
  CursorShown,
  RecordsConsumed,
  RecordsSent,
  SendRecordsBody,
  StreamCreated,
  StreamDetail,
  StreamList,
} from '../schemas/stream.ts';

const STREAMS = '/v2/{project_id}/streams';
const STREAM = `${STREAMS}/{stream_name}` as const;
const RECORDS = '/v2/{project_id}/records';

const StreamParams = Type.Object({ ...ProjectParams.properties, stream_name: Type.String() });

/** 5 MB of data in Base64, and the JSON around 500 records. */
const SEND_BODY_BYTES = 8 * 1024 * 1024;

const group = 'streams';
const access = 'any';

/** Streams in the form of the DIS API. Rights are on single streams: handlers decide about each. */
export const streamRoutes = {
  createStream: route({
    method: 'POST',
    path: STREAMS,
    action: 'dis:stream:create',
    access,
    resource: namedIn('body', 'stream_name'),
    group,
    summary: 'Create a stream',
    params: ProjectParams,
    body: CreateStreamBody,
    response: StreamCreated,
    status: 201,
  }),
  listStreams: route({
    method: 'GET',
    path: STREAMS,
    action: 'dis:stream:list',
    access,
    group,
    summary: 'Streams of the project by name, 10 in a page unless limit is given',
    params: ProjectParams,
    query: Type.Object({
      limit: Type.Optional(NumberText),
      start_stream_name: Type.Optional(Type.String({ maxLength: 64 })),
    }),
    response: StreamList,
  }),
  showStream: route({
    method: 'GET',
    path: STREAM,
    action: 'dis:stream:get',
    access,
    group,
    summary: 'A stream and its shards',
    params: StreamParams,
    query: Type.Object({
      start_partitionId: Type.Optional(Type.String({ maxLength: 64 })),
      limit_partitions: Type.Optional(NumberText),
    }),
    response: StreamDetail,
  }),
  deleteStream: route({
    method: 'DELETE',
    path: STREAM,
    action: 'dis:stream:delete',
    access,
    group,
    summary: 'Delete a stream with its records',
    params: StreamParams,
    status: 204,
  }),
  sendRecords: route({
    method: 'POST',
    path: RECORDS,
    action: 'dis:stream:putRecords',
    access,
    resource: namedIn('body', 'stream_name'),
    group,
    summary: 'Put records into a stream; those without an error code are on disk when the answer comes',
    params: ProjectParams,
    body: SendRecordsBody,
    bodyLimit: SEND_BODY_BYTES,
    response: RecordsSent,
  }),
  showCursor: route({
    method: 'GET',
    path: '/v2/{project_id}/cursors',
    action: 'dis:stream:getRecords',
    access,
    resource: namedIn('query', 'stream-name'),
    group,
    summary: 'The cursor of a position in a shard',
    params: ProjectParams,
    query: Type.Object({
      'stream-name': Type.String({ maxLength: 64 }),
      'partition-id': Type.String({ maxLength: 64 }),
      'cursor-type': Type.Optional(
        Type.String({
          maxLength: 64,
          description: 'AT_SEQUENCE_NUMBER, AFTER_SEQUENCE_NUMBER, TRIM_HORIZON, LATEST or AT_TIMESTAMP.',
        }),
      ),
      'starting-sequence-number': Type.Optional(NumberText),
      timestamp: Type.Optional(NumberText),
    }),
    response: CursorShown,
  }),
  consumeRecords: route({
    method: 'GET',
    path: RECORDS,
    action: 'dis:stream:getRecords',
    access,
    resource: namedIn('query', 'partition-cursor'),
    group,
    summary: 'Records from a cursor on, and the cursor behind them',
    params: ProjectParams,
    query: Type.Object({
      'partition-cursor': Type.String({ maxLength: 512 }),
      max_fetch_bytes: Type.Optional(NumberText),
    }),
    response: RecordsConsumed,
  }),
} as const;
