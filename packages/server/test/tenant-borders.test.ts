import { ROUTES, type RouteId } from '@funcgraph/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeServer } from './fake-server.ts';
import { Identities, mayCall, refusal } from './identity-fixture.ts';

const FULL = 'functiongraph_full_access';

// many signed requests take their time on a busy machine
let server: FakeServer;
let identities: Identities;
let one: { project_id: string; function_urn: string };
let prod: { project_id: string; function_urn: string };

beforeAll(async () => {
  server = await FakeServer.start({ handler: () => '{}' });
  identities = new Identities(server);
  one = await server.deploy('one');
  prod = await server.deploy('prod-two');
});
afterAll(() => server[Symbol.asyncDispose]());

const project = () => ({ project_id: server.projectId });
const only = (name: string, effect = 'Allow'): object => ({
  Effect: effect,
  Action: ['functiongraph:*:*'],
  Resource: [`functiongraph:*:*:function:default/${name}`],
});
/** Fields of a request that name a function which the user may use. */
const lures = (): { query?: object; body?: object }[] => [
  {},
  { query: { function_urn: one.function_urn, func_urn: one.function_urn, urn: one.function_urn, func_name: 'one' } },
  { query: {}, body: { func_name: 'one', package: 'default', function_urn: one.function_urn } },
];

describe('a user who may use one function', () => {
  it('reaches nothing else by naming that function where it does not belong', async () => {
    const { api } = await identities.user([await identities.policy([only('one')])]);
    const { data: app } = await server.api.call('createGatewayApp', { params: project(), body: { name: 'shop' } });
    const newFunction = { func_name: 'three', package: 'default', runtime: 'Node.js20.15', handler: 'index.handler' };
    const attempts: [RouteId, { params: object; body?: object }][] = [
      ['createFunction', { params: project(), body: { ...newFunction, timeout: 3, memory_size: 128 } }],
      ['createDependencyVersion', { params: project(), body: { name: 'lib', runtime: 'Python3.9' } }],
      ['renewGatewayApp', { params: { ...project(), app_id: app.id } }],
      ['showGatewayApp', { params: { ...project(), app_id: app.id } }],
      ['createFunctionApp', { params: project(), body: { name: 'shop', template_id: 'x' } }],
      ['listQuotas', { params: project() }],
      ['updateFunctionConfig', { params: prod }],
      ['invokeFunction', { params: prod }],
    ];
    for (const [id, input] of attempts) {
      for (const lure of lures()) {
        if (ROUTES[id].method === 'GET' && lure.body !== undefined) continue;
        const body = ROUTES[id].method === 'GET' ? {} : { body: { ...lure.body, ...input.body } };
        expect([id, await mayCall(api, id, { ...input, ...lure, ...body })]).toEqual([id, false]);
      }
    }
    const { data } = await server.api.call('listAudit', { query: { result: 'failed' } });
    const noted = data.entries.filter(({ operation }) => operation !== 'updateFunctionConfig').map((e) => e.resource);
    expect([...new Set(noted)].sort()).toEqual([
      'application:shop',
      'dependency:lib',
      'function:default/three',
      `gatewayApp:${app.id}`,
    ]);
  });
});

describe('a denial of some functions', () => {
  it('holds for gateway apps that call them and for lists of all functions', async () => {
    const { api } = await identities.user([FULL, await identities.policy([only('prod-*', 'Deny')])]);
    for (const params of [one, prod]) {
      await server.api.call('updateFunctionReservedInstancesCount', { params, body: { count: 0 } });
      await server.api.call('updateFunctionReservedInstancesCount', {
        params,
        body: {
          count: 0,
          tactics_config: { cron_configs: [{ name: 'p', cron: '0 0 8 * * ?', count: 1, ...always() }] },
        },
      });
    }
    const { data: counts } = await api.call('listFunctionReservedInstances', { params: project() });
    expect(counts.reservedinstances.map(({ func_urn }) => func_urn)).toEqual([`${one.function_urn}`]);
    const { data: configs } = await api.call('listReservedInstanceConfigs', { params: project() });
    expect(configs.count).toBe(1);
    const query = { urn: prod.function_urn };
    expect(await refusal(api.call('listFunctionReservedInstances', { params: project(), query }))).toMatchObject({
      status: 403,
    });
    const { data: app } = await server.api.call('createGatewayApp', { params: project(), body: { name: 'caller' } });
    const event_data = {
      name: 'API_way',
      type: 1,
      path: '/way',
      auth: 'APP',
      group_id: 'g1',
      func_info: { timeout: 5000 },
    };
    const made = { trigger_type_code: 'APIG', event_data } as const;
    const { trigger_id } = (await server.api.call('createFunctionTrigger', { params: prod, body: made })).data;
    const params = { ...project(), app_id: app.id };
    expect(await mayCall(api, 'renewGatewayApp', { params })).toBe(true);
    await server.api.call('bindGatewayApp', { params: { ...params, trigger_id } });
    expect(await mayCall(api, 'renewGatewayApp', { params })).toBe(false);
    expect(await mayCall(api, 'deleteGatewayApp', { params })).toBe(false);
    expect((await api.call('showGatewayApp', { params })).data.triggers).toEqual([]);
    expect(await mayCall(server.api, 'renewGatewayApp', { params })).toBe(true);
  });
});

function always(): { start_time: number; expired_time: number } {
  const now = Math.floor(server.clock.now() / 1000);
  return { start_time: now - 10, expired_time: now + 1000 };
}

describe('a project id that names no project', () => {
  const inProjects = (Object.keys(ROUTES) as RouteId[]).filter((id) => ROUTES[id].path.includes('{project_id}'));
  let token: string;
  beforeAll(async () => {
    token = (await identities.login(server.user)).token;
  });
  /** As no client of ours would send it. */
  const send = async (id: RouteId, projectId: string, body?: object): Promise<{ status: number; text: string }> => {
    const path = ROUTES[id].path.replace('{project_id}', projectId).replace(/\{\w+\}/g, 'x');
    const response = await fetch(server.running.endpoint + path, {
      method: ROUTES[id].method,
      headers: { 'X-Auth-Token': token, 'Content-Type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, text: await response.text() };
  };

  it('is refused by every operation that has one, also for administrators of the machine', async () => {
    for (const id of inProjects) {
      const refused = { status: 400, text: expect.stringContaining('project_id in the path is empty') };
      expect([id, await send(id, '')]).toEqual([id, refused]);
      for (const unknown of ['0'.repeat(32), '%2A']) {
        const { status } = await send(id, unknown);
        expect([id, [403, 404].includes(status) ? 'refused' : status]).toEqual([id, 'refused']);
      }
    }
  });

  it('cannot make dependencies for all accounts', async () => {
    const body = { name: 'evil', runtime: 'Node.js20.15', depend_type: 'zip', depend_file: 'eA==' };
    for (const owner of ['', '*', 'public']) {
      expect((await send('createDependencyVersion', owner, body)).status).toBeGreaterThanOrEqual(400);
    }
    const query = { dependency_type: 'public' };
    const { data } = await server.api.call('listDependencies', { params: project(), query });
    expect(data.dependencies).toEqual([]);
  });
});
