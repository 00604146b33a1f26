import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeServer } from './fake-server.ts';
import { Identities } from './identity-fixture.ts';

let server: FakeServer;
let people: Identities;
let count = 0;

beforeAll(async () => {
  server = await FakeServer.start({
    handler: async (event) => {
      if (event.toString().includes('fail')) throw new Error('out of order');
      return '{}';
    },
  });
  people = new Identities(server);
});
afterAll(() => server?.[Symbol.asyncDispose]());

const project = () => ({ project_id: server.projectId });
const base64 = (text: string): string => Buffer.from(text).toString('base64');

async function create(settings: Record<string, unknown> = {}): Promise<string> {
  count += 1;
  const stream_name = `stream-${count}`;
  await server.api.call('createStream', { params: project(), body: { stream_name, ...settings } });
  return stream_name;
}

async function put(stream_name: string, records: { data: string; partition_key?: string; partition_id?: string }[]) {
  const body = { stream_name, records: records.map((record) => ({ ...record, data: base64(record.data) })) };
  return (await server.api.call('sendRecords', { params: project(), body })).data;
}

async function cursor(name: string, type = 'TRIM_HORIZON', shard = '0'): Promise<string> {
  const query = { 'stream-name': name, 'partition-id': shard, 'cursor-type': type };
  return (await server.api.call('showCursor', { params: project(), query })).data.partition_cursor;
}

async function read(partitionCursor: string, more: { max_fetch_bytes?: string } = {}) {
  const query = { 'partition-cursor': partitionCursor, ...more };
  return (await server.api.call('consumeRecords', { params: project(), query })).data;
}

describe('the API of streams', () => {
  it('creates, lists, shows and deletes streams in the form of DIS', async () => {
    const name = await create({ partition_count: 2, stream_type: 'ADVANCED', data_duration: 48 });
    const { data: list } = await server.api.call('listStreams', { params: project(), query: { limit: '100' } });
    expect(list.stream_names).toContain(name);
    expect(list).toMatchObject({ total_number: list.stream_names.length, has_more_streams: false });
    const { data: shown } = await server.api.call('showStream', { params: { ...project(), stream_name: name } });
    expect(shown).toMatchObject({
      stream_name: name,
      stream_id: expect.stringMatching(/^[0-9a-f]{32}$/),
      create_time: server.clock.now(),
      retention_period: 48,
      status: 'RUNNING',
      stream_type: 'ADVANCED',
      data_type: 'BLOB',
      partitions: [
        { partition_id: 'shardId-0000000000', status: 'ACTIVE', hash_range: '[0 : 4611686018427387903]' },
        { partition_id: 'shardId-0000000001', sequence_number_range: '[0 : 0]' },
      ],
      has_more_partitions: false,
    });
    await server.api.call('deleteStream', { params: { ...project(), stream_name: name } });
    await expect(server.api.call('showStream', { params: { ...project(), stream_name: name } })).rejects.toMatchObject({
      status: 404,
      code: 'DIS.4301',
    });
  });

  it('lists page by page', async () => {
    await create();
    await create();
    const names: string[] = [];
    for (let start = ''; ; ) {
      const query = { limit: '1', ...(start === '' ? {} : { start_stream_name: start }) };
      const { data } = await server.api.call('listStreams', { params: project(), query });
      names.push(...data.stream_names);
      start = data.stream_names.at(-1) ?? '';
      if (!data.has_more_streams) break;
    }
    const { data } = await server.api.call('listStreams', { params: project(), query: { limit: '100' } });
    expect(names).toEqual(data.stream_names);
  });

  it('puts records and reads them by cursors', async () => {
    const name = await create({ partition_count: 2 });
    const sent = await put(name, [
      { data: 'a', partition_id: '0' },
      { data: 'b', partition_id: 'shardId-0000000000' },
      { data: 'c', partition_id: '1', partition_key: 'k' },
    ]);
    expect(sent).toEqual({
      failed_record_count: 0,
      records: [
        { partition_id: 'shardId-0000000000', sequence_number: '0' },
        { partition_id: 'shardId-0000000000', sequence_number: '1' },
        { partition_id: 'shardId-0000000001', sequence_number: '0' },
      ],
    });
    const first = await read(await cursor(name), { max_fetch_bytes: '1' });
    expect(first.records).toEqual([
      {
        partition_key: '',
        sequence_number: '0',
        data: base64('a'),
        timestamp: server.clock.now(),
        timestamp_type: 'CreateTime',
      },
    ]);
    const second = await read(first.next_partition_cursor);
    expect(second.records.map(({ data }) => data)).toEqual([base64('b')]);
    const end = await read(second.next_partition_cursor);
    expect(end).toEqual({
      records: [],
      next_partition_cursor: second.next_partition_cursor,
      millis_behind_latest: 0,
    });
    expect((await read(await cursor(name, 'TRIM_HORIZON', '1'))).records).toMatchObject([{ partition_key: 'k' }]);
    expect((await read(await cursor(name, 'LATEST'))).records).toEqual([]);
  });

  it('shows how far behind a reader is', async () => {
    const name = await create();
    await put(name, [{ data: 'a', partition_key: 'k' }]);
    server.clock.advance(2_000);
    await put(name, [{ data: 'b', partition_key: 'k' }]);
    const first = await read(await cursor(name), { max_fetch_bytes: '1' });
    expect(first.millis_behind_latest).toBe(2_000);
    expect((await read(first.next_partition_cursor)).millis_behind_latest).toBe(0);
  });

  it.each([
    [{ stream_name: 'no name' }, 400, 'DIS.4200'],
    [{ stream_name: 'x', partition_count: 1000 }, 400, 'DIS.4200'],
    [{ stream_name: 'x', data_duration: 0 }, 400, 'DIS.4200'],
  ])('refuses the stream %j', async (body, status, error_code) => {
    const created = server.api.call('createStream', { params: project(), body });
    await expect(created).rejects.toMatchObject({ status, code: error_code });
  });

  it('refuses records and cursors that are not usable', async () => {
    const name = await create();
    await expect(put(name, [])).rejects.toMatchObject({ status: 400, code: 'DIS.4217' });
    await expect(put('unknown', [{ data: 'a', partition_key: 'k' }])).rejects.toMatchObject({ status: 404 });
    await expect(read('nonsense')).rejects.toMatchObject({ status: 400, code: 'DIS.4217' });
    await expect(cursor(name, 'TRIM_HORIZON', '1')).rejects.toMatchObject({ status: 400 });
  });

  it('shows streams among the quotas', async () => {
    const { data } = await server.api.call('listAllQuotas', { params: project() });
    const used = data.quotas.find(({ name }) => name === 'streams')?.used;
    await create();
    const { data: later } = await server.api.call('listAllQuotas', { params: project() });
    expect(later.quotas.find(({ name }) => name === 'streams')).toMatchObject({ quota: 100, used: Number(used) + 1 });
    expect(later.quotas.find(({ name }) => name === 'stream_size')).toMatchObject({ unit: 'bytes' });
  });
});

