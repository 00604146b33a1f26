import { signRequest } from '@funcgraph/api';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type FakeFunction, HANG } from '../src/instances/sandbox/fake/index.ts';
import { FakeServer } from './fake-server.ts';
import { Identities, refusal } from './identity-fixture.ts';

const PATIENCE = { timeout: 120_000, interval: 10 };
type Target = { project_id: string; function_urn: string };

let server: FakeServer;
let base: Target;
let events: Record<string, unknown>[];
let versions: WeakMap<object, string>;

beforeEach(async () => {
  events = [];
  versions = new WeakMap();
  const fn: FakeFunction = {
    onInit(init, peer) {
      versions.set(peer, init.context.version);
      return true;
    },
    handler(bytes, _invoke, peer) {
      const event = JSON.parse(bytes.toString()) as Record<string, unknown>;
      events.push(event);
      if (event.path === '/hang') return HANG;
      return JSON.stringify({ statusCode: 200, body: JSON.stringify({ version: versions.get(peer), event }) });
    },
  };
  server = await FakeServer.start(fn);
  const deployed = await server.deploy('hello');
  base = { ...deployed, function_urn: deployed.function_urn.replace(/:latest$/, '') };
});
afterEach(() => server[Symbol.asyncDispose]());

const api = (change: object = {}) => ({
  name: 'API_test',
  type: 1,
  path: '/users/{id}',
  req_method: 'GET',
  group_id: 'g1',
  match_mode: 'NORMAL',
  auth: 'NONE',
  func_info: { timeout: 5000 },
  ...change,
});

async function create(change: object = {}, qualifier = '', kind = 'APIG') {
  const params = { ...base, function_urn: base.function_urn + qualifier };
  const body = { trigger_type_code: kind, event_data: api(change) };
  return (await server.api.call('createFunctionTrigger', { params, body })).data;
}

const at = (path: string, group = 'g1'): string => `${server.running.gateway}/api/${server.projectId}/${group}${path}`;

interface Answer {
  readonly status: number;
  readonly json: {
    version: string;
    event: {
      path: string;
      pathParameters: object;
      requestContext: object;
      queryStringParameters: object;
      headers: Record<string, string>;
    };
    error_code: string;
    error_msg: string;
    request_id: string;
  };
}

async function call(path: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(path.startsWith('http') ? path : at(path), init);
  const text = await response.text();
  return { status: response.status, json: (text === '' ? {} : JSON.parse(text)) as Answer['json'] };
}

it('calls the function with the event of the guide, and only on the published path', async () => {
  const { trigger_id, event_data } = await create();
  expect(event_data.invoke_url).toBe(at('/users/{id}'));
  const { status, json } = await call('/users/a%20b?x=1&x=2', { headers: { 'X-Own': 'y', 'x-stage': 'RELEASE' } });
  expect(status).toBe(200);
  expect(json.event).toMatchObject({
    httpMethod: 'GET',
    path: '/users/a%20b',
    pathParameters: { id: 'a%20b' },
    queryStringParameters: { x: '2' },
    requestContext: { apiId: trigger_id, stage: 'RELEASE', sourceIp: '127.0.0.1' },
    body: '',
    isBase64Encoded: true,
  });
  expect(json.event.headers).toMatchObject({ 'x-own': 'y', 'x-forwarded-prefix': `/api/${server.projectId}/g1` });
  const missing = [
    call('/users'),
    call('/users/'),
    call('/users/1/2'),
    call('/users/1', { method: 'POST' }),
    call('/users/1', { headers: { 'X-Stage': 'TEST' } }),
    call(at('/users/1', 'g2')),
    call(`${server.running.gateway}/api/other/g1/users/1`),
    call(`${server.running.gateway}/api/${server.projectId}`),
    call(`${server.running.gateway}/fn/${server.projectId}/default/hello/`),
  ];
  for (const answer of await Promise.all(missing)) {
    expect(answer).toMatchObject({ status: 404, json: { error_code: 'APIGW.0101' } });
  }
});

