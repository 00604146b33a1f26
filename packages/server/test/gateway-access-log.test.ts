import type { Client } from '@funcgraph/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeServer } from './fake-server.ts';
import { callGateway } from './gateway-client.ts';
import { Identities, refusal } from './identity-fixture.ts';

const HOST = 'shop.example.com';

let server: FakeServer;
let identities: Identities;
let group: string;

beforeAll(async () => {
  const handler = () => JSON.stringify({ statusCode: 200, body: 'reached' });
  server = await FakeServer.start({ handler }, { accessLogBytes: 64 * 2 ** 20 });
  identities = new Identities(server);
  const params = { project_id: server.projectId };
  const { function_urn } = await server.deploy('hello');
  const { data } = await server.api.call('createGatewayGroup', { params, body: { name: 'shop' } });
  group = data.id;
  const of = { ...params, group_id: group };
  await server.api.call('addGatewayHost', { params: { ...of, host: HOST } });
  const body = { name: 'hello', path: '/hello', auth: 'NONE', backend_urn: function_urn.replace(/:latest$/, '') };
  const { data: api } = await server.api.call('createGatewayApi', { params: of, body });
  const stage = { ...of, api_id: api.id, stage: 'RELEASE' };
  await server.api.call('publishGatewayApi', { params: stage, body: {} });
  await call('/hello?secret=1');
  await call('/nothing');
  await call('/of-nobody', 'other.example.com');
});
afterAll(() => server?.[Symbol.asyncDispose]());

const call = (target: string, host = HOST) => callGateway(server.running.gateway, target, { host });

type Query = Partial<Record<'from' | 'to' | 'keyword' | 'status' | 'group_id' | 'limit' | 'cursor', string>>;

async function query(requested: Query = {}, api: Client = server.api, project = server.projectId) {
  return (await api.call('queryGatewayAccessLog', { params: { project_id: project }, query: requested })).data;
}

const paths = async (requested: Query = {}) => (await query(requested)).lines.map(({ path }) => path);

it('has the requests of the groups and functions of the project, and of no other host', async () => {
  await expect.poll(() => paths()).toEqual(['/nothing', '/hello']);
  const { lines, enabled, complete } = await query();
  expect({ enabled, complete }).toEqual({ enabled: true, complete: true });
  const common = { client: '127.0.0.1', host: HOST, method: 'GET', tls: false, complete: true, group_id: group };
  expect(lines).toMatchObject([
    { ...common, path: '/nothing', status: 404 },
    { ...common, path: '/hello', status: 200, package: 'default', func_name: 'hello', api_id: expect.any(String) },
  ]);
  expect(JSON.stringify(lines)).not.toMatch(/secret|of-nobody/);
});

it.each<[Query, string[]]>([
  [{ status: '404' }, ['/nothing']],
  [{ status: '2XX' }, ['/hello']],
  [{ keyword: 'HELL' }, ['/hello']],
  [{ keyword: HOST }, ['/nothing', '/hello']],
  [{ keyword: 'nowhere' }, []],
  [{ group_id: 'other' }, []],
  [{ from: '2000-01-01T00:00:00Z', to: '2000-01-02T00:00:00Z' }, []],
  [{ limit: '1' }, ['/nothing']],
])('finds of %o %o', async (requested, found) => {
  await expect.poll(() => paths(requested)).toEqual(found);
});

it('continues behind the cursor of a page', async () => {
  const { next_cursor } = await query({ limit: '1' });
  expect(await paths({ limit: '1', ...(next_cursor === undefined ? {} : { cursor: next_cursor }) })).toEqual([
    '/hello',
  ]);
});

it.each<Query>([
  { status: '9xx' },
  { status: '40' },
  { limit: '501' },
  { cursor: 'W10' },
  { from: 'yesterday' },
  { from: '2030-01-01T00:00:00Z', to: '2029-01-01T00:00:00Z' },
])('refuses %o', async (requested) => {
  expect(await refusal(query(requested))).toMatchObject({ status: 400 });
});

describe('rights', () => {
  it('a user needs the right to the log', async () => {
    const userWith = async (action: string) =>
      (await identities.user([await identities.policy([{ Effect: 'Allow', Action: [action] }])])).api;
    expect((await query({}, await userWith('functiongraph:gateway:getLog'))).lines).toHaveLength(2);
    expect(await refusal(query({}, await userWith('functiongraph:gateway:list')))).toMatchObject({ status: 403 });
  });

  it('another account sees nothing of it, also with its cursor and the id of the group', async () => {
    const { data } = await server.api.call('createAccount', { body: { name: 'stranger' } });
    const stranger = identities.keyClient({ accessKey: data.access_key, secretKey: data.secret_key });
    expect(await refusal(query({}, stranger))).toMatchObject({ status: 403 });
    const { next_cursor = '' } = await query({ limit: '1' });
    for (const requested of [{}, { group_id: group }, { cursor: next_cursor }]) {
      expect(await query(requested, stranger, data.project_id)).toMatchObject({ enabled: true, lines: [] });
    }
  });
});

it('few searches of a project wait for each other', async () => {
  const answers = await Promise.allSettled(Array.from({ length: 20 }, () => query({ keyword: 'nowhere' })));
  for (const answer of answers) {
    if (answer.status === 'rejected') expect(answer).toMatchObject({ reason: { status: 429 } });
  }
  expect(await paths({ keyword: 'hello' })).toEqual(['/hello']);
});
