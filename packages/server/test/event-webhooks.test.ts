import { createHmac, randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openRequest, type RawConnection } from '../../../tests/raw-connection.ts';
import { FakeServer } from './fake-server.ts';
import { Identities } from './identity-fixture.ts';

interface Webhook {
  readonly id: string;
  readonly url: string;
  readonly secret: string;
}

const EVENT = { specversion: '1.0', id: '1', source: '/shop', type: 'order.created', data: { order: 7 } };
const WHOLE = 'application/cloudevents+json';
const KB = 1024;

let server: FakeServer;
let base: { project_id: string; function_urn: string };
let events: unknown[];
/** What the function does. */
let act: () => Promise<unknown> = () => Promise.resolve();
let webhook: Webhook;
let identities: Identities;
let connections: RawConnection[] = [];
let count = 0;

beforeAll(async () => {
  server = await FakeServer.start(
    {
      async handler(event) {
        events.push(JSON.parse(event.toString()));
        await act();
        return '';
      },
    },
    {},
    pino({ level: 'silent' }),
    { doors: true },
  );
  identities = new Identities(server);
  const deployed = await server.deploy('hello');
  base = { ...deployed, function_urn: deployed.function_urn.replace(/:latest$/, '') };
});
afterAll(() => server?.[Symbol.asyncDispose]());

beforeEach(async () => {
  events = [];
  act = () => Promise.resolve();
  await server.api.call('batchDeleteFunctionTriggers', { params: base });
  webhook = await create();
});
afterEach(() => {
  for (const connection of connections) connection.end();
  connections = [];
});

const of = ({ id }: Pick<Webhook, 'id'>) => ({ ...base, trigger_type_code: 'EVENT', trigger_id: id });

async function create(data: object = {}, name = 'orders', params = base): Promise<Webhook> {
  const body = { trigger_type_code: 'EVENT', event_data: { name, ...data } };
  const { data: made } = await server.api.call('createFunctionTrigger', { params, body });
  return { id: made.trigger_id, url: String(made.event_data.invoke_url), secret: made.secret ?? '' };
}

/** An id that no test before has used. */
function fresh(): string {
  count += 1;
  return `event-${count}`;
}

interface Answer {
  readonly status: number;
  readonly code: string;
  readonly requestId: string;
  readonly text: string;
}

async function post(url: string, headers: Readonly<Record<string, string>>, body: string | Buffer): Promise<Answer> {
  const response = await fetch(url, { method: 'POST', headers, body });
  const text = await response.text();
  const { error_code: code = '', request_id: requestId = '' } = text === '' ? {} : JSON.parse(text);
  return { status: response.status, code, requestId, text };
}

/** In structured mode, with the secret. */
const send = (event: object, { url, secret }: Webhook = webhook): Promise<Answer> =>
  post(url, { 'content-type': WHOLE, authorization: `Bearer ${secret}` }, JSON.stringify(event));