it('matches by path, method and environment the most specific route', async () => {
  await create({ name: 'all', path: '/', req_method: 'ANY', match_mode: 'SWA' });
  await create();
  await create({ name: 'test', path: '/', req_method: 'ANY', match_mode: 'SWA', env_name: 'TEST' });
  expect((await call('/users/1')).json.event.pathParameters).toEqual({ id: '1' });
  expect((await call('/users/1', { method: 'POST' })).json.event.pathParameters).toEqual({ '': 'users/1' });
  expect((await call('')).json.event).toMatchObject({ path: '/', pathParameters: { '': '' } });
  const other = await call('/users/1', { headers: { 'X-Stage': 'TEST' } });
  expect(other.json.event).toMatchObject({ pathParameters: { '': 'users/1' }, requestContext: { stage: 'TEST' } });
});

it('follows its alias, its own changes and its end at once', async () => {
  await server.api.call('createFunctionVersion', { params: base, body: { version: 'v1' } });
  await server.api.call('createVersionAlias', { params: base, body: { name: 'live', version: 'v1' } });
  const live = await create({}, ':!live', 'DEDICATEDGATEWAY');
  expect(live.func_urn).toBe(`${base.function_urn}:!live`);
  expect((await call('/users/1')).json.version).toBe('v1');
  await server.api.call('updateVersionAlias', { params: { ...base, alias_name: 'live' }, body: { version: 'latest' } });
  expect((await call('/users/1')).json.version).toBe('latest');
  const params = { ...base, trigger_type_code: 'DEDICATEDGATEWAY', trigger_id: live.trigger_id };
  await server.api.call('updateTrigger', { params, body: { event_data: { path: '/people/{who}' } } });
  expect((await call('/users/1')).status).toBe(404);
  expect((await call('/people/1')).json.event.pathParameters).toEqual({ who: '1' });
  const alias = { params: { ...base, alias_name: 'live' } };
  await expect(server.api.call('deleteVersionAlias', alias)).rejects.toMatchObject({ status: 403, code: 'FSS.1154' });
  const bound = { params: { ...base, function_urn: `${base.function_urn}:!live` } };
  await server.api.call('batchDeleteFunctionTriggers', bound);
  expect((await call('/people/1')).status).toBe(404);
  await server.api.call('deleteVersionAlias', alias);
  await create();
  expect((await call('/users/1')).status).toBe(200);
  await server.api.call('deleteFunction', { params: base });
  expect((await call('/users/1')).status).toBe(404);
});

it('lets a caller wait no longer than its timeout', async () => {
  await create({ path: '/hang', func_info: { timeout: 1500 } });
  let answered: Answer | undefined;
  const requested = call('/hang').then((answer) => {
    answered = answer;
  });
  await expect.poll(() => events, PATIENCE).toHaveLength(1);
  server.clock.advance(1499);
  await new Promise(setImmediate);
  expect(answered).toBeUndefined();
  server.clock.advance(1);
  await requested;
  expect(answered).toMatchObject({
    status: 504,
    json: { error_code: 'APIGW.0203', error_msg: 'The function did not answer within 1500 ms.' },
  });
  // the function goes on until its own timeout
  server.clock.advance(10_000);
  const params = { project_id: server.projectId, request_id: answered?.json.request_id ?? '' };
  const outcome = async () => (await server.api.call('showReceipt', { params })).data.outcome;
  await expect.poll(() => outcome(), PATIENCE).toBe('timeout');
});

it('requires a signature or a token with IAM, and the right to invoke', async () => {
  await create({ auth: 'IAM' });
  expect(await call('/users/1')).toMatchObject({ status: 401, json: { error_code: 'APIGW.0301' } });
  const url = new URL(at('/users/1?a=b'));
  const headers = await signRequest(
    { method: 'GET', url, headers: {}, body: new Uint8Array(), nowMs: server.clock.now() },
    server.key,
  );
  const { status, json } = await call(url.href, { headers });
  expect(status).toBe(200);
  expect(Object.keys(json.event.headers)).not.toContain('authorization');
  expect((await call(at('/users/2?a=b'), { headers })).status).toBe(401);
});

