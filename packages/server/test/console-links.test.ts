import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Browser } from './console-browser.ts';
import { FakeServer } from './fake-server.ts';
import { Identities, refusal } from './identity-fixture.ts';

const MINUTE_MS = 60 * 1000;
const FULL = 'functiongraph_full_access';

let server: FakeServer;
let identities: Identities;

beforeAll(async () => {
  server = await FakeServer.start({ handler: (event) => event.toString() });
  identities = new Identities(server);
});
afterAll(() => server?.[Symbol.asyncDispose]());

type Api = FakeServer['api'];

async function newToken(api: Api = server.api): Promise<string> {
  const { data } = await api.call('createConsoleLink', { body: {} });
  return new URL(data.url).hash.replace('#token=', '');
}

const redeem = (token: string): ReturnType<Browser['signIn']> => new Browser(server.running.endpoint).signIn({ token });

describe('a sign-in link', () => {
  it('is at the name of the own machine, with the token where no server sees it', async () => {
    const { data } = await server.api.call('createConsoleLink', { body: {} });
    const { port } = new URL(server.running.endpoint);
    expect(data.url).toMatch(new RegExp(`^http://localhost:${port}/console/#token=[\\w-]{100,1000}$`));
    expect(data.expires_at).toBe(new Date(server.clock.now() + 10 * MINUTE_MS).toISOString());
  });

  it('signs in as the user of the key, once', async () => {
    const user = await identities.user([FULL], { project_id: server.projectId });
    const token = await newToken(user.api);
    const first = await redeem(token);
    expect([first.status, first.json.user]).toEqual([200, user.name]);
    const again = await redeem(token);
    expect([again.status, again.headers['set-cookie']]).toEqual([401, undefined]);
    expect(again.json.error_msg).toMatch(/used before/);
    const { data } = await server.api.call('listAudit', { query: { user: user.name } });
    const entries = data.entries.map(({ operation, status }) => `${operation} ${status}`);
    expect(entries).toEqual(
      expect.arrayContaining(['createConsoleLink 201', 'createConsoleSession 200', 'createConsoleSession 401']),
    );
  });

  it('signs in one of many that come at once', async () => {
    const token = await newToken();
    const answers = await Promise.all(Array.from({ length: 8 }, () => redeem(token)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array.from({ length: 7 }, () => 401)]);
  });

  it('stays used after its session has ended', async () => {
    const token = await newToken();
    const page = new Browser(server.running.endpoint);
    expect((await page.signIn({ token })).status).toBe(200);
    expect((await page.signOut()).status).toBe(204);
    server.clock.advance(9 * MINUTE_MS);
    expect((await redeem(token)).status).toBe(401);
  });

  it('ends after ten minutes', async () => {
    const tokens = [await newToken(), await newToken()] as const;
    server.clock.advance(10 * MINUTE_MS - 1);
    expect((await redeem(tokens[0])).status).toBe(200);
    server.clock.advance(1);
    expect((await redeem(tokens[1])).status).toBe(401);
  });

  it('is void with its key, its user and a new password, and so are its sessions', async () => {
    const user = await identities.user([FULL], { project_id: server.projectId });
    const page = new Browser(server.running.endpoint);
    await page.signIn({ token: await newToken(user.api) });
    const token = await newToken(user.api);
    const params = { access_key: user.accessKey };
    await server.api.call('updateAccessKey', { params, body: { credential: { status: 'inactive' } } });
    expect((await redeem(token)).status).toBe(401);
    expect((await page.session()).status).toBe(401);
    await server.api.call('updateAccessKey', { params, body: { credential: { status: 'active' } } });
    expect((await page.session()).status).toBe(200);
    server.clock.advance(1);
    await server.api.call('updateUser', {
      params: { user_id: user.id },
      body: { user: { password: 'Another-1-word' } },
    });
    expect((await redeem(token)).status).toBe(401);
    const last = await newToken(user.api);
    await page.signIn({ token: await newToken(user.api) });
    await server.api.call('deleteAccessKey', { params });
    expect((await redeem(last)).status).toBe(401);
    expect((await page.session()).status).toBe(401);
  });

  it('is refused when it was changed, and when it is another secret of the platform', async () => {
    const token = await newToken();
    const bytes = Buffer.from(token, 'base64url');
    bytes[20] = (bytes[20] ?? 0) ^ 1;
    const other = Buffer.from((await identities.login(server.user)).token, 'base64').toString('base64url');
    for (const text of [bytes.toString('base64url'), `${token}=`, `${token}A`, other, 'x']) {
      expect((await redeem(text)).status).toBe(401);
    }
    expect((await redeem('x'.repeat(1025))).status).toBe(400);
    const both = await new Browser(server.running.endpoint).signIn({ ...server.user, token });
    expect(both.status).toBe(400);
    expect((await new Browser(server.running.endpoint).signIn({})).status).toBe(400);
    expect((await redeem(token)).status).toBe(200);
  });

  it('is for permanent keys of users: no token, temporary key or session makes another', async () => {
    const { token } = await identities.login(server.user);
    const body = {};
    expect(await refusal(identities.tokenClient(token).call('createConsoleLink', { body }))).toMatchObject({
      status: 403,
    });
    const { data } = await server.api.call('createTemporaryKey', {
      body: { auth: { identity: { methods: ['token'], token: { duration_seconds: 900 } } } },
    });
    const { access: accessKey, secret: secretKey, securitytoken: securityToken } = data.credential;
    const temporary = identities.keyClient({ accessKey, secretKey, securityToken });
    expect(await refusal(temporary.call('createConsoleLink', { body }))).toMatchObject({ status: 403 });
    const page = new Browser(server.running.endpoint);
    await page.signIn(server.user);
    expect((await page.send('POST', '/v1/console/links', { body })).status).toBe(403);
    const key = { auth: { identity: { methods: ['token'], token: { duration_seconds: 900 } } } };
    expect((await page.send('POST', '/v3.0/OS-CREDENTIAL/securitytokens', { body: key })).status).toBe(403);
  });
});
