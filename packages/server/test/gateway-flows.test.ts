import { signRequest } from '@funcgraph/api';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FakeServer } from './fake-server.ts';
import { callGateway, type Sent } from './gateway-client.ts';
import { Identities, refusal } from './identity-fixture.ts';

interface Event {
  readonly path: string;
  readonly pathParameters: Record<string, string>;
  readonly requestContext: { readonly apiId: string; readonly stage: string };
  readonly headers: Record<string, string>;
}

let server: FakeServer;
let identities: Identities;
let functionUrn: string;
let events: Event[];
let group: { id: string };
let host: string;
let count = 0;

beforeAll(async () => {
  server = await FakeServer.start({
    handler(bytes) {
      const event = JSON.parse(bytes.toString()) as Event;
      events.push(event);
      return JSON.stringify({ statusCode: 200, body: 'reached' });
    },
  });
  identities = new Identities(server);
  functionUrn = (await server.deploy('hello')).function_urn.replace(/:latest$/, '');
});
afterAll(() => server?.[Symbol.asyncDispose]());

beforeEach(async () => {
  events = [];
  count += 1;
  host = `api${count}.example.com`;
  group = await createGroup(`group-${count}`);
  await server.api.call('addGatewayHost', { params: { ...of(group), host } });
});

afterEach(async () => {
  for (const { id } of (await server.api.call('listGatewayGroups', { params: project() })).data.groups) {
    await server.api.call('deleteGatewayGroup', { params: of({ id }) });
  }
});

const project = () => ({ project_id: server.projectId });
const of = ({ id }: { readonly id: string }) => ({ ...project(), group_id: id });

async function createGroup(name: string) {
  return (await server.api.call('createGatewayGroup', { params: project(), body: { name } })).data;
}

const api = (change: object = {}) => ({
  name: 'hello',
  path: '/hello',
  auth: 'NONE',
  backend_urn: functionUrn,
  ...change,
});

async function create(change: object = {}) {
  return (await server.api.call('createGatewayApi', { params: of(group), body: api(change) })).data;
}

const stageOf = ({ id }: { readonly id: string }) => ({ ...of(group), api_id: id, stage: 'RELEASE' });

async function publish(change: object = {}, body: object = {}) {
  const created = await create(change);
  await server.api.call('publishGatewayApi', { params: stageOf(created), body });
  return created;
}

const call = (target: string, sent: Sent = {}) => callGateway(server.running.gateway, target, { host, ...sent });

/** Headers of a request by the user of the server. */
async function signed(target: string, { method = 'GET', headers = {}, body = '' }: Sent = {}) {
  const url = new URL(`http://${host}${target}`);
  const bytes = new TextEncoder().encode(body);
  const all = await signRequest({ method, url, headers, body: bytes, nowMs: server.clock.now() }, server.key);
  const { host: _, ...more } = all as Record<string, string>;
  return { ...headers, ...more };
}

const NOT_PUBLISHED = { status: 404, code: 'APIGW.0101' };

describe('a flow behind an API', () => {
  async function flow(more: object = { mode: 'EXPRESS', log_level: 'NONE' }) {
    const name = `flow-${count}`;
    const nodes = [
      { id: 'start', name: 'start', kind: 'start' },
      { id: 'a', name: 'a', kind: 'function', function: 'hello' },
    ];
    const graph = { name, nodes, edges: [{ from: 'start', to: 'a' }], ...more };
    await server.api.call('createWorkflow', { params: project(), body: { graph } });
    const urn = functionUrn.replace(':function:default:hello', `:workflow:default:${name}:latest`);
    return { urn, change: { path: '/start/{id}', auth: 'IAM', backend_urn: urn } };
  }
  const sent = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"n":1}' };

  it('answers callers who may start it with its output, until it is deleted', async () => {
    const { urn, change } = await flow();
    const created = await publish(change);
    expect(created.backend_urn).toBe(urn);
    expect(await call('/start/7', sent)).toMatchObject({ status: 401, code: 'APIGW.0301' });
    expect(events).toEqual([]);
    const request = { ...sent, headers: await signed('/start/7', sent) };
    expect(await call('/start/7', request)).toMatchObject({ status: 200, text: expect.stringContaining('reached') });
    expect(events).toMatchObject([
      { body: { n: 1 }, path: '/start/7', pathParameters: { id: '7' }, requestContext: { apiId: created.id } },
    ]);
    expect(JSON.stringify(events)).not.toMatch(/SDK-HMAC/);
    await server.api.call('batchDeleteWorkflows', { params: project(), body: { workflow_urns: [urn] } });
    expect(await call('/start/7', request)).toMatchObject(NOT_PUBLISHED);
    const again = server.api.call('publishGatewayApi', { params: stageOf(created), body: {} });
    expect(await refusal(again)).toMatchObject({ status: 404 });
  });

  it('answers with the id of the run of a standard flow', async () => {
    const { change } = await flow({});
    await publish(change);
    const answer = await call('/start/7', { ...sent, headers: await signed('/start/7', sent) });
    expect(answer).toMatchObject({ status: 202, text: expect.stringContaining('execution_id') });
  });

  it('has the limits of the API for bodies and for calls of proven callers', async () => {
    const { change } = await flow();
    await publish({ ...change, name: 'short', path: '/short', rules: { max_body_bytes: 2 } });
    const long = { ...sent, headers: await signed('/short', sent) };
    expect((await call('/short', long)).status).toBe(413);
    const day = (calls: number) => ({ calls, period: 'day' });
    for (const [name, throttle] of [
      ['user', { user: day(1) }],
      ['api', { api: day(1) }],
    ] as const) {
      await publish({ ...change, name, path: `/${name}`, rules: { throttle } });
      const request = { ...sent, headers: await signed(`/${name}`, sent) };
      expect((await call(`/${name}`, sent)).status).toBe(401);
      expect((await call(`/${name}`, request)).status).toBe(200);
      expect(await call(`/${name}`, request)).toMatchObject({ status: 429, code: 'APIGW.0308' });
    }
  });

  it('is refused without IAM, asynchronously, with a variable, and in another project', async () => {
    const { urn, change } = await flow();
    for (const wrong of [
      { auth: 'NONE' },
      { auth: 'APP' },
      { async: true },
      { backend_urn: urn.replace(':latest', ':#version#') },
      { backend_urn: urn.replace(server.projectId, 'p9') },
    ]) {
      expect(await refusal(create({ ...change, ...wrong }))).toMatchObject({ status: 400, code: 'FSS.0400' });
    }
    const missing = { ...change, backend_urn: urn.replace(/flow-\d+/, 'missing') };
    expect(await refusal(create(missing))).toMatchObject({ status: 404 });
  });

  it('needs the right to update the flow', async () => {
    const { change } = await flow();
    const only = await identities.policy([
      { Effect: 'Allow', Action: ['functiongraph:gateway:*', 'functiongraph:workflow:invoke'] },
    ]);
    const { api: client } = await identities.user([only]);
    const created = await create(change);
    for (const work of [
      () => client.call('createGatewayApi', { params: of(group), body: api({ ...change, name: 'mine' }) }),
      () => client.call('updateGatewayApi', { params: stageOf(created), body: api(change) }),
      () => client.call('publishGatewayApi', { params: stageOf(created), body: {} }),
    ]) {
      expect(await refusal(work())).toMatchObject({ status: 403 });
    }
  });
});
