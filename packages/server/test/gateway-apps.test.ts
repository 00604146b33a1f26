import { AKSKSigner } from '@huaweicloud/huaweicloud-sdk-core/auth/AKSKSigner.js';
import { BasicCredentials } from '@huaweicloud/huaweicloud-sdk-core/auth/BasicCredentials.js';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeServer } from './fake-server.ts';
import { Identities, refusal } from './identity-fixture.ts';

type Event = { readonly headers: Readonly<Record<string, string>>; readonly body: string };

let server: FakeServer;
let base: { project_id: string; function_urn: string };
let events: Event[];
let trigger: string;
let app: { id: string; app_key: string; app_secret: string; app_code: string };
let count = 0;

beforeAll(async () => {
  server = await FakeServer.start({
    handler(bytes) {
      events.push(JSON.parse(bytes.toString()) as Event);
      return JSON.stringify({ statusCode: 200, body: 'reached' });
    },
  });
  const deployed = await server.deploy('hello');
  base = { ...deployed, function_urn: deployed.function_urn.replace(/:latest$/, '') };
});
afterAll(() => server?.[Symbol.asyncDispose]());

beforeEach(async () => {
  events = [];
  count += 1;
  await server.api.call('batchDeleteFunctionTriggers', { params: base });
  trigger = await createTrigger('API_app', '/in');
  app = await createApp(`partner-${count}`);
  await bind(app.id, trigger);
});

const project = () => ({ project_id: server.projectId });
const appParams = (id: string) => ({ ...project(), app_id: id });

async function createTrigger(name: string, path: string): Promise<string> {
  const event_data = { name, type: 1, path, auth: 'APP', group_id: 'g1', func_info: { timeout: 5000 } };
  const body = { trigger_type_code: 'APIG', event_data };
  return (await server.api.call('createFunctionTrigger', { params: base, body })).data.trigger_id;
}

async function createApp(name: string, more: object = {}) {
  return (await server.api.call('createGatewayApp', { params: project(), body: { name, ...more } })).data;
}

const bind = (id: string, triggerId: string) =>
  server.api.call('bindGatewayApp', { params: { ...appParams(id), trigger_id: triggerId } });

const at = (path: string): string => `${server.running.gateway}/api/${server.projectId}/g1${path}`;

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly code: string;
}

async function call(headers: Readonly<Record<string, string>>, url = at('/in'), body?: string): Promise<Answer> {
  const init = { method: 'POST', headers, ...(body === undefined ? {} : { body }) };
  const response = await fetch(url, init);
  const text = await response.text();
  return { status: response.status, text, code: /"error_code":"([^"]+)"/.exec(text)?.[1] ?? '' };
}

/** Headers that the signer of the official SDK adds to a request. */
function signed(key: { app_key: string; app_secret: string }, url = at('/in'), data?: object): Record<string, string> {
  const { origin, pathname, searchParams } = new URL(url);
  const request = {
    endpoint: origin + pathname,
    method: 'POST',
    queryParams: Object.fromEntries(searchParams),
    headers: { 'content-type': 'application/json' },
    ...(data === undefined ? {} : { data }),
  };
  const credential = new BasicCredentials().withAk(key.app_key).withSk(key.app_secret);
  // the signer takes the time from the machine, the server from the test
  vi.useFakeTimers({ toFake: ['Date'], now: server.clock.now() });
  try {
    const { host: _, ...headers } = AKSKSigner.sign(request as never, credential) as Record<string, string>;
    return headers;
  } finally {
    vi.useRealTimers();
  }
}

const REFUSED = { status: 401, code: 'APIGW.0303' };

