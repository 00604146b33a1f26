import { parseUrn } from '@funcgraph/api';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ManualClock } from '../src/lib/manual-clock.ts';
import { FakeServer } from './fake-server.ts';
import { Identities } from './identity-fixture.ts';
import { awsClient, type StorageClient } from './storage/clients.ts';

interface ObjectRecord {
  readonly eventName: string;
  readonly s3: { readonly object: { readonly key: string; readonly sequencer: string } };
}
interface Ran {
  readonly requestId: string;
  readonly record: ObjectRecord;
}

let server: FakeServer;
let storage: StorageClient;
let ran: Ran[] = [];
/** What the function does with its event besides noting it. */
let act: (record: ObjectRecord, keys: StorageClient) => Promise<unknown> = () => Promise.resolve();
let hello: { project_id: string; function_urn: string };

beforeAll(async () => {
  server = await FakeServer.start(
    {
      async handler(event, { requestId, credentials }) {
        const { Records } = JSON.parse(event.toString('utf8')) as { Records: [ObjectRecord] };
        ran.push({ requestId, record: Records[0] });
        const { securityAccessKey: accessKey, securitySecretKey: secretKey, securityToken } = credentials;
        const own = awsClient(server, { accessKey, secretKey, securityToken });
        await act(Records[0], own).finally(() => own.close());
        return '';
      },
    },
    {},
    pino({ level: 'silent' }),
    { clock: new ManualClock(Date.now()) },
  );
  storage = awsClient(server);
  for (const bucket of ['photos', 'loop', 'flows']) await storage.createBucket(bucket);
  await new Identities(server).agency('writer', ['te_admin']);
  hello = await server.deploy('hello');
});
afterAll(async () => {
  storage?.close();
  await server?.[Symbol.asyncDispose]();
});

const create = (event_data: object, params = hello) =>
  server.api.call('createFunctionTrigger', { params, body: { trigger_type_code: 'OBS', event_data } });
/** Resolves with what ran, oldest change first, when so many functions have run. */
async function runs(count: number): Promise<ObjectRecord[]> {
  const passing = () => {
    server.clock.advance(50);
    return ran.length;
  };
  await expect.poll(passing).toBe(count);
  return ran.map(({ record }) => record).toSorted((a, b) => (a.s3.object.sequencer < b.s3.object.sequencer ? -1 : 1));
}

it('a trigger that gets the results of its function carries a warning, and so does such a destination', async () => {
  const params = await server.deploy('echo');
  const param = JSON.stringify({ bucket: 'loop', prefix: 'results/' });
  const body = { destination_config: { on_success: { destination: 'OBS', param } } };
  await server.api.call('updateFunctionAsyncInvokeConfig', { params, body });
  const events = ['ObjectCreated'];
  const warnings: (string | undefined)[] = [];
  for (const data of [
    { bucket: 'loop', prefix: 'results/ec', suffix: 'n' },
    { bucket: 'loop', prefix: 'incoming/' },
    { bucket: 'loop', prefix: 'results/', suffix: '.png' },
    { bucket: 'flows', prefix: 'results/' },
  ]) {
    warnings.push((await create({ name: `trigger-${warnings.length}`, events, ...data }, params)).data.warning);
  }
  const text = expect.stringContaining('objects in loop/results/echo/, which start it again');
  expect(warnings).toEqual([text, undefined, undefined, undefined]);
  const { data } = await server.api.call('updateFunctionAsyncInvokeConfig', { params, body });
  expect(data.warning).toEqual(text);
  const other = { on_failure: { destination: 'OBS' as const, param: '{"bucket":"loop","prefix":"other/"}' } };
  const harmless = { params, body: { destination_config: other } };
  expect((await server.api.call('updateFunctionAsyncInvokeConfig', harmless)).data.warning).toBeUndefined();
  const function_urn = params.function_urn.replace(/:latest$/, '');
  await server.api.call('deleteFunction', { params: { ...params, function_urn } });
});

it('every change of a bucket starts the function once, with the event of the guide', async () => {
  const { data } = await create({ name: 'all', bucket: 'photos', events: ['ObjectCreated', 'ObjectRemoved'] });
  await storage.put('photos', 'in/a b.png', Buffer.from('cat'));
  await storage.copy('photos/in%2Fa%20b.png', 'photos', 'copy');
  const upload = { bucket: 'photos', key: 'parts', uploadId: await storage.createUpload('photos', 'parts') };
  await storage.complete(upload, [{ part: 1, etag: await storage.uploadPart(upload, 1, Buffer.from('part')) }]);
  await storage.delete('photos', 'copy');
  const records = await runs(4);
  expect(records.map(({ eventName, s3 }) => [eventName, s3.object.key]).toSorted()).toEqual([
    ['ObjectCreated:CompleteMultipartUpload', 'parts'],
    ['ObjectCreated:Copy', 'copy'],
    ['ObjectCreated:Put', 'in%2Fa+b.png'],
    ['ObjectRemoved:Delete', 'copy'],
  ]);
  expect(records.find(({ eventName }) => eventName === 'ObjectCreated:Put')).toEqual({
    eventVersion: '2.0',
    eventSource: 'aws:s3',
    awsRegion: parseUrn(hello.function_urn)?.region,
    eventTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    eventName: 'ObjectCreated:Put',
    userIdentity: { principalId: expect.stringMatching(/./) },
    requestParameters: { sourceIPAddress: '127.0.0.1' },
    responseElements: { 'x-amz-request-id': expect.stringMatching(/./), 'x-amz-id-2': expect.stringMatching(/./) },
    s3: {
      s3SchemaVersion: '1.0',
      configurationId: 'all',
      bucket: {
        name: 'photos',
        ownerIdentity: { PrincipalId: expect.stringMatching(/./) },
        arn: 'arn:aws:s3:::photos',
      },
      object: {
        key: 'in%2Fa+b.png',
        eTag: 'd077f244def8a70e5ea758bd8352fcd8',
        size: 3,
        versionId: 'null',
        sequencer: expect.stringMatching(/^[0-9A-F]{16,}$/i),
      },
    },
  });
  await server.api.call('deleteFunctionTrigger', {
    params: { ...hello, trigger_type_code: 'OBS', trigger_id: data.trigger_id },
  });
  await storage.put('photos', 'later', Buffer.from('x'));
  await create({ name: 'next', bucket: 'photos', events: ['Put'] });
  await storage.put('photos', 'last', Buffer.from('x'));
  expect((await runs(5)).map(({ s3 }) => s3.object.key)).not.toContain('later');
});

