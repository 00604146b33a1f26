import { signRequest } from '@funcgraph/api';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FakeServer } from './fake-server.ts';
import { Identities } from './identity-fixture.ts';

let server: FakeServer;
let project: { project_id: string };
let count = 0;

beforeAll(async () => {
  server = await FakeServer.start({
    handler: (event) => {
      const input = JSON.parse(event.toString('utf8')) as { body?: { fail?: boolean } };
      if (input.body?.fail === true) throw new Error('a secret of the function');
      return JSON.stringify(input);
    },
  });
  project = { project_id: server.projectId };
  await server.deploy('step');
});
afterAll(() => server?.[Symbol.asyncDispose]());

const EXPRESS = { mode: 'EXPRESS', log_level: 'NONE' };

/** A flow of one function with a route of its own. */
async function create(config: object = {}, more: object = {}, trigger: object = {}) {
  count += 1;
  const path = `/flow-${count}/{id}`;
  const graph = {
    name: `flow-${count}`,
    triggers: [
      { trigger_name: 'api', trigger_type: 'APIG', trigger_config: { path, group_id: 'g1', ...config }, ...trigger },
    ],
    nodes: [
      { id: 'start', name: 'start', kind: 'start' },
      { id: 'a', name: 'a', kind: 'function', function: 'step' },
    ],
    edges: [{ from: 'start', to: 'a' }],
    ...more,
  };
  const { data } = await server.api.call('createWorkflow', { params: project, body: { graph } });
  return { params: { ...project, workflow_id: data.id }, graph, at: path.replace('{id}', '7') };
}

it('shows no password of a broker, and keeps it when a flow is saved as it is shown', async () => {
  const door = { kafka_connect_address: 'broker.invalid:9092', kafka_user: 'ann', topic_ids: ['orders'] };
  const kafka = { trigger_type: 'KAFKA', trigger_config: { ...door, kafka_password: 'pass-7421' } };
  const { params, graph } = await create({}, { triggers: [kafka] });
  const { data: shown } = await server.api.call('showWorkFlow', { params });
  expect(JSON.stringify(shown)).not.toMatch(/pass-7421|kafka_password/);
  expect(shown.triggers).toMatchObject([{ enabled: true, event_data: { kafka_user: 'ann', batch_size: 100 } }]);
  const again = { params, body: { graph: { ...shown.graph } } };
  expect((await server.api.call('checkWorkflow', { params: project, body: again.body })).data.violations).toEqual([]);
  expect((await server.api.call('updateWorkFlow', again)).data.unchanged).toBe(true);
  const trigger_config = { ...door, kafka_connect_address: 'other.invalid:9092' };
  const moved = { ...graph, triggers: [{ ...kafka, trigger_config }] };
  await expect(server.api.call('updateWorkFlow', { params, body: { graph: moved } })).rejects.toThrow(
    /the stored one is not sent to other brokers/,
  );
  await server.api.call('batchDeleteWorkflows', { params: project, body: { workflow_urns: [shown.workflow_urn] } });
});

type Key = { readonly accessKey: string; readonly secretKey: string };

async function call(
  path: string,
  { body = '', method = 'POST', type = 'application/json', stage = '', key = server.key as Key | 'none' } = {},
) {
  const url = new URL(`${server.running.gateway}/api/${server.projectId}/g1${path}`);
  const headers = { 'Content-Type': type, ...(stage === '' ? {} : { 'X-Stage': stage }) };
  const bytes = new TextEncoder().encode(body);
  const nowMs = server.clock.now();
  const signed = key === 'none' ? {} : await signRequest({ method, url, headers, body: bytes, nowMs }, key);
  const answer = await fetch(url, { method, headers: { ...headers, ...signed }, ...(body === '' ? {} : { body }) });
  const text = await answer.text();
  const json = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> & { error_code?: string };
  return { status: answer.status, json, runId: answer.headers.get('x-workflowrun-id') };
}

