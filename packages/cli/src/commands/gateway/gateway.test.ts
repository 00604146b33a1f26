import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FakeServer } from '../../testing/fake-server.ts';
import { type CliRun, runCli, serverEnv } from '../../testing/run-cli.ts';

const GROUPS = '/v1/p1/gateway/groups';
const APIS = `${GROUPS}/g1/apis`;
const STAGE = `${APIS}/a1/stages/RELEASE`;
const END = { next_marker: 0, previous_marker: 0, current_count: 1 };
const TIME = '2027-01-01T00:00:00+00:00';
const GROUP = {
  id: 'g1',
  name: 'shop',
  description: '',
  hosts: ['api.example.com'],
  gateway_url: 'http://gw',
  created_time: TIME,
};
const DEFINITION = {
  name: 'orders',
  path: '/orders',
  method: 'GET',
  match: 'prefix',
  auth: 'IAM',
  backend_urn: 'urn:fss:r1:p1:function:default:hello:latest',
  timeout_ms: 5000,
  async: false,
};
const API = {
  ...{ id: 'a1', ...DEFINITION, created_time: TIME, last_updated_time: TIME },
  published: [{ stage: 'RELEASE', release: 3, published_time: TIME, outdated: true }],
};
const RELEASED = {
  ...{ release: 4, stage: 'RELEASE', live: true, description: 'again' },
  ...{ published_by: 'ann', published_time: TIME, definition: DEFINITION },
};

let server: FakeServer;
beforeAll(async () => {
  server = await FakeServer.start();
  server.on(`GET ${GROUPS}`, { body: { groups: [GROUP] } });
  server.on(`GET ${APIS}`, { body: { apis: [API] } });
});
afterAll(() => server[Symbol.asyncDispose]());

const cli = (...argv: string[]): Promise<CliRun> =>
  runCli(['gateway', ...argv], { env: serverEnv(server.endpoint), cwd: '/' });

const bodyOf = (request: string): unknown => JSON.parse(server.requests(request).at(-1)?.body.toString() ?? '');

