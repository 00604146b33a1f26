import { request as httpRequest } from 'node:http';
import { signRequest } from '@funcgraph/api';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { FakeServer } from './fake-server.ts';
import { type Answer, callGateway, type Sent } from './gateway-client.ts';
import { refusal } from './identity-fixture.ts';

let server: FakeServer;
let functionUrn: string;
let group: { id: string };
let reached = 0;
const host = 'api.example.com';

beforeAll(async () => {
  server = await FakeServer.start({
    handler() {
      reached += 1;
      const headers = { 'access-control-allow-origin': 'https://of.function', Vary: 'Accept' };
      return JSON.stringify({ statusCode: 200, headers, body: 'reached' });
    },
  });
  functionUrn = (await server.deploy('hello')).function_urn.replace(/:latest$/, '');
  group = (await server.api.call('createGatewayGroup', { params: project(), body: { name: 'shop' } })).data;
  await server.api.call('addGatewayHost', { params: { ...of(), host } });
});
afterAll(() => server?.[Symbol.asyncDispose]());

afterEach(async () => {
  reached = 0;
  for (const { id } of (await server.api.call('listGatewayApis', { params: of() })).data.apis) {
    await server.api.call('deleteGatewayApi', { params: { ...of(), api_id: id } });
  }
});

const project = () => ({ project_id: server.projectId });
const of = () => ({ ...project(), group_id: group.id });
const stageOf = ({ id }: { readonly id: string }) => ({ ...of(), api_id: id, stage: 'RELEASE' });

const api = (change: object) => ({ name: 'hello', path: '/hello', auth: 'NONE', backend_urn: functionUrn, ...change });

async function create(change: object) {
  return (await server.api.call('createGatewayApi', { params: of(), body: api(change) })).data;
}

async function publish(change: object = {}) {
  const created = await create(change);
  await server.api.call('publishGatewayApi', { params: stageOf(created), body: {} });
  return created;
}

const call = (target: string, sent: Sent = {}) => callGateway(server.running.gateway, target, { host, ...sent });