it('records changes of streams in the audit log, but no records', async () => {
  const name = await create();
  await put(name, [{ data: 'a', partition_key: 'k' }]);
  await server.api.call('deleteStream', { params: { ...project(), stream_name: name } });
  const { data } = await server.api.call('listAudit', { query: {} });
  const noted = data.entries.filter(({ resource }) => resource === `stream:${name}`);
  expect(noted.map(({ operation }) => operation)).toEqual(['deleteStream', 'createStream']);
});

it('keeps a project that has streams', async () => {
  const { data } = await server.api.call('createProject', { body: { project: { name: 'streaming' } } });
  const own = { project_id: data.project.id };
  await server.api.call('createStream', { params: own, body: { stream_name: 'only' } });
  await expect(server.api.call('deleteProject', { params: own })).rejects.toMatchObject({
    status: 409,
    message: expect.stringContaining('1 stream'),
  });
});

describe('rights on streams', () => {
  it('are on single streams, and a cursor gives none', async () => {
    const [mine, other] = [await create(), await create()];
    await put(other, [{ data: 'secret', partition_key: 'k' }]);
    const Action = ['dis:stream:getRecords', 'dis:stream:list'];
    const policy = await people.policy([{ Effect: 'Allow', Action, Resource: [`dis:*:*:stream:${mine}`] }]);
    const { api: client } = await people.user([policy]);
    const { data: list } = await client.call('listStreams', { params: project(), query: {} });
    expect(list).toMatchObject({ total_number: 1, stream_names: [mine] });
    const query = { 'partition-cursor': await cursor(other) };
    await expect(client.call('consumeRecords', { params: project(), query })).rejects.toMatchObject({ status: 403 });
    const body = { stream_name: mine, records: [{ data: '', partition_key: 'k' }] };
    await expect(client.call('sendRecords', { params: project(), body })).rejects.toMatchObject({ status: 403 });
    const allowed = { 'partition-cursor': await cursor(mine) };
    await client.call('consumeRecords', { params: project(), query: allowed });
  });
});

