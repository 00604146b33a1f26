import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Browser } from './console-browser.ts';
import { FakeServer } from './fake-server.ts';
import { Identities } from './identity-fixture.ts';

const HOUR_MS = 60 * 60 * 1000;
const MINUTE_MS = 60 * 1000;
const READ_ONLY = 'functiongraph_read_only_access';
const FULL = 'functiongraph_full_access';

let server: FakeServer;
let identities: Identities;

beforeAll(async () => {
  server = await FakeServer.start({ handler: (event) => event.toString() }, { auditRetainDays: 1 });
  identities = new Identities(server);
});
afterAll(() => server?.[Symbol.asyncDispose]());

const browser = (): Browser => new Browser(server.running.endpoint);
const project = () => ({ project_id: server.projectId });
const functions = (): string => `/v2/${server.projectId}/fgs/functions`;

async function signedIn(user: { name: string; password: string }): Promise<Browser> {
  const page = browser();
  const answer = await page.signIn({ name: user.name, password: user.password });
  expect(answer.status).toBe(200);
  return page;
}

describe('signing in to the console', () => {
  it('with a password sets a cookie that no script reads, and says who one is and what is allowed', async () => {
    const page = browser();
    const answer = await page.signIn(server.user);
    expect(answer.status).toBe(200);
    const [cookie = ''] = answer.headers['set-cookie'] ?? [];
    expect(cookie).toMatch(/^__Host-fgs-session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Secure$/);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.json).toMatchObject({
      user: server.user.name,
      account: 'default',
      operator: true,
      project_id: server.projectId,
      projects: [{ id: server.projectId, name: 'default' }],
      region: 'local-1',
      idle_seconds: 1800,
      expires_at: new Date(server.clock.now() + 12 * HOUR_MS).toISOString(),
    });
    expect(answer.json.rights).toEqual(expect.arrayContaining(['functiongraph:function:create']));

    expect((await page.session()).json).toEqual(answer.json);
    expect((await page.send('GET', functions())).status).toBe(200);
  });

  it('tells what a user may do: denied actions and those of the machine are missing', async () => {
    const user = await identities.user([READ_ONLY], project());
    const { rights } = (await (await signedIn(user)).session()).json;
    expect(rights).toContain('functiongraph:function:list');
    expect(rights).not.toContain('functiongraph:function:create');
    expect(rights.filter((action: string) => action.startsWith('platform:'))).toEqual([]);

    const noInvoke = await identities.policy([{ Effect: 'Deny', Action: ['functiongraph:function:invoke*'] }]);
    const other = await identities.user([FULL, noInvoke], project());
    const allowed = (await (await signedIn(other)).session()).json.rights;
    expect(allowed).toContain('functiongraph:function:create');
    expect(allowed).not.toContain('functiongraph:function:invoke');
  });

  it('is refused alike for a wrong password and an unknown user, and is in the audit log', async () => {
    const user = await identities.user([FULL], project());
    const wrong = await browser().signIn({ name: user.name, password: 'Wrong-1-word' });
    const unknown = await browser().signIn({ name: 'nobody-here', password: 'Wrong-1-word' });
    expect([wrong.status, unknown.status]).toEqual([401, 401]);
    expect(wrong.json.error_msg).toBe(unknown.json.error_msg);
    expect(wrong.headers['set-cookie']).toBeUndefined();
    const page = await signedIn(user);
    expect((await page.signOut()).status).toBe(204);
    const { data } = await server.api.call('listAudit', { query: { user: user.name } });
    const entries = data.entries.map(({ operation, status }) => `${operation} ${status}`);
    expect(entries).toEqual(
      expect.arrayContaining(['createConsoleSession 401', 'createConsoleSession 200', 'deleteConsoleSession 204']),
    );
  });

  it('makes a new session each time, and continues none that the browser brings along', async () => {
    const page = browser();
    page.cookies.set('__Host-fgs-session', 'a'.repeat(43));
    await page.signIn(server.user);
    const first = page.cookies.get('__Host-fgs-session');
    await page.signIn(server.user);
    const second = page.cookies.get('__Host-fgs-session');
    expect(new Set([first, second, 'a'.repeat(43)]).size).toBe(3);
  });

  it.each([
    ['a body that is too large', { body: { name: 'x', password: 'p'.repeat(5000) } }, 413],
    ['a password of 257 characters', { body: { name: 'x', password: 'p'.repeat(257) } }, 400],
    ['no name', { body: { password: 'p' } }, 400],
    ['a name that is a list', { body: { name: ['x'], password: 'p' } }, 400],
    ['text', { body: 'name=x&password=y' }, 406],
  ])('refuses %s', async (_, sent, status) => {
    expect((await browser().send('POST', '/v1/console/session', sent)).status).toBe(status);
  });
});