describe('a gateway trigger with auth APP', () => {
  it('is called with the code of an app, which the function does not see', async () => {
    expect(await call({ 'X-Apig-AppCode': app.app_code })).toMatchObject({ status: 200, text: 'reached' });
    expect(Object.keys(events[0]?.headers ?? {})).not.toContain('x-apig-appcode');
  });

  it('is called with a signature of the official signer, over path, query and body', async () => {
    const url = at('/in?b=2&a=x%20y');
    const body = { order: 7 };
    const headers = signed(app, url, body);
    expect(await call(headers, url, JSON.stringify(body))).toMatchObject({ status: 200 });
    expect(Buffer.from(events[0]?.body ?? '', 'base64').toString()).toBe('{"order":7}');
    expect(Object.keys(events[0]?.headers ?? {})).not.toContain('authorization');
    for (const [other, text] of [
      [url, '{"order":8}'],
      [at('/in?b=2&a=z'), JSON.stringify(body)],
      [at('/in/below?b=2&a=x%20y'), JSON.stringify(body)],
    ] as const) {
      expect(await call(headers, other, text)).toMatchObject(REFUSED);
    }
    expect(events).toHaveLength(1);
  });

  it.each<[string, () => Record<string, string>]>([
    ['nothing', () => ({})],
    ['an unknown code', () => ({ 'X-Apig-AppCode': 'x'.repeat(43) })],
    ['an empty code', () => ({ 'X-Apig-AppCode': '' })],
    ['the secret instead of the code', () => ({ 'X-Apig-AppCode': app.app_secret })],
    ['the key instead of the code', () => ({ 'X-Apig-AppCode': app.app_key })],
    ['a signature by another secret', () => signed({ ...app, app_secret: 'another' })],
    ['a signature by an unknown key', () => signed({ ...app, app_key: 'unknown-key' })],
    [
      'a signature by an access key of a user',
      () => signed({ app_key: server.key.accessKey, app_secret: server.key.secretKey }),
    ],
    [
      'a wrong signature beside a right code',
      () => ({ ...signed({ ...app, app_secret: 'another' }), 'X-Apig-AppCode': app.app_code }),
    ],
    ['a token that is none', () => ({ 'X-Auth-Token': 'x' })],
    ['a text that is no signature', () => ({ Authorization: `Bearer ${app.app_code}` })],
  ])('refuses %s, always in the same words', async (_what, headers) => {
    const answer = await call(headers());
    expect(answer).toMatchObject(REFUSED);
    const { error_msg, request_id } = JSON.parse(answer.text) as Record<string, string>;
    expect(error_msg).toBe('Incorrect app authentication information.');
    expect(request_id).toMatch(/^[0-9a-f-]{36}$/);
    expect(events).toEqual([]);
  });

  it('refuses a signature that is too old', async () => {
    const headers = signed(app);
    server.clock.advance(16 * 60_000);
    expect(await call(headers)).toMatchObject(REFUSED);
  });

  it('reports that an authenticated app may not call the trigger', async () => {
    const other = await createApp(`other-${count}`);
    for (const headers of [{ 'X-Apig-AppCode': other.app_code }, signed(other)]) {
      expect(await call(headers)).toMatchObject({ status: 403, code: 'APIGW.0304' });
    }
    const second = await createTrigger('API_second', '/second');
    expect(await call({ 'X-Apig-AppCode': app.app_code }, at('/second'))).toMatchObject({ status: 403 });
    await bind(app.id, second);
    expect(await call({ 'X-Apig-AppCode': app.app_code }, at('/second'))).toMatchObject({ status: 200 });
  });

  it('applies an ended binding, new secrets and a deleted app at once', async () => {
    const params = { ...appParams(app.id), trigger_id: trigger };
    await server.api.call('unbindGatewayApp', { params });
    expect(await call({ 'X-Apig-AppCode': app.app_code })).toMatchObject({ status: 403 });
    await bind(app.id, trigger);
    const renewed = (await server.api.call('renewGatewayApp', { params: appParams(app.id) })).data;
    expect(renewed.app_key).toBe(app.app_key);
    expect(await call({ 'X-Apig-AppCode': app.app_code })).toMatchObject(REFUSED);
    expect(await call(signed(app))).toMatchObject(REFUSED);
    expect(await call({ 'X-Apig-AppCode': renewed.app_code })).toMatchObject({ status: 200 });
    expect(await call(signed(renewed))).toMatchObject({ status: 200 });
    await server.api.call('deleteGatewayApp', { params: appParams(app.id) });
    expect(await call({ 'X-Apig-AppCode': renewed.app_code })).toMatchObject(REFUSED);
    expect(await call(signed(renewed))).toMatchObject(REFUSED);
  });
});