it('stores the event and answers with its id where it is asynchronous', async () => {
  await create({ path: '/later', req_method: 'POST', func_info: { timeout: 1000, invocation_type: 'async' } });
  const { status, json } = await call('/later', { method: 'POST', body: 'hello' });
  expect(status).toBe(202);
  await expect.poll(() => events, PATIENCE).toHaveLength(1);
  expect(events[0]).toMatchObject({ path: '/later', body: Buffer.from('hello').toString('base64') });
  const { data } = await server.api.call('listAsyncInvocations', {
    params: base,
    query: { request_id: json.request_id },
  });
  expect(data.invocations).toMatchObject([{ request_id: json.request_id }]);
  const large = await call('/later', { method: 'POST', body: 'x'.repeat(300_000) });
  expect(large).toMatchObject({ status: 413, json: { error_code: 'FSS.1201' } });
});

it('the APIs of triggers are listed for those who may see the triggers, page by page', async () => {
  const { trigger_id } = await create({ path: '/b' });
  await create({ name: 'other', path: '/a', match_mode: 'SWA', auth: 'IAM' });
  const params = { project_id: server.projectId };
  const nodes = [
    { id: 'start', name: 'start', kind: 'start' },
    { id: 'a', name: 'a', kind: 'function', function: 'hello' },
  ];
  const trigger_config = { path: '/c', group_id: 'g1', auth: 'IAM' };
  const triggers = [{ trigger_name: 'api', trigger_type: 'APIG', trigger_config }];
  const graph = { name: 'order', nodes, edges: [{ from: 'start', to: 'a' }], triggers };
  const { data: flow } = await server.api.call('createWorkflow', { params, body: { graph } });
  const list = async (query = {}, client = server.api) =>
    (await client.call('listGatewayTriggerApis', { params, query })).data;
  const { apis, count } = await list();
  expect(count).toBe(3);
  expect(apis).toMatchObject([
    { path: '/a', match: 'prefix', auth: 'IAM', stage: 'RELEASE', invoke_url: at('/a') },
    {
      ...{ trigger_id, name: 'API_test', group_id: 'g1', method: 'GET', path: '/b', match: 'exact', auth: 'NONE' },
      backend_urn: `${base.function_urn}:latest`,
    },
    {
      name: 'api',
      path: '/c',
      invoke_url: at('/c'),
      backend_urn: expect.stringContaining(':workflow:default:order'),
      flow_id: flow.id,
    },
  ]);
  const second = await list({ marker: '1', limit: '1' });
  expect(second).toMatchObject({ apis: [{ path: '/b' }], count: 3, page_info: { next_marker: 2 } });
  expect(await refusal(list({ marker: '-1' }))).toMatchObject({ status: 400 });

  const identities = new Identities(server);
  const allow = (right: string, what: string) => ({
    Effect: 'Allow',
    Action: [`functiongraph:${right}`],
    Resource: [`functiongraph:*:*:${what}`],
  });
  const seenWith = async (...statements: object[]) => {
    const { api: client } = await identities.user([await identities.policy(statements)]);
    return (await list({}, client)).apis.map(({ path }) => path);
  };
  expect(await seenWith(allow('trigger:list', 'function:default/hello'))).toEqual(['/a', '/b']);
  const others = allow('trigger:list', 'function:default/other');
  expect(await seenWith(others, allow('workflow:get', 'workflow:default/order'))).toEqual(['/c']);
  const { api: stranger } = await identities.user([await identities.policy([allow('function:list', 'function:*')])]);
  expect(await refusal(list({}, stranger))).toMatchObject({ status: 403 });
});