describe('gateway', () => {
  test('groups and hosts are found by the name of the group', async () => {
    server.on(`POST ${GROUPS}`, { status: 201, body: GROUP });
    server.on(`PUT ${GROUPS}/g1/hosts/api.example.com`, { body: GROUP });
    server.on(`DELETE ${GROUPS}/g1/hosts/api.example.com`, { status: 204, body: {} });
    server.on(`DELETE ${GROUPS}/g1`, { status: 204, body: {} });
    expect((await cli('groups', 'create', 'shop')).stdout).toContain('created group shop (g1)');
    expect((await cli('groups', 'list')).stdout).toContain('api.example.com');
    expect((await cli('hosts', 'add', 'shop', 'api.example.com')).stdout).toContain('are for group shop');
    expect((await cli('hosts', 'remove', 'g1', 'api.example.com', '--yes')).stdout).toContain(
      'removed api.example.com',
    );
    server.on(`PUT ${GROUPS}/g1`, { body: { ...GROUP, name: 'store' } });
    expect((await cli('groups', 'update', 'shop', '--name', 'store')).stdout).toContain('updated group store');
    expect(bodyOf(`PUT ${GROUPS}/g1`)).toEqual({ name: 'store' });
    expect((await cli('groups', 'delete', 'shop', '--yes')).stdout).toContain('deleted group shop');
    const unknown = await cli('groups', 'show', 'other');
    expect([unknown.exitCode, unknown.stderr]).toEqual([2, expect.stringContaining('there are: shop')]);
  });

  test('apis create and update send the URN of the function, its version or its alias', async () => {
    server.on(`POST ${APIS}`, { status: 201, body: API });
    server.on(`PUT ${APIS}/a1`, { body: API });
    const made = await cli('apis', 'create', 'shop', 'orders', '/orders', 'hello', '--auth', 'NONE', '--alias', 'live');
    expect(made.stdout).toContain('fgs gateway apis publish shop orders');
    expect(bodyOf(`POST ${APIS}`)).toEqual({
      name: 'orders',
      path: '/orders',
      auth: 'NONE',
      async: false,
      backend_urn: 'urn:fss:r1:p1:function:default:hello:!live',
    });
    await cli('apis', 'update', 'shop', 'orders', '/v2', 'hello', '--timeout-ms', '100', '--async');
    expect(bodyOf(`PUT ${APIS}/a1`)).toEqual({
      name: 'orders',
      path: '/v2',
      timeout_ms: 100,
      async: true,
      backend_urn: 'urn:fss:r1:p1:function:default:hello',
    });
    for (const [flag, text, reference] of [
      ['--version', '#next#', '#next#'],
      ['--alias', '#live#', '!#live#'],
    ] as const) {
      await cli('apis', 'update', 'shop', 'orders', '/v2', 'hello', flag, text);
      const backend_urn = `urn:fss:r1:p1:function:default:hello:${reference}`;
      expect(bodyOf(`PUT ${APIS}/a1`)).toMatchObject({ backend_urn });
    }
    await cli('apis', 'update', 'shop', 'orders', '/v2', 'approve', '--flow');
    const flowUrn = 'urn:fss:r1:p1:workflow:default:approve:latest';
    expect(bodyOf(`PUT ${APIS}/a1`)).toMatchObject({ backend_urn: flowUrn });
    const versioned = await cli('apis', 'update', 'shop', 'orders', '/v2', 'approve', '--flow', '--alias', 'live');
    expect([versioned.exitCode, versioned.stderr]).toEqual([2, expect.stringContaining('a flow has no versions')]);
    await cli('apis', 'update', 'shop', 'orders', '/v2', 'hello', '--name', 'carts');
    expect(bodyOf(`PUT ${APIS}/a1`)).toMatchObject({ name: 'carts' });
  });

  test('apis create sends rules, and refuses a limit without a period', async () => {
    server.on(`POST ${APIS}`, { status: 201, body: API });
    const create = (...flags: string[]) => cli('apis', 'create', 'shop', 'orders', '/orders', 'hello', ...flags);
    await create(
      '--limit',
      'api=1000/minute',
      '--limit',
      'address=5/second',
      '--deny-ip',
      '10.0.0.0/8',
      '--max-body-bytes',
      '9',
    );
    expect(bodyOf(`POST ${APIS}`)).toMatchObject({
      rules: {
        ip: { allow: [], deny: ['10.0.0.0/8'] },
        max_body_bytes: 9,
        throttle: { api: { calls: 1000, period: 'minute' }, address: { calls: 5, period: 'second' } },
      },
    });
    await create('--cors-origin', 'https://a.example', '--cors-header', 'X-A', '--cors-credentials');
    expect(bodyOf(`POST ${APIS}`)).toMatchObject({
      rules: { cors: { origins: ['https://a.example'], headers: ['X-A'], credentials: true } },
    });
    expect((await create('--cors-max-age', '5')).stderr).toContain('--cors-origin is missing');
    const wrong = await create('--limit', 'api=1000');
    expect([wrong.exitCode, wrong.stderr]).toEqual([2, expect.stringContaining('--limit api=1000 is not')]);
  });

  test('apis are published, shown with what is live, and published again from an earlier release', async () => {
    server.on(`POST ${STAGE}`, { status: 201, body: RELEASED });
    server.on(`GET ${STAGE}`, { body: { releases: [RELEASED] } });
    server.on(`DELETE ${STAGE}`, { status: 204, body: {} });
    const list = (await cli('apis', 'list', 'shop')).stdout;
    for (const text of ['/orders/*', 'RELEASE 3 (outdated)']) expect(list).toContain(text);
    const again = await cli('apis', 'publish', 'shop', 'orders', '--from-release', '2', '--description', 'again');
    expect(again.stdout).toContain('published orders in RELEASE as release 4');
    expect(bodyOf(`POST ${STAGE}`)).toEqual({ from_release: 2, description: 'again' });
    expect((await cli('apis', 'releases', 'shop', 'orders')).stdout).toContain('GET /orders');
    expect((await cli('apis', 'unpublish', 'shop', 'orders', '--yes')).stdout).toContain(
      'orders is not served any more',
    );
  });

  test('apis allow and disallow find the app by its name', async () => {
    const app = { id: 'p1', name: 'partner', description: '', app_key: 'key-1', created_time: TIME };
    server.on('GET /v1/p1/gateway-apps', { body: { apps: [{ ...app, last_updated_time: TIME }] } });
    server.on(`PUT ${APIS}/a1/apps/p1`, { status: 204, body: {} });
    server.on(`DELETE ${APIS}/a1/apps/p1`, { status: 204, body: {} });
    server.on(`GET ${APIS}/a1/apps`, { body: { apps: [app] } });
    expect((await cli('apis', 'allow', 'shop', 'orders', 'partner')).stdout).toContain('partner may call orders');
    expect((await cli('apis', 'apps', 'shop', 'orders')).stdout).toContain('key-1');
    const ended = await cli('apis', 'disallow', 'shop', 'orders', 'partner');
    expect(ended.stdout).toContain('partner may not call orders any more');
  });

  test('stages are set with their variables, listed and deleted', async () => {
    const stages = `${GROUPS}/g1/stages`;
    const stage = { name: 'TEST', description: '', variables: { version: 'next' } };
    server.on(`PUT ${stages}/TEST`, { body: stage });
    server.on(`GET ${stages}`, { body: { stages: [stage] } });
    server.on(`DELETE ${stages}/TEST`, { status: 204, body: {} });
    const set = await cli('stages', 'set', 'shop', 'TEST', '--variable', 'version=next');
    expect(set.stdout).toContain('stage TEST of group shop: version=next');
    expect(bodyOf(`PUT ${stages}/TEST`)).toEqual({ variables: { version: 'next' } });
    expect((await cli('stages', 'list', 'shop')).stdout).toContain('version=next');
    expect((await cli('stages', 'delete', 'shop', 'TEST', '--yes')).stdout).toContain('deleted stage TEST');
  });

  test('apis delete asks for the API by its id', async () => {
    server.on(`DELETE ${APIS}/a1`, { status: 204, body: {} });
    expect((await cli('apis', 'delete', 'shop', 'orders', '--yes')).stdout).toContain('deleted API orders');
    const unknown = await cli('apis', 'show', 'shop', 'other');
    expect([unknown.exitCode, unknown.stderr]).toEqual([2, expect.stringContaining('there are: orders')]);
  });

  test('triggers lists the APIs of triggers page by page', async () => {
    const api = { trigger_id: 't1', group_id: 'g1', method: 'GET', path: '/a', match: 'exact', stage: 'RELEASE' };
    const more = { auth: 'IAM', backend_urn: DEFINITION.backend_urn };
    server.on('GET /v1/p1/gateway/trigger-apis', {
      body: {
        apis: [{ ...api, ...more, name: 'start', invoke_url: 'http://gw/api/p1/g1/a' }],
        page_info: END,
        count: 1,
      },
    });
    expect((await cli('triggers')).stdout).toMatch(/start +GET +http:\/\/gw\/api\/p1\/g1\/a +RELEASE +IAM/);
  });

  describe('logs', () => {
    const LOG = 'GET /v1/p1/gateway/access-log';
    const line = (path: string) => ({
      ...{ time: TIME, client: '10.0.0.1', host: 'api.example.com', method: 'GET', path, tls: false, status: 502 },
      ...{ complete: path !== '/cut', bytes: 120, ms: 3.5, request_id: 'r1', group_id: 'g1' },
    });

    test('shows the newest lines, the last at the end, and goes on behind a page without lines', async () => {
      const pages = [
        { enabled: true, lines: [line('/3')], complete: false, next_cursor: 'c1' },
        { enabled: true, lines: [], complete: false, next_cursor: 'c2' },
        { enabled: true, lines: [line('/cut'), line('/1')], complete: true },
      ];
      server.on(LOG, () => ({ body: pages.shift() ?? expect.fail('a request after the last page') }));
      const { stdout } = await cli('logs', '--group', 'shop', '--status', '5xx', '--keyword', 'x', '--since', '1d');
      expect(stdout.trimEnd().split('\n')).toEqual([
        `${TIME} 10.0.0.1 GET api.example.com/1 502 120 B 3.5 ms r1`,
        `${TIME} 10.0.0.1 GET api.example.com/cut 502 cut off 120 B 3.5 ms r1`,
        `${TIME} 10.0.0.1 GET api.example.com/3 502 120 B 3.5 ms r1`,
      ]);
      const queries = server.requests(LOG).map(({ query }) => Object.fromEntries(query));
      expect(queries.map(({ cursor }) => cursor)).toEqual([undefined, 'c1', 'c2']);
      expect(queries[0]).toMatchObject({ group_id: 'g1', status: '5xx', keyword: 'x', limit: '200' });
    });

    test('says how a server gets an access log', async () => {
      server.on(LOG, { body: { enabled: false, lines: [], complete: true } });
      const { exitCode, stderr } = await cli('logs');
      expect([exitCode, stderr]).toEqual([1, expect.stringContaining('fgs start --gateway-access-log')]);
    });
  });
});