describe('an app', () => {
  it('may bring the key and secret of another gateway', async () => {
    const key = { app_key: `from-the-cloud-${count}`, app_secret: 'AZaz09_-!@#$%+/=' };
    const moved = await createApp('moved', key);
    expect(moved).toMatchObject(key);
    await bind(moved.id, trigger);
    expect(await call(signed(key))).toMatchObject({ status: 200 });
  });

  it('shows its secrets once, and which triggers it may call', async () => {
    const { data: list } = await server.api.call('listGatewayApps', { params: project() });
    const { data: shown } = await server.api.call('showGatewayApp', { params: appParams(app.id) });
    expect(JSON.stringify([list, shown])).not.toContain(app.app_secret);
    expect(JSON.stringify([list, shown])).not.toContain(app.app_code);
    const func_urn = `${base.function_urn}:latest`;
    expect(shown.triggers).toEqual([{ trigger_id: trigger, name: 'API_app', func_urn, auth: 'APP' }]);
    await server.api.call('batchDeleteFunctionTriggers', { params: base });
    const { data: after } = await server.api.call('showGatewayApp', { params: appParams(app.id) });
    expect(after.triggers).toEqual([]);
  });

  it.each<[string, object, string]>([
    ['no name', {}, 'name'],
    ['a name that begins with a digit', { name: '1' }, 'name'],
    ['a key alone', { name: 'x', app_key: 'some-key-1' }, 'app_secret'],
    ['a short secret', { name: 'x', app_key: 'some-key-1', app_secret: 'short' }, 'app_secret'],
    ['a key with a comma', { name: 'x', app_key: 'some,key,1', app_secret: 'x'.repeat(20) }, 'app_key'],
  ])('with %s is refused by the name of the field', async (_what, body, field) => {
    const refused = await refusal(server.api.call('createGatewayApp', { params: project(), body: body as never }));
    expect(refused).toMatchObject({ status: 400, message: expect.stringContaining(field) });
  });

  it('has a name and a key of its own', async () => {
    const key = { app_key: app.app_key, app_secret: 'x'.repeat(20) };
    for (const body of [{ name: `partner-${count}` }, { name: 'twin', ...key }]) {
      const refused = await refusal(server.api.call('createGatewayApp', { params: project(), body }));
      expect(refused).toMatchObject({ status: 409, code: 'FSS.0409' });
    }
  });

  it('is bound only to gateway triggers with auth APP, by callers that may change them', async () => {
    const missing = await refusal(bind(app.id, 'none'));
    expect(missing).toMatchObject({ status: 404, code: 'FSS.1131' });
    expect(await refusal(bind('none', trigger))).toMatchObject({ status: 404 });
    const params = { ...base, trigger_type_code: 'APIG', trigger_id: trigger };
    const identities = new Identities(server);
    const user = await identities.user([
      await identities.policy([{ Effect: 'Allow', Action: ['functiongraph:gatewayApp:*'] }]),
    ]);
    const asUser = user.api.call('bindGatewayApp', { params: { ...appParams(app.id), trigger_id: trigger } });
    expect(await refusal(asUser)).toMatchObject({
      status: 403,
      message: expect.stringContaining('functiongraph:trigger:update'),
    });
    await server.api.call('updateTrigger', { params, body: { event_data: { auth: 'IAM' } } });
    expect(await refusal(bind(app.id, trigger))).toMatchObject({ status: 400 });
    expect(await call({ 'X-Apig-AppCode': app.app_code })).toMatchObject({ status: 401, code: 'APIGW.0301' });
  });
});