describe('a session of the console', () => {
  it('ends with signing out, for the browser and for the server', async () => {
    const page = await signedIn(server.user);
    const copied = browser();
    for (const [name, value] of page.cookies) copied.cookies.set(name, value);
    expect((await page.signOut()).status).toBe(204);
    expect(page.cookies.size).toBe(0);
    expect((await copied.session()).status).toBe(401);
    expect((await copied.send('GET', functions())).status).toBe(401);
    expect((await copied.signOut()).status).toBe(401);
  });

  it('ends after half an hour without requests; requests that a page makes by itself do not count', async () => {
    const page = await signedIn(server.user);
    server.clock.advance(29 * MINUTE_MS);
    expect((await page.session()).status).toBe(200);
    server.clock.advance(29 * MINUTE_MS);
    expect((await page.session({ 'x-fgs-console': 'background' })).status).toBe(200);
    server.clock.advance(2 * MINUTE_MS);
    expect((await page.session({ 'x-fgs-console': 'background' })).status).toBe(401);
    expect((await page.session()).status).toBe(401);
  });

  it('ends after twelve hours in any case', async () => {
    const page = await signedIn(server.user);
    for (let n = 0; n < 12 * 3 - 1; n += 1) {
      server.clock.advance(20 * MINUTE_MS);
      expect((await page.session()).status).toBe(200);
    }
    server.clock.advance(20 * MINUTE_MS);
    expect((await page.session()).status).toBe(401);
  });

  it('ends with a new password, when the user is disabled, and with the user', async () => {
    const user = await identities.user([FULL], project());
    const params = { user_id: user.id };
    const first = await signedIn(user);
    server.clock.advance(1);
    await server.api.call('updateUser', { params, body: { user: { password: 'Another-1-word' } } });
    expect((await first.session()).status).toBe(401);

    const second = await signedIn({ ...user, password: 'Another-1-word' });
    server.clock.advance(1);
    await server.api.call('updateUser', { params, body: { user: { enabled: false } } });
    expect((await second.session()).status).toBe(401);
    await server.api.call('updateUser', { params, body: { user: { enabled: true } } });
    expect((await second.session()).status).toBe(401);

    const third = await signedIn({ ...user, password: 'Another-1-word' });
    await server.api.call('deleteUser', { params });
    expect((await third.session()).status).toBe(401);
  });

  it('is one of twenty of a user: another sign-in ends the one that was unused for longest', async () => {
    const user = await identities.user([FULL], project());
    const pages: Browser[] = [];
    for (let n = 0; n < 20; n += 1) {
      pages.push(await signedIn(user));
      server.clock.advance(1);
    }
    server.clock.advance(MINUTE_MS);
    expect((await pages[0]?.session())?.status).toBe(200);
    server.clock.advance(MINUTE_MS);
    await expect.poll(async () => (await pages[19]?.session())?.status).toBe(200);
    await signedIn(user);
    expect((await pages[0]?.session())?.status).toBe(200);
    expect((await pages[1]?.session())?.status).toBe(401);
    expect((await pages[2]?.session())?.status).toBe(200);
  });

  it('has the rights of its user on every route, and no others', async () => {
    const user = await identities.user([READ_ONLY], project());
    const page = await signedIn(user);
    expect((await page.send('GET', functions())).status).toBe(200);
    const body = { func_name: 'made', package: 'default', runtime: 'Node.js20.15', handler: 'index.handler' };
    expect((await page.send('POST', functions(), { body })).status).toBe(403);
    expect((await page.send('GET', '/v1/iam/domains')).status).toBe(403);
    const fn = await server.deploy('echo');
    const path = `/v2/${fn.project_id}/fgs/functions/${fn.function_urn}/invocations`;
    expect((await page.send('POST', path, { body: {} })).status).toBe(403);
    const owner = await signedIn(server.user);
    const answer = await owner.send('POST', path, { body: { a: 1 } });
    expect([answer.status, answer.text]).toEqual([200, '{"a":1}']);
  });
});

