import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FakeServer } from './fake-server.ts';
import { Identities } from './identity-fixture.ts';

interface DisEvent {
  readonly ShardID: string;
  readonly StreamName: string;
  readonly Tag: string;
  readonly Message: { readonly records: { readonly data: string }[] };
}

let server: FakeServer;
let events: DisEvent[];
let requestIds: string[];
let held: Promise<void>;
let fails: (texts: string[]) => boolean;
let fn: { project_id: string; function_urn: string };
let people: Identities;
let count = 0;

beforeAll(async () => {
  server = await FakeServer.start({
    async handler(bytes, { requestId }) {
      const event = JSON.parse(bytes.toString()) as DisEvent;
      if (event.Message === undefined) return '{}';
      events.push(event);
      requestIds.push(requestId);
      await held;
      if (fails(textsOf(event))) throw new Error('poison');
      return '{}';
    },
  });
  fn = await server.deploy('reader');
  people = new Identities(server);
});
afterAll(() => server?.[Symbol.asyncDispose]());

beforeEach(() => {
  events = [];
  requestIds = [];
  held = Promise.resolve();
  fails = () => false;
});

const project = () => ({ project_id: server.projectId });
const textsOf = ({ Message }: DisEvent) => Message.records.map(({ data }) => Buffer.from(data, 'base64').toString());
const ran = (): string[] => events.map((event) => textsOf(event).join(' '));
const seen = (runs: number) =>
  expect
    .poll(() => {
      server.clock.advance(500);
      return ran().length;
    })
    .toBe(runs);

async function stream(partition_count = 1): Promise<string> {
  count += 1;
  const stream_name = `clicks-${count}`;
  await server.api.call('createStream', { params: project(), body: { stream_name, partition_count } });
  return stream_name;
}

async function put(stream_name: string, ...texts: string[]): Promise<void> {
  const records = texts.map((text) => ({ data: Buffer.from(text).toString('base64'), partition_key: 'k' }));
  await server.api.call('sendRecords', { params: project(), body: { stream_name, records } });
}

async function trigger(stream_name: string, settings: object = {}, api = server.api) {
  const event_data = { stream_name, ...settings };
  const body = { trigger_type_code: 'DIS', event_data };
  const { data } = await api.call('createFunctionTrigger', { params: fn, body });
  return { ...fn, trigger_type_code: 'DIS', trigger_id: data.trigger_id };
}

const remove = (params: Awaited<ReturnType<typeof trigger>>) => server.api.call('deleteFunctionTrigger', { params });

it('records start the function in batches, in their order', async () => {
  const name = await stream();
  await put(name, 'a', 'b', 'c');
  const made = await trigger(name, { batch_size: 2 });
  await seen(2);
  await put(name, 'd');
  await seen(3);
  expect(ran()).toEqual(['a b', 'c', 'd']);
  expect(events[0]).toMatchObject({ ShardID: 'shardId-0000000000', StreamName: name, Tag: 'latest' });
  await remove(made);
  await put(name, 'late');
  server.clock.advance(60_000);
  await put(name, 'later');
  server.clock.advance(60_000);
  expect(ran()).toHaveLength(3);
});

it('LATEST leaves out records from before the trigger', async () => {
  const name = await stream();
  await put(name, 'old');
  server.clock.advance(1_000);
  const made = await trigger(name, { sharditerator_type: 'LATEST' });
  await put(name, 'new');
  await seen(1);
  expect(ran()).toEqual(['new']);
  await remove(made);
});

it('is shown with the records that wait, and with its error when the stream is deleted', async () => {
  const name = await stream();
  const made = await trigger(name);
  const connection = async () => {
    server.clock.advance(1_000);
    return (await server.api.call('showFunctionTrigger', { params: made })).data.connection;
  };
  await put(name, 'a');
  await seen(1);
  await expect.poll(connection).toMatchObject({ state: 'CONNECTED', error: '', lag: 0 });
  const release = Promise.withResolvers<void>();
  held = release.promise;
  await put(name, 'b', 'c');
  expect(await connection()).toMatchObject({ lag: 2 });
  const { data } = await server.api.call('listFunctionTriggers', { params: fn });
  expect(data.find(({ trigger_id }) => trigger_id === made.trigger_id)?.connection).toMatchObject({ lag: 2 });
  const metrics = await (await fetch(`${server.running.endpoint}/metrics`)).text();
  const labels = `{project="${server.projectId}",package="default",function="reader",trigger="${made.trigger_id}"}`;
  expect(metrics).toContain(`funcgraph_stream_lag_records${labels} 2\n`);
  expect(metrics).toMatch(/^funcgraph_stream_records_total [1-9]/m);
  expect(metrics).toMatch(/^funcgraph_stream_record_bytes_total [1-9]/m);
  expect(metrics).toMatch(/^funcgraph_stream_throttled_puts_total 0$/m);
  release.resolve();
  await expect.poll(connection).toMatchObject({ lag: 0 });
  await server.api.call('deleteStream', { params: { ...project(), stream_name: name } });
  await expect.poll(connection).toMatchObject({
    state: 'RETRYING',
    error: 'the stream does not exist',
    since: expect.any(String),
  });
  expect(await connection()).not.toHaveProperty('lag');
  await remove(made);
});