describe('a stream as the destination of results', () => {
  const sendTo = (params: { project_id: string; function_urn: string }, name: string, api = server.api) => {
    const to = { destination: 'DIS', param: JSON.stringify({ stream_name: name }) } as const;
    const body = { max_async_retry_attempts: 0, destination_config: { on_success: to, on_failure: to } };
    return api.call('updateFunctionAsyncInvokeConfig', { params, body });
  };
  const eventually = <T>(seen: () => Promise<T>) => {
    const passing = async () => {
      server.clock.advance(50);
      return await seen();
    };
    return expect.poll(passing);
  };
  const letters = async () => (await server.api.call('listDeadLetters', { params: project() })).data.dead_letters;
  const invoke = async (params: { project_id: string; function_urn: string }, word: string): Promise<string> =>
    (await server.api.call('asyncInvokeFunction', { params, body: { word } })).data.request_id;

  it('gets those of successes and of failures as records, under the id of the request', async () => {
    const [params, name] = [await server.deploy('sending'), await create()];
    await sendTo(params, name);
    const ids = [await invoke(params, 'pass'), await invoke(params, 'fail')];
    const records = async () => (await read(await cursor(name))).records;
    await eventually(async () => (await records()).length).toBe(2);
    const results = new Map(
      (await records()).map(({ partition_key, data }) => [
        partition_key,
        JSON.parse(Buffer.from(data, 'base64').toString()),
      ]),
    );
    expect(ids.map((id) => results.get(id))).toMatchObject([
      {
        request_context: { request_id: ids[0], condition: '' },
        request_payload: '{"word":"pass"}',
        response_context: { status_code: 200 },
        response_payload: '{}',
      },
      {
        request_context: { request_id: ids[1], condition: 'UnhandledInvocationError' },
        request_payload: '{"word":"fail"}',
        response_context: { status_code: 500 },
      },
    ]);
  });

  it('that was deleted makes them dead letters', async () => {
    const [params, name] = [await server.deploy('lost'), await create()];
    await sendTo(params, name);
    await server.api.call('deleteStream', { params: { ...project(), stream_name: name } });
    await invoke(params, 'pass');
    const message = expect.stringContaining(`no stream ${name}`);
    const letter = expect.objectContaining({ kind: 'delivery', reason: 'refused', message });
    await eventually(letters).toContainEqual(letter);
  });

  it('is set by those who may put records into it, and stops when they lose the right', async () => {
    const [params, mine, other] = [await server.deploy('rightful'), await create(), await create()];
    const put = { Effect: 'Allow' as const, Action: ['dis:stream:putRecords'], Resource: [`dis:*:*:stream:${mine}`] };
    const functions = { Effect: 'Allow' as const, Action: ['functiongraph:*:*'] };
    const user = await people.user([await people.policy([put, functions])]);
    await expect(sendTo(params, other, user.api)).rejects.toMatchObject({
      status: 403,
      message: expect.stringContaining('dis:stream:putRecords'),
    });
    await sendTo(params, mine, user.api);
    await server.api.call('deleteUser', { params: { user_id: user.id } });
    await invoke(params, 'pass');
    await eventually(letters).toContainEqual(expect.objectContaining({ kind: 'delivery', reason: 'forbidden' }));
    expect((await read(await cursor(mine))).records).toEqual([]);
  });

  it('that starts the same function makes a warning, whichever is set last', async () => {
    const [params, name, other] = [await server.deploy('echo'), await create(), await create()];
    const event_data = { name: 'own', stream_name: name };
    const body = { trigger_type_code: 'DIS', event_data };
    const { data: before } = await server.api.call('createFunctionTrigger', { params, body });
    const { data: loop } = await sendTo(params, name);
    const { data: harmless } = await sendTo(params, other);
    const second = { trigger_type_code: 'DIS', event_data: { name: 'second', stream_name: other } };
    const { data: after } = await server.api.call('createFunctionTrigger', { params, body: second });
    const text = (stream: string) => expect.stringContaining(`records of stream ${stream}, which start it again`);
    const warnings = [before, loop, harmless, after].map(({ warning }) => warning);
    expect(warnings).toEqual([undefined, text(name), undefined, text(other)]);
  });

  it.each(['a b', '', 'x'.repeat(65)])('cannot have the name %j', async (name) => {
    const params = { ...project(), function_urn: `urn:fss:local-1:${server.projectId}:function:default:sending` };
    await expect(sendTo(params, name)).rejects.toMatchObject({ status: 400 });
  });
});