it('a bucket starts a flow once for an object', async () => {
  ran = [];
  const trigger_config = { bucket: 'flows', events: ['ObjectCreated'], suffix: '.csv' };
  const graph = {
    name: 'imports',
    triggers: [{ trigger_name: 'objects', trigger_type: 'OBS', trigger_config }],
    nodes: [
      { id: 'start', name: 'start', kind: 'start' },
      { id: 'a', name: 'a', kind: 'function', function: 'hello' },
    ],
    edges: [{ from: 'start', to: 'a' }],
  };
  const params = { project_id: server.projectId };
  await server.api.call('createWorkflow', { params, body: { graph } });
  await storage.put('flows', 'a.txt', Buffer.from('1'));
  await storage.put('flows', 'a.csv', Buffer.from('1'));
  expect((await runs(1)).map(({ s3 }) => s3.object.key)).toEqual(['a.csv']);
  await expect(create({ name: 'same', bucket: 'flows', events: ['Put'] })).rejects.toMatchObject({ code: 'FSS.1108' });
  await expect(create({ name: 'none', bucket: 'missing', events: ['Put'] })).rejects.toMatchObject({ status: 426 });
});

it('a function that writes where it is triggered runs 16 times, and its log says why not more', async () => {
  ran = [];
  const writer = await server.deploy('writer');
  await server.api.call('updateFunctionConfig', {
    params: writer,
    body: { xrole: 'writer' },
  });
  await create({ name: 'loop', bucket: 'loop', events: ['Put'] }, writer);
  act = (_, own) => own.put('loop', `again-${ran.length}`, Buffer.from('x'));
  await storage.put('loop', 'first', Buffer.from('x'));
  await runs(16);
  const passing = async () => {
    server.clock.advance(1000);
    const { data } = await server.api.call('queryLogs', { params: writer, query: {} });
    return JSON.stringify(data);
  };
  await expect.poll(passing).toContain('16 functions ran one after another');
  expect(ran).toHaveLength(16);
});

it('a bucket gets results of asynchronous invocations, and a chain through its triggers ends after 16 functions', async () => {
  ran = [];
  act = () => Promise.resolve();
  await storage.createBucket('results');
  const [first, again] = [await server.deploy('reports'), await server.deploy('again')];
  const deliver = (params: typeof first, bucket: string, prefix: string) => {
    const on_success = { destination: 'OBS', param: JSON.stringify({ bucket, prefix }) };
    const body = { destination_config: { on_success } } as never;
    return server.api.call('updateFunctionAsyncInvokeConfig', { params, body });
  };
  const invoke = async (params: typeof first): Promise<string> => {
    const body = { Records: [{ eventName: 'none', s3: { object: { key: '', sequencer: '' } } }] } as never;
    return (await server.api.call('asyncInvokeFunction', { params, body })).data.request_id;
  };
  await deliver(first, 'results', 'daily/');
  await deliver(again, 'results', '');
  await create({ name: 'results', bucket: 'results', events: ['Put'] }, again);
  const id = await invoke(first);
  const key = `daily/reports/${id}.json`;
  expect((await runs(16)).slice(0, 2).map(({ s3 }) => s3.object.key)).toEqual(['', encodeURIComponent(key)]);
  const stored = await storage.get('results', key);
  expect(JSON.parse(stored.body.toString())).toMatchObject({ request_context: { request_id: id } });
  expect(stored.contentType).toBe('application/json');
  const passing = async () => {
    server.clock.advance(1000);
    return JSON.stringify((await server.api.call('queryLogs', { params: again, query: {} })).data);
  };
  await expect.poll(passing).toContain('16 functions ran one after another');
  expect(ran).toHaveLength(16);
});

it('results for a bucket that does not exist are dead letters', async () => {
  const params = await server.deploy('lost');
  const on_success = { destination: 'OBS', param: '{"bucket":"missing"}' };
  const body = { destination_config: { on_success } } as never;
  await server.api.call('updateFunctionAsyncInvokeConfig', { params, body });
  const event = { Records: [{ eventName: 'none', s3: { object: { key: '', sequencer: '' } } }] };
  await server.api.call('asyncInvokeFunction', { params, body: event as never });
  const letters = async () => {
    server.clock.advance(50);
    const of = { project_id: server.projectId };
    return (await server.api.call('listDeadLetters', { params: of, query: {} })).data.dead_letters;
  };
  const message = expect.stringContaining('NoSuchBucket');
  const letter = expect.objectContaining({ kind: 'delivery', reason: 'refused', message });
  await expect.poll(letters).toContainEqual(letter);
});