describe('the cookie of the console', () => {
  const refused: readonly (readonly [string, Record<string, string | undefined>, number])[] = [
    ['without the header of the console', { 'x-fgs-console': undefined }, 401],
    ['from another origin', { origin: 'http://evil.example' }, 403],
    ['from another port of the host', { origin: 'http://127.0.0.1:1', 'sec-fetch-site': undefined }, 403],
    ['from a sandboxed page', { origin: 'null', 'sec-fetch-site': 'cross-site' }, 403],
    ['from another site', { origin: undefined, 'sec-fetch-site': 'cross-site' }, 403],
    ['from a page of a function on the same host', { origin: undefined, 'sec-fetch-site': 'same-site' }, 403],
    ['typed into the address bar', { origin: undefined, 'sec-fetch-site': 'none' }, 403],
    ['without an origin', { origin: undefined, 'sec-fetch-site': undefined }, 403],
    ['at a host whose name leads here', { host: 'evil.example', origin: 'http://evil.example' }, 403],
    ['at a host that begins like an own one', { host: 'localhost.evil.example' }, 403],
  ];

  it.each(refused)('is of no use %s', async (_, headers, status) => {
    const page = await signedIn(server.user);
    for (const method of ['GET', 'POST'] as const) {
      const body = method === 'GET' ? undefined : { func_name: 'x' };
      expect((await page.send(method, functions(), { headers, body })).status).toBe(status);
    }
    expect((await page.send('DELETE', '/v1/console/session', { headers })).status).toBe(status);
    expect((await page.session()).status).toBe(200);
  });

  it.each(refused)('is not given to a request %s', async (_, headers) => {
    const answer = await browser().signIn(server.user, headers);
    expect(answer.status).toBe(403);
    expect(answer.headers['set-cookie']).toBeUndefined();
  });

  it('is of no use when a second one is sent, and beside another proof', async () => {
    const page = await signedIn(server.user);
    const [cookie] = [...page.cookies].map((pair) => pair.join('='));
    expect((await page.session({ cookie: `${cookie}; __Host-fgs-session=x` })).status).toBe(401);
    expect((await page.session({ cookie: `__Host-fgs-session=x; ${cookie}` })).status).toBe(401);
    expect((await page.session({ 'x-auth-token': 'x' })).status).toBe(401);
    expect((await page.session({ authorization: 'x' })).status).toBe(401);
  });

  it('is a session only: signed requests have none', async () => {
    await expect(server.api.call('showConsoleSession')).rejects.toMatchObject({ status: 401 });
  });
});

describe('the console over plain HTTP from another machine', () => {
  it('is refused', async () => {
    const answer = await new Browser(server.running.endpoint, '192.168.7.7:8080').signIn(server.user);
    expect(answer.status).toBe(403);
    expect(answer.json.error_msg).toMatch(/plain HTTP/);
  });
});