it('a disabled trigger goes on where it stopped', async () => {
  const name = await stream();
  const made = await trigger(name);
  await put(name, 'a');
  await seen(1);
  await server.api.call('updateTrigger', { params: made, body: { trigger_status: 'DISABLED' } });
  await put(name, 'b');
  server.clock.advance(60_000);
  expect(ran()).toEqual(['a']);
  await server.api.call('updateTrigger', { params: made, body: { trigger_status: 'ACTIVE' } });
  await seen(2);
  expect(ran()).toEqual(['a', 'b']);
  await remove(made);
});

it('a batch that fails is repeated and becomes a dead letter, and the next one runs', async () => {
  const name = await stream();
  fails = (texts) => texts.includes('poison');
  const made = await trigger(name, { batch_size: 1 });
  await put(name, 'a', 'poison', 'b');
  await seen(4);
  expect(ran()).toEqual(['a', 'poison', 'poison', 'b']);
  expect(requestIds[1]).toBe(requestIds[2]);
  const { data } = await server.api.call('listDeadLetters', { params: project(), query: {} });
  expect(data.dead_letters).toMatchObject([{ request_id: requestIds[1], reason: 'failed' }]);
  fails = () => false;
  const letter = { ...project(), letter_id: data.dead_letters[0]?.id ?? '' };
  await server.api.call('redriveDeadLetter', { params: letter });
  await seen(5);
  expect(ran()[4]).toBe('poison');
  await remove(made);
});

it.each([
  [{ sharditerator_type: 'NEWEST' }, 400, 'sharditerator_type'],
  [{ batch_size: 0 }, 400, 'batch_size'],
  [{ max_fetch_bytes: 5_000_000 }, 400, 'max_fetch_bytes'],
  [{ polling_interval: 61 }, 400, 'polling_interval'],
  [{ polling_interval: 50, polling_unit: 'ms' }, 400, 'polling_interval'],
  [{ polling_unit: 'h' }, 400, 'polling_unit'],
  [{ is_serial: 'maybe' }, 400, 'is_serial'],
  [{ stream_name: '' }, 400, 'stream_name'],
  [{ stream_name: 'unknown' }, 404, 'stream_name'],
])('refuses the settings %j and names the field', async (settings, status, field) => {
  const name = await stream();
  const made = trigger(name, settings);
  await expect(made).rejects.toMatchObject({ status, message: expect.stringContaining(field) });
});

it('who may not read streams gets no records of them', async () => {
  const name = await stream();
  const functions = await people.policy([{ Effect: 'Allow', Action: ['functiongraph:*:*'] }]);
  const { api } = await people.user([functions]);
  const refused = { status: 403, message: expect.stringContaining('dis:stream:getRecords') };
  await expect(trigger(name, {}, api)).rejects.toMatchObject(refused);
});

describe('of a flow', () => {
  const graph = (trigger_config: object, enabled = true) => ({
    name: 'reading',
    triggers: [{ trigger_name: 'clicks', trigger_type: 'DIS', enabled, trigger_config }],
    nodes: [
      { id: 'start', name: 'start', kind: 'start' },
      { id: 'a', name: 'a', kind: 'function', function: 'reader' },
    ],
    edges: [{ from: 'start', to: 'a' }],
  });

  it('each batch is the input of a run; the trigger is shown with its position, and ends when it is disabled', async () => {
    const stream_name = await stream();
    await put(stream_name, 'a', 'b', 'c');
    const config = { stream_name, batch_size: 2 };
    const { id } = (await server.api.call('createWorkflow', { params: project(), body: { graph: graph(config) } }))
      .data;
    const params = { ...project(), workflow_id: id };
    await seen(2);
    // runs do not wait for one another
    expect(ran().toSorted()).toEqual(['a b', 'c']);
    expect(events[0]).toMatchObject({ ShardID: 'shardId-0000000000', StreamName: stream_name, Tag: 'latest' });
    const shown = async () => (await server.api.call('showWorkFlow', { params })).data.triggers[0];
    await expect.poll(shown).toMatchObject({
      event_data: { stream_name, batch_size: 2 },
      connection: { state: 'CONNECTED', error: '', lag: 0 },
    });
    const metrics = await (await fetch(`${server.running.endpoint}/metrics`)).text();
    expect(metrics).toMatch(/funcgraph_stream_lag_records{project="[^"]+",flow="reading",trigger="[^"]+"} 0/);
    await server.api.call('updateWorkFlow', { params, body: { graph: graph(config, false) } });
    await put(stream_name, 'late');
    server.clock.advance(60_000);
    await put(stream_name, 'later');
    server.clock.advance(60_000);
    expect(ran()).toHaveLength(2);
  });

  it('needs the right to read streams', async () => {
    const stream_name = await stream();
    const { api } = await people.user([await people.policy([{ Effect: 'Allow', Action: ['functiongraph:*:*'] }])]);
    const saving = api.call('createWorkflow', { params: project(), body: { graph: graph({ stream_name }) } });
    const refused = { status: 403, message: expect.stringContaining('dis:stream:getRecords') };
    await expect(saving).rejects.toMatchObject(refused);
  });
});