it('answers the caller of an express flow with the output of its run', async () => {
  const { at } = await create({}, EXPRESS);
  const { status, json, runId } = await call(`${at}?a=1`, { body: '{"order":{"amount":3}}' });
  expect(status).toBe(200);
  expect(runId).toMatch(/^[\w-]{36}$/);
  expect(json).toMatchObject({
    body: { order: { amount: 3 } },
    isBase64Encoded: false,
    httpMethod: 'POST',
    path: at,
    pathParameters: { id: '7' },
    queryStringParameters: { a: '1' },
    requestContext: { stage: 'RELEASE' },
  });
  expect(JSON.stringify(json)).not.toMatch(/SDK-HMAC|x-sdk-date/i);
});

it('passes a body that is no JSON in Base64, and refuses one that says it is', async () => {
  const { at } = await create({}, EXPRESS);
  const plain = await call(at, { body: 'hello', type: 'text/plain' });
  expect(plain.json).toMatchObject({ body: Buffer.from('hello').toString('base64'), isBase64Encoded: true });
  expect((await call(at, { method: 'GET' })).json).toMatchObject({ body: '', isBase64Encoded: false });
  expect(await call(at, { body: '{"a":' })).toMatchObject({ status: 400, json: { error_code: 'FSS.0400' } });
  expect(await call(at, { body: '['.repeat(100_000) })).toMatchObject({ status: 400 });
});

it('answers with the id of the run of a standard flow', async () => {
  const { at, params } = await create();
  const { status, json } = await call(at, { body: '{"n":1}' });
  expect(status).toBe(202);
  const run = { ...params, execution_id: String(json.execution_id) };
  const shown = () => server.api.call('showWorkflowExecution', { params: run });
  await expect.poll(async () => (await shown()).data.status, { timeout: 10_000 }).toBe('success');
  expect((await shown()).data).toMatchObject({ input: { body: { n: 1 } }, created_by: server.user.name });
});

it('says that an express flow failed, and not why', async () => {
  const { at } = await create({}, EXPRESS);
  const { status, json } = await call(at, { body: '{"fail":true}' });
  expect(status).toBe(500);
  expect(json.error_code).toBe('APIGW.0202');
  expect(JSON.stringify(json)).not.toContain('secret');
});

it('lets the caller of an express flow wait as long as the trigger says', async () => {
  const nodes = [
    { id: 'start', name: 'start', kind: 'start' },
    { id: 'a', name: 'a', kind: 'wait', seconds: 60 },
  ];
  const { at } = await create({ func_info: { timeout: 500 } }, { ...EXPRESS, nodes });
  const waiting = call(at, { body: '{}' });
  const ticking = setInterval(() => server.clock.advance(100), 20);
  expect(await waiting).toMatchObject({ status: 504, json: { error_code: 'APIGW.0203' } });
  clearInterval(ticking);
});

it('refuses callers without a signature, with a wrong one, and without the right to start the flow', async () => {
  const { at } = await create({}, EXPRESS);
  const { graph } = await create({}, EXPRESS);
  const unsigned = await call(at, { body: '{}', key: 'none' });
  expect(unsigned).toMatchObject({ status: 401, json: { error_code: 'APIGW.0301' } });
  expect((await call(at, { key: { ...server.key, secretKey: 'x' } })).status).toBe(401);

  const identities = new Identities(server);
  const reader = await identities.policy([{ Effect: 'Allow', Action: ['functiongraph:workflow:get'] }]);
  const other = await identities.policy([
    {
      Effect: 'Allow',
      Action: ['functiongraph:workflow:invoke'],
      Resource: [`functiongraph:*:*:workflow:default/${graph.name}`],
    },
  ]);
  for (const policies of [[reader], [other]]) {
    const key = await keyOf(identities, policies);
    expect(await call(at, { body: '{}', key })).toMatchObject({ status: 403 });
  }
  const starter = await identities.policy([{ Effect: 'Allow', Action: ['functiongraph:workflow:invoke'] }]);
  expect((await call(at, { body: '{}', key: await keyOf(identities, [starter]) })).status).toBe(200);
});