/** As libraries of the Standard Webhooks specification do. */
function signed(body: string, { secret }: Pick<Webhook, 'secret'> = webhook, at = server.clock.now()) {
  const [id, time] = [`msg_${fresh()}`, String(Math.floor(at / 1000))];
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${time}.${body}`).digest('base64');
  return {
    'content-type': WHOLE,
    'webhook-id': id,
    'webhook-timestamp': time,
    'webhook-signature': `v1,${signature}`,
  };
}

async function ran(expected: number): Promise<unknown[]> {
  const passing = () => {
    server.clock.advance(50);
    return events.length;
  };
  await expect.poll(passing).toBe(expected);
  return events;
}

/** Opens a request whose body is yet to come. */
async function open(path: string, lines: readonly string[]): Promise<RawConnection> {
  const connection = await openRequest(server.running.gateway, [`POST ${path} HTTP/1.1`, ...lines]);
  connections.push(connection);
  return connection;
}

const REFUSED = { status: 401, code: 'APIGW.0305' };

describe('an event', () => {
  it('in binary mode starts the function', async () => {
    const id = fresh();
    const headers = {
      authorization: `Bearer ${webhook.secret}`,
      'content-type': 'application/json',
      'ce-specversion': '1.0',
      'ce-id': id,
      'ce-source': '/shop',
      'ce-type': 'order.created',
      'ce-subject': 'caf%C3%A9',
    };
    const { status, requestId } = await post(webhook.url, headers, '{"order":7}');
    expect(status).toBe(202);
    expect(await ran(1)).toEqual([{ ...EVENT, id, subject: 'café', datacontenttype: 'application/json' }]);
    const { data } = await server.api.call('listAsyncInvocations', { params: base });
    expect(data.invocations).toMatchObject([{ request_id: requestId }]);
  });

  it('in structured mode starts the function, with a signature, too', async () => {
    const event = { ...EVENT, id: fresh() };
    const text = JSON.stringify(event);
    expect(await post(webhook.url, signed(text), text)).toMatchObject({ status: 202 });
    expect(await ran(1)).toEqual([event]);
  });

  it('that is sent again is stored once, before and after it ran', async () => {
    const event = { ...EVENT, id: fresh() };
    const answers = await Promise.all(Array.from({ length: 5 }, () => send(event)));
    await ran(1);
    answers.push(await send(event));
    expect(new Set(answers.map(({ status, requestId }) => `${status} ${requestId}`)).size).toBe(1);
    expect(await send({ ...event, source: '/other' })).toMatchObject({ status: 202 });
    expect(await ran(2)).toEqual([event, { ...event, source: '/other' }]);
  });

  it('of another type starts nothing', async () => {
    const selecting = await create({ types: ['order.*', 'refund'] }, 'some');
    for (const type of ['orders', 'refunds', 'invoice']) {
      expect(await send({ ...EVENT, id: fresh(), type }, selecting)).toMatchObject({ status: 204 });
    }
    for (const type of ['order.', 'order.created', 'refund']) {
      expect(await send({ ...EVENT, id: fresh(), type }, selecting)).toMatchObject({ status: 202 });
    }
    expect((await ran(3)).map((event) => (event as { type: string }).type).toSorted()).toEqual([
      'order.',
      'order.created',
      'refund',
    ]);
  });

  it.each<[number, string, string, string]>([
    [400, 'APIGW.0106', WHOLE, '{"specversion":"1.0"}'],
    [400, 'APIGW.0106', WHOLE, 'no JSON'],
    [415, 'APIGW.0107', 'application/cloudevents-batch+json', '[]'],
    [415, 'APIGW.0107', 'application/json', '{}'],
  ])('that is none is refused with %i %s: %s %s', async (status, code, type, body) => {
    const headers = { 'content-type': type, authorization: `Bearer ${webhook.secret}` };
    expect(await post(webhook.url, headers, body)).toMatchObject({ status, code });
  });

  it('is refused while the trigger is disabled', async () => {
    await server.api.call('updateTrigger', { params: of(webhook), body: { trigger_status: 'DISABLED' } });
    expect(await send({ ...EVENT, id: fresh() })).toMatchObject({ status: 409, code: 'APIGW.0306' });
    const text = JSON.stringify(EVENT);
    expect(await post(webhook.url, signed(text), text)).toMatchObject({ status: 409, code: 'APIGW.0306' });
    await server.api.call('updateTrigger', { params: of(webhook), body: { trigger_status: 'ACTIVE' } });
    expect(await send({ ...EVENT, id: fresh() })).toMatchObject({ status: 202 });
    await ran(1);
  });

  it('is refused in a flood, and accepted again later', async () => {
    const flood = Array.from({ length: 2200 }, (_, at) => at);
    const invalid = () => post(webhook.url, { authorization: `Bearer ${webhook.secret}`, 'content-type': WHOLE }, '');
    const statuses = new Set<number>();
    while (flood.length > 0 && !statuses.has(429)) {
      const some = await Promise.all(flood.splice(0, 50).map(invalid));
      for (const { status } of some) statuses.add(status);
    }
    // a client of a busy machine may be too slow for the server
    statuses.delete(408);
    expect([...statuses].toSorted()).toEqual([400, 429]);
    const other = await create({}, 'other');
    expect(await send({ ...EVENT, id: fresh() }, other)).toMatchObject({ status: 202 });
    server.clock.advance(1000);
    expect(await send({ ...EVENT, id: fresh() })).toMatchObject({ status: 202 });
    await ran(2);
  });
});

describe('a sender without a valid proof', () => {
  it('learns nothing about which triggers exist', async () => {
    const unknown = { ...webhook, url: webhook.url.replace(webhook.id, randomUUID()) };
    const deleted = await create({}, 'deleted');
    await server.api.call('deleteFunctionTrigger', { params: of(deleted) });
    const other = await create({}, 'other');
    const text = JSON.stringify(EVENT);
    const answers = await Promise.all([
      send(EVENT, unknown),
      send(EVENT, deleted),
      send(EVENT, { ...webhook, secret: other.secret }),
      send(EVENT, { ...webhook, secret: 'x' }),
      post(webhook.url, { 'content-type': WHOLE }, text),
      post(unknown.url, signed(text), text),
      post(deleted.url, signed(text, deleted), text),
      post(webhook.url, signed(text, other), text),
      post(webhook.url, signed(`${text} `), text),
      post(webhook.url, signed(text, webhook, server.clock.now() - 301_000), text),
    ]);
    const withoutId = answers.map(({ status, text: answer, requestId }) => [status, answer.replace(requestId, '')]);
    expect(new Set(withoutId.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toMatchObject(REFUSED);
    expect(events).toEqual([]);
  });

  it('is refused before its body when the secret or the time of the signature is wrong', async () => {
    const lines = (headers: object) => Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
    const path = new URL(webhook.url).pathname;
    const length = 'Content-Length: 200000';
    const wrong = await open(path, [length, 'Authorization: Bearer x']);
    await expect.poll(wrong.status).toBe(401);
    const late = await open(path, [length, ...lines(signed('', webhook, server.clock.now() - 301_000))]);
    await expect.poll(late.status).toBe(401);
    const twice = await open(path, [length, `Authorization: Bearer ${webhook.secret}`, 'Authorization: Bearer x']);
    await expect.poll(twice.status).toBe(401);
  });

  it('cannot change the attributes of a signed event', async () => {
    const headers = { 'ce-specversion': '1.0', 'ce-id': '1', 'ce-source': '/shop', 'ce-type': 'other' };
    const sent = { ...signed('{}'), ...headers, 'content-type': 'application/json' };
    expect(await post(webhook.url, sent, '{}')).toMatchObject({ status: 415, code: 'APIGW.0107' });
    expect(events).toEqual([]);
  });

  it.each(['GET', 'PUT', 'OPTIONS'])('finds nothing with %s', async (method) => {
    const headers = { authorization: `Bearer ${webhook.secret}` };
    expect((await fetch(webhook.url, { method, headers })).status).toBe(404);
  });

  it.each(['/events/', '/events/x', '/events/../fn/', '/events/%2e'])('finds nothing at %s', async (path) => {
    const connection = await open(path, ['Content-Length: 0', 'Authorization: Bearer x']);
    await expect.poll(connection.status).toBe(404);
  });
});

describe('a body', () => {
  const head = (): string[] => [`Content-Type: ${WHOLE}`, `Authorization: Bearer ${webhook.secret}`];
  const path = (): string => new URL(webhook.url).pathname;

  it('over 256 KB is refused, before it is sent when its length is declared', async () => {
    const declared = await open(path(), [...head(), `Content-Length: ${257 * KB}`]);
    await expect.poll(declared.status).toBe(413);
    const chunked = await open(path(), [...head(), 'Transfer-Encoding: chunked']);
    chunked.send(`${(300 * KB).toString(16)}\r\n`);
    await chunked.pour(300 * KB);
    await expect.poll(chunked.status).toBe(413);
    const bytes = { authorization: `Bearer ${webhook.secret}`, 'ce-specversion': '1.0', 'ce-id': fresh() };
    const binary = { ...bytes, 'ce-source': '/shop', 'ce-type': 't', 'content-type': 'image/png' };
    expect(await post(webhook.url, binary, Buffer.alloc(255 * KB))).toMatchObject({ status: 413 });
    expect(events).toEqual([]);
  });

  it('that makes no progress is cut', async () => {
    const { send: sendMore, status } = await open(path(), [...head(), 'Content-Length: 200000']);
    sendMore(Buffer.alloc(20_000));
    await vi.waitFor(() => {
      server.clock.advance(5000);
      expect(status()).toBe(408);
    });
  });
});

describe('the secret of a trigger', () => {
  it('is shown to those who may change the trigger, and not in lists', async () => {
    const reading = await identities.policy([
      { Effect: 'Allow', Action: ['functiongraph:*:get', 'functiongraph:*:list'] },
    ]);
    const { api: reader } = await identities.user([reading]);
    expect((await server.api.call('showFunctionTrigger', { params: of(webhook) })).data.secret).toBe(webhook.secret);
    const { data: seen } = await reader.call('showFunctionTrigger', { params: of(webhook) });
    expect(seen).not.toHaveProperty('secret');
    expect(seen.event_data).toEqual({ name: 'orders', types: [], invoke_url: webhook.url });
    expect((await server.api.call('listFunctionTriggers', { params: base })).data[0]).not.toHaveProperty('secret');
  });

  it('belongs to one trigger, and other kinds have none', async () => {
    expect((await create({}, 'other')).secret).not.toBe(webhook.secret);
    const body = { trigger_type_code: 'TIMER', event_data: { name: 't', schedule_type: 'Rate', schedule: '3d' } };
    const { data } = await server.api.call('createFunctionTrigger', { params: base, body });
    expect(data).not.toHaveProperty('secret');
  });
});

describe('a renewed secret', () => {
  it('replaces the old one, of secrets and of signatures', async () => {
    const { data } = await server.api.call('renewTriggerSecret', { params: { ...base, trigger_id: webhook.id } });
    expect(data).toMatchObject({ trigger_id: webhook.id, event_data: { invoke_url: webhook.url } });
    const renewed = { ...webhook, secret: data.secret ?? '' };
    expect(renewed.secret).not.toBe(webhook.secret);
    const text = JSON.stringify({ ...EVENT, id: fresh() });
    expect(await send(EVENT)).toMatchObject(REFUSED);
    expect(await post(webhook.url, signed(text), text)).toMatchObject(REFUSED);
    expect(await post(webhook.url, signed(text, renewed), text)).toMatchObject({ status: 202 });
    await server.api.call('updateTrigger', { params: of(webhook), body: { event_data: { types: ['refund'] } } });
    expect(await send({ ...EVENT, id: fresh(), type: 'refund' }, renewed)).toMatchObject({ status: 202 });
    await ran(2);
  });

  it('is for those who may change the trigger, and for EVENT triggers', async () => {
    const reading = await identities.policy([{ Effect: 'Allow', Action: ['functiongraph:*:get'] }]);
    const { api: reader } = await identities.user([reading]);
    const params = { ...base, trigger_id: webhook.id };
    await expect(reader.call('renewTriggerSecret', { params })).rejects.toMatchObject({ status: 403 });
    const timer = { trigger_type_code: 'TIMER', event_data: { name: 't', schedule_type: 'Rate', schedule: '3d' } };
    const { data } = await server.api.call('createFunctionTrigger', { params: base, body: timer });
    const ofTimer = { params: { ...base, trigger_id: data.trigger_id } };
    await expect(server.api.call('renewTriggerSecret', ofTimer)).rejects.toMatchObject({ status: 404 });
  });
});

describe('a flow', () => {
  const project = () => ({ project_id: server.projectId });
  const graph = (trigger: object = {}) => ({
    name: 'events',
    triggers: [{ trigger_name: 'orders', trigger_type: 'EVENT', trigger_config: { types: ['order.*'] }, ...trigger }],
    nodes: [
      { id: 'start', name: 'start', kind: 'start' },
      { id: 'a', name: 'a', kind: 'function', function: 'hello' },
    ],
    edges: [{ from: 'start', to: 'a' }],
  });
  let flow: { project_id: string; workflow_id: string };
  const shown = async (api = server.api) => (await api.call('showWorkFlow', { params: flow })).data.triggers[0];
  async function own(): Promise<Webhook> {
    const { event_data, secret = '' } = (await shown()) ?? {};
    return { id: '', url: String(event_data?.invoke_url), secret };
  }
  const save = (trigger: object) =>
    server.api.call('updateWorkFlow', { params: flow, body: { graph: graph(trigger) } });

  beforeAll(async () => {
    const { data } = await server.api.call('createWorkflow', { params: project(), body: { graph: graph() } });
    flow = { ...project(), workflow_id: data.id };
  });

  it('is started by an event of its types, once', async () => {
    const event = { ...EVENT, id: fresh() };
    const answers = [await send(event, await own()), await send(event, await own())];
    expect(answers).toMatchObject([{ status: 202 }, { status: 202, requestId: answers[0]?.requestId }]);
    expect(await send({ ...EVENT, id: fresh(), type: 'refund' }, await own())).toMatchObject({ status: 204 });
    expect(await send({ ...event, data: 'other' }, await own())).toMatchObject({ status: 409, code: 'FSS.0409' });
    expect(await ran(1)).toEqual([event]);
    const params = { ...flow, execution_id: answers[0]?.requestId ?? '' };
    const { data: run } = await server.api.call('showWorkflowExecution', { params });
    expect(run).toMatchObject({ input: event });
  });

  it('has a secret that can be renewed, and that does not return with a trigger that was removed', async () => {
    const first = await own();
    const params = { ...flow, trigger_name: 'orders' };
    const { data } = await server.api.call('renewWorkflowTriggerSecret', { params });
    expect(await own()).toEqual({ ...first, secret: data.secret });
    expect(await send(EVENT, first)).toMatchObject(REFUSED);
    await save({ enabled: false });
    expect(await send(EVENT, { ...first, secret: data.secret })).toMatchObject(REFUSED);
    await expect(server.api.call('renewWorkflowTriggerSecret', { params })).rejects.toMatchObject({ status: 404 });
    await save({});
    const again = await own();
    expect([again.url, again.secret === data.secret, again.secret === first.secret]).toEqual([first.url, false, false]);
    await save({ trigger_config: {} });
    expect(await own()).toEqual(again);
  });

  it('shows the secret to those who may change it', async () => {
    const reading = await identities.policy([{ Effect: 'Allow', Action: ['functiongraph:workflow:get'] }]);
    const { api: reader } = await identities.user([reading]);
    expect(await shown(reader)).not.toHaveProperty('secret');
    const params = { ...flow, trigger_name: 'orders' };
    await expect(reader.call('renewWorkflowTriggerSecret', { params })).rejects.toMatchObject({ status: 403 });
  });

  it('is refused with types that are none', async () => {
    const refused = { status: 400, violations: [expect.objectContaining({ code: 'X-53' })] };
    await expect(save({ trigger_config: { types: ['a*b'] } })).rejects.toMatchObject(refused);
    await expect(save({ trigger_config: { types: 'order' } })).rejects.toMatchObject(refused);
  });
});

it('a function that sends events to its own webhook runs 16 more times', async () => {
  const before = new Set(server.driver.running.keys());
  const looping = await server.deploy('looping');
  const own = await create({}, 'own', looping);
  // each run is in the sandbox whose gateway it uses
  await server.api.call('updateFunctionMaxInstanceConfig', { params: looping, body: { max_instance_num: 1 } });
  await server.api.bytes('invokeFunction', { params: looping, body: new TextEncoder().encode('{}') });
  const [sandbox] = [...server.driver.running.values()].filter(({ id }) => !before.has(id));
  const ports = await sandbox?.openDoors([81]);
  const url = `http://127.0.0.1:${ports?.get(81)}${new URL(own.url).pathname}`;
  events = [];
  let last: Answer | undefined;
  act = async () => {
    last = await send({ ...EVENT, id: fresh() }, { ...own, url });
  };
  await send({ ...EVENT, id: fresh() }, own);
  await ran(17);
  await expect.poll(() => last).toMatchObject({ status: 409, code: 'FSS.0409' });
});

it.each<[object, string]>([
  [{ types: ['a b'] }, 'types[0]'],
  [{ types: ['ok', 'a*b'] }, 'types[1]'],
  [{ secret: 'mine' }, '"secret" is not a setting of EVENT triggers'],
])('refuses the settings %j', async (data, message) => {
  await expect(create(data, 'wrong')).rejects.toMatchObject({ status: 400, message: expect.stringContaining(message) });
});

it.each(['EVENTGRID', 'DDS', 'ROCKETMQ', 'IOTDA'])('names the event webhook to those who ask for %s', async (code) => {
  const body = { trigger_type_code: code, event_data: { name: 'x' } };
  const refused = { code: 'FSS.0426', hint: expect.stringContaining('EVENT trigger') };
  await expect(server.api.call('createFunctionTrigger', { params: base, body })).rejects.toMatchObject(refused);
});
