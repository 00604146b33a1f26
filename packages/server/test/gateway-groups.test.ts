import { type Client, signRequest } from '@funcgraph/api';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HANG } from '../src/instances/sandbox/fake/index.ts';
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
  server = await FakeServer.start(
    {
      handler(bytes) {
        const event = JSON.parse(bytes.toString()) as Event;
        events.push(event);
        return event.path === '/hang' ? HANG : JSON.stringify({ statusCode: 200, body: 'reached' });
      },
    },
    { gatewayDomain: 'Apis.example.net', storageHost: 'storage.example.net', publicUrl: 'https://fgs.example.net/x' },
  );
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

async function createGroup(name: string, client: Client = server.api, params: { project_id: string } = project()) {
  return (await client.call('createGatewayGroup', { params, body: { name } })).data;
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

async function publishedOf(created: { readonly id: string }) {
  return (await server.api.call('showGatewayApi', { params: stageOf(created) })).data.published;
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

describe('an API of a group', () => {
  it('is reached by the host of its group from the moment it is published until it is taken back', async () => {
    const created = await create({ path: '/users/{id}', method: 'GET' });
    expect(created.published).toEqual([]);
    expect(await call('/users/7')).toMatchObject(NOT_PUBLISHED);
    const { data: release } = await server.api.call('publishGatewayApi', { params: stageOf(created), body: {} });
    expect(release).toMatchObject({ release: 1, live: true, published_by: server.user.name });
    expect(await call('/users/7?x=1')).toMatchObject({ status: 200, text: 'reached' });
    expect(events).toMatchObject([
      {
        path: '/users/7',
        pathParameters: { id: '7' },
        requestContext: { apiId: created.id, stage: 'RELEASE' },
        headers: { 'x-forwarded-host': host, 'x-forwarded-prefix': '' },
      },
    ]);
    for (const [target, method] of [
      ['/users', 'GET'],
      ['/users/7/more', 'GET'],
      ['/users/7', 'POST'],
    ] as const) {
      expect(await call(target, { method })).toMatchObject(NOT_PUBLISHED);
    }
    await server.api.call('unpublishGatewayApi', { params: stageOf(created) });
    expect(await call('/users/7')).toMatchObject(NOT_PUBLISHED);
    const { code } = await refusal(server.api.call('unpublishGatewayApi', { params: stageOf(created) }));
    expect(code).toBe('FSS.0404');
  });

  it('serves what was published, not what was changed since, and an earlier release again', async () => {
    const created = await publish({ path: '/one' }, { description: 'first' });
    await server.api.call('updateGatewayApi', { params: stageOf(created), body: api({ path: '/two' }) });
    expect((await call('/one')).status).toBe(200);
    expect(await publishedOf(created)).toMatchObject([{ release: 1, outdated: true }]);
    await server.api.call('publishGatewayApi', { params: stageOf(created), body: {} });
    expect(await publishedOf(created)).toMatchObject([{ release: 2, outdated: false }]);
    // saved again without a change
    await server.api.call('updateGatewayApi', { params: stageOf(created), body: api({ path: '/two' }) });
    expect(await publishedOf(created)).toMatchObject([{ release: 2, outdated: false }]);
    expect([(await call('/one')).status, (await call('/two')).status]).toEqual([404, 200]);
    await server.api.call('publishGatewayApi', { params: stageOf(created), body: { from_release: 1 } });
    expect([(await call('/one')).status, (await call('/two')).status]).toEqual([200, 404]);
    const { releases } = (await server.api.call('listGatewayReleases', { params: stageOf(created) })).data;
    expect(
      releases.map(({ release, live, description, definition }) => [release, live, description, definition.path]),
    ).toEqual([
      [3, true, '', '/one'],
      [2, false, '', '/two'],
      [1, false, 'first', '/one'],
    ]);
    const { data } = await server.api.call('showGatewayApi', { params: stageOf(created) });
    expect(data).toMatchObject({ path: '/two', published: [{ stage: 'RELEASE', release: 3, outdated: true }] });
    const unknown = server.api.call('publishGatewayApi', { params: stageOf(created), body: { from_release: 9 } });
    expect(await refusal(unknown)).toMatchObject({ status: 404, code: 'FSS.0404' });
  });

  it('with IAM needs the signature of a caller who may invoke the function', async () => {
    await publish({ auth: 'IAM' });
    expect(await call('/hello')).toMatchObject({ status: 401, code: 'APIGW.0301' });
    const headers = await signed('/hello');
    expect(await call('/hello', { headers })).toMatchObject({ status: 200 });
    expect(events[0]?.headers).not.toHaveProperty('authorization');
  });

  it('with APP is called by allowed apps, in all stages, until they are allowed no more', async () => {
    const created = await publish({ auth: 'APP' });
    const makeApp = async (name: string) =>
      (await server.api.call('createGatewayApp', { params: project(), body: { name } })).data;
    const [partner, other] = [await makeApp(`partner-${count}`), await makeApp(`other-${count}`)];
    const params = { ...stageOf(created), app_id: partner.id };
    const as = (app: { app_code: string }) => ({ headers: { 'X-Apig-AppCode': app.app_code } });
    expect(await call('/hello', as(partner))).toMatchObject({ status: 403, code: 'APIGW.0304' });
    await server.api.call('allowGatewayApiApp', { params });
    await server.api.call('allowGatewayApiApp', { params });
    expect(await call('/hello', as(partner))).toMatchObject({ status: 200 });
    expect(Object.keys(events[0]?.headers ?? {})).not.toContain('x-apig-appcode');
    expect(await call('/hello', as(other))).toMatchObject({ status: 403, code: 'APIGW.0304' });
    for (const headers of [{}, { 'X-Apig-AppCode': 'x'.repeat(43) }]) {
      expect(await call('/hello', { headers })).toMatchObject({ status: 401, code: 'APIGW.0303' });
    }
    const { apps } = (await server.api.call('listGatewayApiApps', { params: stageOf(created) })).data;
    expect(apps).toEqual([{ id: partner.id, name: partner.name, app_key: partner.app_key }]);
    const { api: client } = await identities.user([
      await identities.policy([{ Effect: 'Allow', Action: ['functiongraph:gateway:*'] }]),
    ]);
    expect(await refusal(client.call('allowGatewayApiApp', { params }))).toMatchObject({ status: 403 });
    const { api: keeper } = await identities.user([
      await identities.policy([{ Effect: 'Allow', Action: ['functiongraph:gatewayApp:*'] }]),
    ]);
    const renewed = keeper.call('renewGatewayApp', { params: { ...project(), app_id: partner.id } });
    expect(await refusal(renewed)).toMatchObject({ status: 403 });
    await server.api.call('disallowGatewayApiApp', { params });
    expect(await call('/hello', as(partner))).toMatchObject({ status: 403 });
    await server.api.call('allowGatewayApiApp', { params });
    await server.api.call('deleteGatewayApi', { params: stageOf(created) });
    const again = await create();
    const unfit = server.api.call('allowGatewayApiApp', { params: { ...params, api_id: again.id } });
    expect(await refusal(unfit)).toMatchObject({ status: 400 });
    for (const { id } of [partner, other]) {
      await server.api.call('deleteGatewayApp', { params: { ...project(), app_id: id } });
    }
  });

  it('ends with its function: another function of the name is not reached', async () => {
    const { function_urn } = await server.deploy('short');
    const backend_urn = function_urn.replace(/:latest$/, '');
    const created = await publish({ backend_urn });
    expect((await call('/hello')).status).toBe(200);
    await server.api.call('deleteFunction', { params: { ...project(), function_urn: backend_urn } });
    expect(await call('/hello')).toMatchObject(NOT_PUBLISHED);
    await server.deploy('short');
    expect(await call('/hello')).toMatchObject(NOT_PUBLISHED);
    const again = server.api.call('publishGatewayApi', { params: stageOf(created), body: {} });
    expect(await refusal(again)).toMatchObject({ status: 404, code: 'FSS.1051' });
    await server.api.call('deleteFunction', { params: { ...project(), function_urn: backend_urn } });
  });

  it('times out, and answers 202 where it is asynchronous', async () => {
    await publish({ path: '/hang', timeout_ms: 20 });
    await publish({ name: 'later', path: '/later', async: true });
    expect(await call('/later', { method: 'POST', body: 'x' })).toMatchObject({ status: 202 });
    const waiting = call('/hang');
    await expect.poll(() => events.some(({ path }) => path === '/hang')).toBe(true);
    server.clock.advance(30);
    expect(await waiting).toMatchObject({ status: 504, code: 'APIGW.0203' });
  });

  it('is the only one of its route in a stage', async () => {
    await publish({ path: '/users/{id}' });
    const other = await create({ name: 'other', path: '/users/{name}' });
    const refused = await refusal(server.api.call('publishGatewayApi', { params: stageOf(other), body: {} }));
    expect(refused).toMatchObject({ status: 409, code: 'FSS.1147' });
    expect((await call('/users/1')).status).toBe(200);
  });

  it.each<[string, object, string]>([
    ['no path', { path: '' }, 'path:'],
    ['a path that leads elsewhere', { path: '/a/%2e%2e/b' }, 'path:'],
    ['a path with too many parts', { path: '/a'.repeat(21) }, 'path:'],
    ['an unknown method', { method: 'TRACE' }, 'method'],
    ['an unknown authentication', { auth: 'BASIC' }, 'auth'],
    ['no time', { timeout_ms: 0 }, 'timeout_ms'],
    ['a name with a blank', { name: 'a b' }, 'name'],
    ['a function of another project', { backend_urn: 'urn:fss:local-1:other:function:default:hello' }, 'backend_urn'],
    ['no URN', { backend_urn: 'hello' }, 'backend_urn'],
  ])('is refused with %s', async (_what, change, field) => {
    const refused = await refusal(create(change));
    expect(refused).toMatchObject({ status: 400, code: 'FSS.0400' });
    expect(refused.message).toContain(field);
  });

  it('needs the right to create triggers of its function', async () => {
    const only = await identities.policy([
      { Effect: 'Allow', Action: ['functiongraph:gateway:*', 'functiongraph:function:get*'] },
    ]);
    const { api: client } = await identities.user([only]);
    const created = await create();
    for (const work of [
      () => client.call('createGatewayApi', { params: of(group), body: api({ name: 'mine' }) }),
      () => client.call('updateGatewayApi', { params: stageOf(created), body: api() }),
      () => client.call('publishGatewayApi', { params: stageOf(created), body: {} }),
    ]) {
      expect(await refusal(work())).toMatchObject({ status: 403 });
    }
  });
});

describe('a group', () => {
  it('is renamed on record by callers who may change it, and serves as before', async () => {
    await publish();
    const viewer = await identities.policy([{ Effect: 'Allow', Action: ['functiongraph:gateway:get'] }]);
    const { api: client } = await identities.user([viewer]);
    const rename = (by: Client) => by.call('updateGatewayGroup', { params: of(group), body: { name: `new-${count}` } });
    expect(await refusal(rename(client))).toMatchObject({ status: 403 });
    const { data } = await rename(server.api);
    expect(data).toMatchObject({ id: group.id, name: `new-${count}`, hosts: expect.arrayContaining([host]) });
    expect((await call('/hello')).status).toBe(200);
    const { entries } = (await server.api.call('listAudit', { query: {} })).data;
    const noted = entries.filter(({ resource }) => resource === `gateway:${group.id}`);
    expect(noted.map(({ operation, status }) => [operation, status])).toEqual([
      ['updateGatewayGroup', 200],
      ['updateGatewayGroup', 403],
    ]);
  });
});

describe('a stage', () => {
  const put = (stage: string, variables: Record<string, string> = {}, client: Client = server.api) =>
    client.call('putGatewayStage', { params: { ...of(group), stage }, body: { variables } });
  const publishIn = (created: { readonly id: string }, stage: string) =>
    server.api.call('publishGatewayApi', { params: { ...stageOf(created), stage }, body: {} });

  it('is chosen by the header X-Stage, and has releases of its own', async () => {
    const created = await publish();
    expect(await refusal(publishIn(created, 'TEST'))).toMatchObject({ status: 404, code: 'FSS.0404' });
    await put('TEST');
    const inTest = { headers: { 'X-Stage': 'TEST' } };
    expect(await call('/hello', inTest)).toMatchObject(NOT_PUBLISHED);
    await server.api.call('updateGatewayApi', { params: stageOf(created), body: api({ path: '/new' }) });
    await publishIn(created, 'TEST');
    expect([(await call('/hello')).status, (await call('/new', inTest)).status]).toEqual([200, 200]);
    expect([(await call('/new')).status, (await call('/hello', inTest)).status]).toEqual([404, 404]);
    expect(events.map(({ requestContext }) => requestContext.stage)).toEqual(['RELEASE', 'TEST']);
    const params = { ...of(group), stage: 'TEST' };
    expect(await refusal(server.api.call('deleteGatewayStage', { params }))).toMatchObject({ status: 409 });
    await server.api.call('unpublishGatewayApi', { params: { ...stageOf(created), stage: 'TEST' } });
    await server.api.call('deleteGatewayStage', { params });
    expect((await server.api.call('listGatewayStages', { params: of(group) })).data.stages).toEqual([
      { name: 'RELEASE', description: '', variables: {} },
    ]);
  });

  it('chooses the version or the alias of a function by its variables, at once', async () => {
    const params = { ...project(), function_urn: functionUrn };
    const version = `v${count}`;
    await server.api.call('createFunctionVersion', { params, body: { version } });
    const created = await create({ backend_urn: `${functionUrn}:#version#` });
    expect(created.backend_urn).toBe(`${functionUrn}:#version#`);
    expect(await refusal(publishIn(created, 'RELEASE'))).toMatchObject({ status: 400 });
    await put('RELEASE', { version });
    await publishIn(created, 'RELEASE');
    expect((await call('/hello')).status).toBe(200);
    expect(await refusal(put('RELEASE', { version: 'absent' }))).toMatchObject({ status: 404 });
    expect(await refusal(put('RELEASE'))).toMatchObject({ status: 400 });
    await put('RELEASE', { version: 'latest', other: 'x' });
    expect((await call('/hello')).status).toBe(200);
    const { api: client } = await identities.user([
      await identities.policy([{ Effect: 'Allow', Action: ['functiongraph:gateway:*'] }]),
    ]);
    expect(await refusal(put('RELEASE', { version }, client))).toMatchObject({ status: 403 });
    await put('OTHER', { version }, client);
  });

  it.each(['#a b#', '#version#:1', '!#a#b#', '##'])('is not asked for %s', async (qualifier) => {
    expect(await refusal(create({ backend_urn: `${functionUrn}:${qualifier}` }))).toMatchObject({ status: 400 });
  });
});

describe('the path of a request', () => {
  it.each([
    '/open/../secret',
    '/open/%2e%2e/secret',
    '/open/..;/secret',
    '/./secret',
    '//secret',
    '/open//secret',
    '/open%2fsecret',
    '/open/%5c..%5csecret',
    '/secret%00',
    '/%252e%252e/secret',
    '/%zz',
    '/secr%e9t',
    'http://elsewhere.example/secret',
  ])('%s is refused before anything is called', async (target) => {
    await publish({ path: '/', match: 'prefix' });
    expect(await call(target)).toMatchObject({ status: 400, code: 'FSS.0400' });
    expect(events).toEqual([]);
  });

  it('leads around no API with authentication by another spelling', async () => {
    await publish({ path: '/', match: 'prefix' });
    await publish({ name: 'secret', path: '/secret', auth: 'IAM' });
    for (const target of ['/secret', '/secret/', '/%73ecret', '/s%65cret?x', '/%73%65%63%72%65%74/']) {
      expect(await call(target)).toMatchObject({ status: 401 });
    }
    expect(events).toEqual([]);
    expect((await call('/a%20b/c/')).status).toBe(200);
    expect(events[0]).toMatchObject({ path: '/a%20b/c/', pathParameters: { '': 'a b/c' } });
  });
});

describe('a host name', () => {
  it('is the same one in any case, with a port and with a dot at the end', async () => {
    await publish();
    for (const name of [host.toUpperCase(), `${host}:8081`, `${host}.`, `${host}.:443`]) {
      expect(await call('/hello', { host: name })).toMatchObject({ status: 200 });
    }
    for (const name of [`x.${host}`, `${host}..`, `x@${host}`, 'example.com', '127.0.0.1', '']) {
      expect((await call('/hello', { host: name })).status).toBeGreaterThanOrEqual(400);
    }
    expect(events).toHaveLength(4);
  });

  it('hides function URLs and gateway triggers, which other names reach', async () => {
    await publish({ path: '/fn', match: 'prefix' });
    const { pathname } = new URL(`${server.running.gateway}/fn/${server.projectId}/default/hello/`);
    expect((await call(pathname)).status).toBe(200);
    expect(events[0]?.path).toBe(pathname);
    expect(await call(pathname, { host: 'elsewhere.example' })).toMatchObject(NOT_PUBLISHED);
  });

  it('has one owner among all accounts, and is free when its group is deleted', async () => {
    const { data: account } = await server.api.call('createAccount', { body: { name: `rival-${count}` } });
    const rival = identities.keyClient({ accessKey: account.access_key, secretKey: account.secret_key });
    const own = { project_id: account.project_id };
    const theirs = await createGroup('theirs', rival, own);
    const claim = (name: string) =>
      rival.call('addGatewayHost', { params: { ...own, group_id: theirs.id, host: name } });
    for (const name of [host, host.toUpperCase()]) {
      expect(await refusal(claim(name))).toMatchObject({ status: 409, code: 'FSS.0409' });
    }
    expect(await refusal(rival.call('showGatewayGroup', { params: { ...own, group_id: group.id } }))).toMatchObject({
      status: 404,
    });
    expect(await refusal(rival.call('listGatewayApis', { params: of(group) }))).toMatchObject({ status: 403 });
    await publish();
    await server.api.call('deleteGatewayGroup', { params: of(group) });
    expect(await call('/hello')).toMatchObject({ status: 404 });
    expect((await claim(host)).data.hosts).toContain(host);
    // the account that had it cannot remove it from its new owner
    const mine = await createGroup(`again-${count}`);
    const params = { ...of(mine), host };
    expect(await refusal(server.api.call('removeGatewayHost', { params }))).toMatchObject({ status: 404 });
  });

  it.each([
    'localhost',
    'a.localhost',
    'platform.internal',
    'gateway.platform.internal',
    'fgs.example.net',
    'storage.example.net',
    'b.storage.example.net',
    'apis.example.net',
    'x.apis.example.net',
    '127.0.0.1',
    '[::1]',
    '*.example.com',
    'example.com.',
    'single',
  ])('is not %s', async (name) => {
    const params = { ...of(group), host: encodeURIComponent(name) };
    const refused = await refusal(server.api.call('addGatewayHost', { params }));
    expect(refused).toMatchObject({ status: 400, code: 'FSS.0400' });
  });

  it('by the id of the group is there where the gateway has a domain', async () => {
    await publish();
    const { data } = await server.api.call('showGatewayGroup', { params: of(group) });
    expect(data.hosts).toEqual([host, `${group.id}.apis.example.net`]);
    expect((await call('/hello', { host: `${group.id}.APIS.example.net` })).status).toBe(200);
    expect((await call('/hello', { host: `x.${group.id}.apis.example.net` })).status).toBe(404);
  });

  it('is one of five of a group', async () => {
    for (let n = 1; n < 5; n += 1) {
      await server.api.call('addGatewayHost', { params: { ...of(group), host: `n${n}.${host}` } });
    }
    const sixth = server.api.call('addGatewayHost', { params: { ...of(group), host: `n6.${host}` } });
    expect(await refusal(sixth)).toMatchObject({ status: 409 });
    await server.api.call('addGatewayHost', { params: { ...of(group), host } });
  });
});