async function keyOf(identities: Identities, policies: readonly string[]): Promise<Key> {
  const { id } = await identities.user(policies, project);
  const made = await server.api.call('createAccessKey', { body: { credential: { user_id: id } } });
  return { accessKey: made.data.credential.access, secretKey: made.data.credential.secret };
}

it('serves the method, path and environment of the trigger, and those of the saved definition', async () => {
  const { at, graph, params } = await create({ req_method: 'PUT', env_name: 'test', match_mode: 'NORMAL' }, EXPRESS);
  expect((await call(at, { method: 'PUT', stage: 'test' })).status).toBe(200);
  expect((await call(at, { method: 'PUT' })).status).toBe(404);
  expect((await call(at, { stage: 'test' })).status).toBe(404);
  expect((await call(`${at}/below`, { method: 'PUT', stage: 'test' })).status).toBe(404);

  const shown = async () => (await server.api.call('showWorkFlow', { params })).data.triggers;
  const invoke_url = `${server.running.gateway}/api/${server.projectId}/g1${at.replace('7', '{id}')}`;
  const api = { trigger_name: 'api', trigger_type: 'APIG' };
  const settings = { req_method: 'PUT', invoke_url, env_name: 'test' };
  expect(await shown()).toEqual([{ ...api, enabled: true, event_data: expect.objectContaining(settings) }]);

  const [trigger] = graph.triggers;
  const disabled = { ...graph, triggers: [{ ...trigger, enabled: false }] };
  await server.api.call('updateWorkFlow', { params, body: { graph: disabled } });
  expect((await call(at, { method: 'PUT', stage: 'test' })).status).toBe(404);
  expect(await shown()).toEqual([{ ...api, enabled: false }]);
  await server.api.call('updateWorkFlow', { params, body: { graph } });
  expect((await call(at, { method: 'PUT', stage: 'test' })).status).toBe(200);
});

it('refuses a path that a function has, and the path of a flow for a function', async () => {
  const fn = await server.deploy('other');
  const event_data = {
    ...{ name: 'API_x', type: 1, path: '/fn/{id}', req_method: 'POST', group_id: 'g1', auth: 'NONE' },
    func_info: { timeout: 1000 },
  };
  const body = { trigger_type_code: 'APIG', event_data };
  await server.api.call('createFunctionTrigger', { params: fn, body });
  await expect(create({ path: '/fn/{x}', req_method: 'POST' })).rejects.toThrow(
    'triggers[0].trigger_config: POST /fn/{x} in RELEASE of group g1 is taken. Trigger API_x of version latest of function other serves it.',
  );
  await create({ path: '/own/{x}', req_method: 'POST' });
  const taken = { ...body, event_data: { ...event_data, name: 'API_y', path: '/own/{id}' } };
  const refused = server.api.call('createFunctionTrigger', { params: fn, body: taken });
  await expect(refused).rejects.toMatchObject({ status: 409, code: 'FSS.1147' });
});

it('starts a flow at each tick of its timer, and ends with the flow', async () => {
  const user_event = '{"input":{"n":5}}';
  const { params } = await create({ schedule: '@every 1s', user_event }, {}, { trigger_type: 'FLOWTIMER' });
  const list = async () =>
    (await server.api.call('listWorkflowExecutions', { params, query: {} })).data.executions ?? [];
  for (let second = 1; second <= 3; second += 1) {
    server.clock.advance(1000);
    await expect.poll(async () => (await list()).length, { timeout: 10_000 }).toBe(second);
  }
  expect((await list())[0]).toMatchObject({ created_by: 'api' });
  const run = { ...params, execution_id: (await list())[0]?.execution_id ?? '' };
  expect((await server.api.call('showWorkflowExecution', { params: run })).data.input).toEqual({ n: 5 });
});