describe('the rules of an API', () => {
  const THROTTLED = { status: 429, code: 'APIGW.0308' };
  const perMinute = (calls: number) => ({ calls, period: 'minute' });

  it('are published and taken back with it', async () => {
    const rules = { throttle: { api: perMinute(1) } };
    const created = await publish();
    await server.api.call('updateGatewayApi', { params: stageOf(created), body: api({ rules }) });
    for (let n = 0; n < 3; n += 1) expect(await call('/hello')).toMatchObject({ status: 200 });
    const { data } = await server.api.call('publishGatewayApi', { params: stageOf(created), body: {} });
    expect(data.definition.rules).toEqual(rules);
    expect(await call('/hello')).toMatchObject({ status: 200 });
    expect(await call('/hello')).toMatchObject(THROTTLED);
    await server.api.call('publishGatewayApi', { params: stageOf(created), body: { from_release: 1 } });
    expect(await call('/hello')).toMatchObject({ status: 200 });
  });

  it('let an API be called so many times in a period, and say when to come again', async () => {
    await publish({ rules: { throttle: { api: perMinute(2), address: perMinute(60) } } });
    await publish({ name: 'free', path: '/free' });
    expect([(await call('/hello')).status, (await call('/hello')).status]).toEqual([200, 200]);
    const refused = await call('/hello');
    expect(refused).toMatchObject({ ...THROTTLED, headers: { 'retry-after': '30' } });
    expect(await call('/free')).toMatchObject({ status: 200 });
    server.clock.advance(30_000);
    expect([(await call('/hello')).status, (await call('/hello')).status]).toEqual([200, 429]);
  });

  it('refuse before the body is sent', async () => {
    await publish({ rules: { throttle: { address: perMinute(1) } } });
    expect((await call('/hello')).status).toBe(200);
    const { hostname, port } = new URL(server.running.gateway);
    const headers = { host, expect: '100-continue', 'content-length': '1000000' };
    const status = await new Promise((resolve, reject) => {
      const sent = httpRequest({ host: hostname, port, path: '/hello', method: 'POST', headers });
      sent.on('continue', () => resolve('continued')).on('error', reject);
      sent.on('response', (response) => {
        resolve(response.statusCode);
        sent.destroy();
      });
      sent.flushHeaders();
    });
    expect(status).toBe(429);
  });

  it('limit the body, of a declared length or not', async () => {
    await publish({ rules: { max_body_bytes: 3 } });
    const chunked = { 'transfer-encoding': 'chunked' };
    for (const headers of [{}, chunked]) {
      expect(await call('/hello', { method: 'POST', headers, body: 'abc' })).toMatchObject({ status: 200 });
      expect(await call('/hello', { method: 'POST', headers, body: 'abcd' })).toMatchObject({ status: 413 });
    }
    expect(reached).toBe(2);
  });

  it('limit each app, and count no caller without proof for the API', async () => {
    const created = await publish({ auth: 'APP', rules: { throttle: { api: perMinute(3), app: perMinute(2) } } });
    const as = async (name: string) => {
      const app = (await server.api.call('createGatewayApp', { params: project(), body: { name } })).data;
      await server.api.call('allowGatewayApiApp', { params: { ...stageOf(created), app_id: app.id } });
      return { id: app.id, send: () => call('/hello', { headers: { 'X-Apig-AppCode': app.app_code } }) };
    };
    const [one, other] = [await as('one'), await as('two')];
    for (let n = 0; n < 5; n += 1) expect((await call('/hello')).status).toBe(401);
    const statuses: number[] = [];
    for (const app of [one, one, one, other, other]) statuses.push((await app.send()).status);
    expect(statuses).toEqual([200, 200, 429, 200, 429]);
    expect((await call('/hello')).status).toBe(429);
    for (const { id } of [one, other]) {
      await server.api.call('deleteGatewayApp', { params: { ...project(), app_id: id } });
    }
  });

  it('limit each user', async () => {
    await publish({ auth: 'IAM', rules: { throttle: { user: perMinute(1) } } });
    const send = async () => {
      const url = new URL(`http://${host}/hello`);
      const signed = { method: 'GET', url, headers: {}, body: new Uint8Array(), nowMs: server.clock.now() };
      const { host: _, ...headers } = (await signRequest(signed, server.key)) as Record<string, string>;
      return (await call('/hello', { headers })).status;
    };
    expect([await send(), await send()]).toEqual([200, 429]);
  });

  it.each([
    [{ deny: ['127.0.0.0/8'] }, 403],
    [{ allow: ['10.0.0.0/8'] }, 403],
    [{ allow: ['127.0.0.1'], deny: ['10.0.0.0/8'] }, 200],
    [{ allow: ['127.0.0.1'], deny: ['127.0.0.1'] }, 403],
    [{ allow: [], deny: [] }, 200],
  ])('with the addresses %j answer %i', async (ip, status) => {
    await publish({ rules: { ip } });
    expect(await call('/hello')).toMatchObject({ status, code: status === 200 ? '' : 'APIGW.0306' });
    expect(reached).toBe(status === 200 ? 1 : 0);
  });

  it.each<[object, string]>([
    [{ ip: { deny: ['10.0.0.0/40'] } }, 'rules.ip.deny.0'],
    [{ ip: { allow: ['::ffff:10.0.0.1'] } }, 'rules.ip.allow.0'],
    [{ throttle: { api: { calls: 0, period: 'second' } } }, 'rules.throttle.api.calls'],
    [{ throttle: { api: { calls: 1, period: 'week' } } }, 'rules.throttle.api.period'],
    [{ throttle: { app: { calls: 1, period: 'day' } } }, 'rules.throttle.app'],
    [{ throttle: { user: { calls: 1, period: 'day' } } }, 'rules.throttle.user'],
    [{ retries: 3 }, 'rules'],
    [{ max_body_bytes: -1 }, 'rules.max_body_bytes'],
    [{ max_body_bytes: 6 * 1024 * 1024 + 1 }, 'rules.max_body_bytes'],
    [{ cors: { origins: [] } }, 'rules.cors.origins'],
    [{ cors: { origins: ['https://a.example/'] } }, 'rules.cors.origins.0'],
    [{ cors: { origins: ['null'] } }, 'rules.cors.origins.0'],
    [{ cors: { origins: ['https://A.example'] } }, 'rules.cors.origins.0'],
    [{ cors: { origins: ['https://a.example:443'] } }, 'rules.cors.origins.0'],
    [{ cors: { origins: ['https://a.example\r\nx: y'] } }, 'rules.cors.origins.0'],
    [{ cors: { origins: ['*'], headers: ['x\r\nset-cookie'] } }, 'rules.cors.headers.0'],
    [{ cors: { origins: ['*'], credentials: true } }, 'rules.cors.origins'],
    [{ cors: { origins: ['https://a.example'], headers: ['*'], credentials: true } }, 'rules.cors.headers'],
    [{ cors: { origins: ['https://a.example'], expose: ['*'], credentials: true } }, 'rules.cors.expose'],
  ])('are not %j', async (rules, field) => {
    const refused = await refusal(create({ rules }));
    expect(refused).toMatchObject({ status: 400, code: 'FSS.0400' });
    expect(refused.message).toContain(field);
  });
});

