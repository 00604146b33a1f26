import type { RouteResponse, Routes } from '@funcgraph/api';
import type { Connection, FunctionParams } from '../../connection/index.ts';
import { usageError } from '../../framework/index.ts';
import { type Argument, functionOf } from '../../operations/index.ts';

type Listed = RouteResponse<Routes['listEvents']>['events'][number];

/** A test event of a function by its name. Throws a usage error that lists the existing names. */
async function findTestEvent(
  connection: Connection,
  params: FunctionParams,
  name: string,
  signal: AbortSignal,
): Promise<Listed> {
  const { events } = (await connection.client.call('listEvents', { params, signal })).data;
  const found = events.find((event) => event.name === name);
  if (found !== undefined) return found;
  const names = events.map((event) => event.name).join(', ');
  throw usageError(
    `there is no test event ${JSON.stringify(name)}`,
    names === '' ? 'fgs test-events create' : `there are: ${names}`,
  );
}

/** A test event of the function before it. */
export const TEST_EVENT: Argument<'name', Listed> = {
  name: 'name',
  summary: 'name of the test event',
  find: (name, lookup) => findTestEvent(lookup.connection, functionOf(lookup), name, lookup.signal),
  fields: ({ id }) => ({ event_id: id }),
};

/** The JSON text of a test event as bytes. */
export async function testEventBytes(
  connection: Connection,
  params: FunctionParams,
  name: string,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const { id } = await findTestEvent(connection, params, name, signal);
  const { data } = await connection.client.call('showEvent', { params: { ...params, event_id: id }, signal });
  return new Uint8Array(Buffer.from(data.content, 'base64'));
}

/** The sample event of a kind of event source as bytes. */
export async function templateBytes(
  connection: Connection,
  name: string,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const { data } = await connection.client.call('showEventTemplate', { params: { name }, signal });
  return new Uint8Array(Buffer.from(JSON.stringify(data.content)));
}