describe('scripts of other origins', () => {
  const ORIGIN = 'https://app.example';
  const from = (origin: string, method?: string) => ({
    method: method === undefined ? 'GET' : 'OPTIONS',
    headers: { origin, ...(method === undefined ? {} : { 'access-control-request-method': method }) },
  });
  const corsOf = ({ headers }: Answer) =>
    Object.fromEntries(Object.entries(headers).filter(([name]) => /^access-control-|^vary$/.test(name)));
  const cors = { origins: [ORIGIN], headers: ['X-A', 'X-B'], expose: ['X-C'], max_age: 60, credentials: true };

  it('learn by a preflight without authentication what they may do', async () => {
    await publish({ auth: 'IAM', method: 'PUT', rules: { cors, throttle: { api: { calls: 1, period: 'day' } } } });
    for (let n = 0; n < 3; n += 1) {
      const answer = await call('/hello', from(ORIGIN, 'PUT'));
      expect(answer).toMatchObject({ status: 204, text: '' });
      expect(corsOf(answer)).toEqual({
        'access-control-allow-origin': ORIGIN,
        'access-control-allow-credentials': 'true',
        'access-control-allow-methods': 'PUT',
        'access-control-allow-headers': 'X-A, X-B',
        'access-control-max-age': '60',
        vary: 'Origin',
      });
    }
    expect(corsOf(await call('/hello', from('https://other.example', 'PUT')))).toEqual({ vary: 'Origin' });
    expect((await call('/hello', from(ORIGIN, 'POST'))).status).toBe(404);
    expect((await call('/hello', { method: 'OPTIONS' })).status).toBe(404);
    expect(reached).toBe(0);
  });

  it('read answers and errors, about which the function has no say', async () => {
    await publish({ rules: { cors } });
    await publish({ name: 'closed', path: '/closed', auth: 'IAM', rules: { cors } });
    const allowed = {
      'access-control-allow-origin': ORIGIN,
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'X-C',
    };
    const answer = await call('/hello', from(ORIGIN));
    expect(answer.text).toBe('reached');
    expect(corsOf(answer)).toEqual({ ...allowed, vary: 'Accept, Origin' });
    expect(corsOf(await call('/hello'))).toEqual({ vary: 'Accept, Origin' });
    const refused = await call('/closed', from(ORIGIN));
    expect(refused.status).toBe(401);
    expect(corsOf(refused)).toEqual({ ...allowed, vary: 'Origin' });
  });

  it('are of any origin with *', async () => {
    await publish({ rules: { cors: { origins: ['*'] } } });
    expect(corsOf(await call('/hello', from(ORIGIN)))).toEqual({ 'access-control-allow-origin': '*', vary: 'Accept' });
  });

  it('are a matter of the function without rules', async () => {
    await publish();
    expect((await call('/hello', from(ORIGIN, 'GET'))).status).toBe(200);
    expect(corsOf(await call('/hello', from(ORIGIN)))).toEqual({
      'access-control-allow-origin': 'https://of.function',
      vary: 'Accept',
    });
  });

  it('learn nothing from addresses that may not call', async () => {
    await publish({ rules: { cors, ip: { deny: ['127.0.0.1'] } } });
    expect((await call('/hello', from(ORIGIN, 'GET'))).status).toBe(403);
  });
});
