import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { OidcIssuer } from '../../../tests/oidc-issuer.ts';
import type { OidcConfig } from '../src/config/index.ts';
import { Secret } from '../src/lib/secret.ts';
import { type Answer, Browser } from './console-browser.ts';
import { FakeServer } from './fake-server.ts';
import { type Faults, HostileIssuer } from './hostile-issuer.ts';
import { Identities } from './identity-fixture.ts';

const MINUTE_MS = 60_000;
const FULL = 'functiongraph_full_access';

const settings = (issuer: string, changes: Partial<OidcConfig> = {}): OidcConfig => ({
  ...{ issuer, clientId: 'funcgraph', clientSecret: undefined, name: 'Example', ca: undefined },
  ...{ claim: 'preferred_username', ...changes },
});

const start = (page: Browser, headers = {}): Promise<Answer> =>
  page.send('POST', '/v1/console/oidc', { body: {}, headers });
const finish = (page: Browser, body: unknown, headers = {}): Promise<Answer> =>
  page.send('POST', '/v1/console/oidc/session', { body, headers });

describe('signing in by OpenID Connect', () => {
  let issuer: OidcIssuer;
  let server: FakeServer;
  let identities: Identities;

  beforeAll(async () => {
    issuer = await OidcIssuer.start();
    const clientSecret = new Secret(issuer.client.secret);
    server = await FakeServer.start(
      { handler: (event) => event.toString() },
      { auditRetainDays: 1, oidc: settings(issuer.issuer, { clientSecret }) },
    );
    issuer.register([`${server.running.endpoint}/console/sign-in`]);
    identities = new Identities(server);
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    await issuer?.[Symbol.asyncDispose]();
  });

  const browser = (): Browser => new Browser(server.running.endpoint);

  /** What the tab and the address bar have when the browser is back. */
  async function answerFor(page: Browser, name: string): Promise<{ attempt: string; answer: string }> {
    const { json, status } = await start(page);
    expect(status).toBe(200);
    return { attempt: json.attempt, answer: await issuer.signIn(json.url, name) };
  }

  it('while it cannot be reached is refused, and passwords still work', async () => {
    issuer.isBroken = true;
    const away = await start(browser());
    expect([away.status, away.json.error_msg]).toEqual([503, 'The sign-in service cannot be used now.']);
    const before = issuer.requests.length;
    expect((await start(browser())).status).toBe(503);
    expect(issuer.requests).toHaveLength(before);
    expect((await browser().signIn(server.user)).status).toBe(200);
    issuer.isBroken = false;
    server.clock.advance(5_000);
    expect((await start(browser())).status).toBe(200);
  });

  it('makes the session of the user whom the issuer names, like a password does', async () => {
    const user = await identities.user([FULL], { project_id: server.projectId });
    const page = browser();
    expect((await page.send('GET', '/v1/console/sign-in')).json).toEqual({ oidc: { name: 'Example' } });
    const answer = await finish(page, await answerFor(page, user.name));
    expect([answer.status, answer.json.user]).toEqual([200, user.name]);
    expect(answer.headers['cache-control']).toBe('no-store');
    const [cookie = ''] = answer.headers['set-cookie'] ?? [];
    expect(cookie).toMatch(/^__Host-fgs-session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Secure$/);
    expect((await page.session()).json).toEqual(answer.json);
    const { data } = await server.api.call('listAudit', { query: { user: user.name } });
    expect(data.entries.map(({ operation, status }) => `${operation} ${status}`)).toContain('finishConsoleOidc 200');

    server.clock.advance(1);
    await server.api.call('updateUser', { params: { user_id: user.id }, body: { user: { enabled: false } } });
    expect((await page.session()).status).toBe(401);
    const disabled = await finish(browser(), await answerFor(browser(), user.name));
    expect([disabled.status, disabled.headers['set-cookie']]).toEqual([403, undefined]);
  });

  it('makes no user: a person who is none is refused, and is in the audit log', async () => {
    const page = browser();
    const answer = await finish(page, await answerFor(page, 'stranger'));
    expect([answer.status, answer.json.error_msg]).toEqual([
      403,
      'stranger is no user of this server, or is disabled.',
    ]);
    const { data } = await server.api.call('listAudit', {});
    const entries = data.entries.map(({ operation, status, resource }) => `${operation} ${status} ${resource}`);
    expect(entries).toContain('finishConsoleOidc 403 user:stranger');
  });

  it('signs in once with an answer, also when it comes several times at once', async () => {
    const page = browser();
    const answer = await answerFor(page, server.user.name);
    const statuses = await Promise.all(Array.from({ length: 4 }, async () => (await finish(browser(), answer)).status));
    expect(statuses.sort()).toEqual([200, 401, 401, 401]);
    expect((await finish(page, answer)).status).toBe(401);
  });

  it('refuses the answer to the attempt of another browser, and an attempt that is changed or old', async () => {
    const [mine, theirs] = [await answerFor(browser(), server.user.name), await answerFor(browser(), 'mallory')];
    const stolen = await finish(browser(), { attempt: mine.attempt, answer: theirs.answer });
    expect([stolen.status, stolen.json.error_msg]).toEqual([401, 'The answer of the sign-in service is not valid.']);
    const { attempt, answer } = mine;
    const flipped = `${attempt.slice(0, -2)}${attempt.endsWith('A') ? 'B' : 'A'}${attempt.slice(-1)}`;
    for (const other of [flipped, 'A'.repeat(200), theirs.attempt, `${attempt}=`]) {
      expect((await finish(browser(), { attempt: other, answer })).status).toBe(401);
    }
    server.clock.advance(10 * MINUTE_MS);
    const late = await finish(browser(), mine);
    expect([late.status, late.json.error_msg]).toEqual([401, 'The sign-in took too long, or was not begun here.']);
  });

  it('goes only to the issuer and comes back only to the console', async () => {
    const url = new URL((await start(browser())).json.url);
    expect(url.origin).toBe(issuer.issuer);
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      response_type: 'code',
      redirect_uri: `${server.running.endpoint}/console/sign-in`,
      code_challenge_method: 'S256',
    });
    for (const headers of [
      { origin: 'http://evil.example' },
      { host: 'evil.example', origin: 'http://evil.example' },
      { 'x-fgs-console': undefined },
      { origin: undefined, 'sec-fetch-site': 'cross-site' },
    ]) {
      expect((await start(browser(), headers)).status).toBe(403);
      expect((await finish(browser(), { attempt: 'a', answer: 'code=b' }, headers)).status).toBe(403);
    }
  });

  it.each([
    ['no answer', { attempt: 'a' }, 400],
    ['an answer that is too long', { attempt: 'a', answer: 'x'.repeat(12_289) }, 400],
    ['a body that is too large', { attempt: 'a', answer: 'x'.repeat(20_000) }, 413],
  ])('refuses %s', async (_, body, status) => {
    expect((await finish(browser(), body)).status).toBe(status);
  });

  it('ends the tries of a client that fails all the time', async () => {
    const { json } = await start(browser());
    const answer = 'code=guessed&state=guessed';
    const tries = { ended: false };
    for (let n = 0; n < 40 && !tries.ended; n += 1) {
      const { attempt } = (await start(browser())).json;
      tries.ended = (await finish(browser(), { attempt, answer })).status === 429;
    }
    expect(tries.ended).toBe(true);
    expect((await finish(browser(), { attempt: json.attempt, answer })).status).toBe(429);
    expect((await browser().signIn(server.user)).status).toBe(200);
  });
});

describe('an ID token', () => {
  let issuer: HostileIssuer;
  let server: FakeServer;
  let name: string;

  beforeAll(async () => {
    issuer = await HostileIssuer.start();
    server = await FakeServer.start({ handler: (event) => event.toString() }, { oidc: settings(issuer.issuer) });
    ({ name } = server.user);
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    await issuer?.[Symbol.asyncDispose]();
  });
  beforeEach(() => {
    issuer.faults = {};
    // failed tries of the client are free again, and the issuer's document is read again
    server.clock.advance(60 * MINUTE_MS);
  });

  async function signIn(faults: Faults, change: (answer: URLSearchParams) => void = () => {}): Promise<Answer> {
    issuer.faults = { ...faults, claims: { preferred_username: name, ...faults.claims } };
    const page = new Browser(server.running.endpoint);
    const { json } = await start(page);
    const answer = issuer.back(json.url);
    change(answer);
    return finish(page, { attempt: json.attempt, answer: answer.toString() });
  }

  it('is not requested while the issuer calls itself another one', async () => {
    issuer.faults = { document: { issuer: 'https://evil.example' } };
    expect((await start(new Browser(server.running.endpoint))).status).toBe(503);
  });

  it('of the issuer signs in', async () => {
    expect((await signIn({})).status).toBe(200);
    expect((await signIn({}, (answer) => answer.set('iss', issuer.issuer))).status).toBe(200);
  });

  const now = (): number => Math.floor(Date.now() / 1000);
  it.each<[string, () => Faults, number]>([
    ['with another nonce', () => ({ claims: { nonce: 'another' } }), 401],
    ['without a nonce', () => ({ claims: { nonce: undefined } }), 401],
    ['for another client', () => ({ claims: { aud: 'another' } }), 401],
    [
      'for several clients, of which another one uses it',
      () => ({ claims: { aud: ['funcgraph', 'b'], azp: 'b' } }),
      401,
    ],
    ['of another issuer', () => ({ claims: { iss: 'https://evil.example' } }), 401],
    ['without a signature', () => ({ header: { alg: 'none' } }), 401],
    ['signed with a key that is not the issuer’s', () => ({ foreignKey: true }), 401],
    ['with a key of another kind', () => ({ header: { alg: 'HS256' } }), 401],
    ['that has ended', () => ({ claims: { iat: now() - 900, exp: now() - 300 } }), 401],
    ['that begins later', () => ({ claims: { nbf: now() + 300 } }), 401],
    ['that names nobody', () => ({ claims: { preferred_username: undefined } }), 403],
    ['that names several', () => ({ claims: { preferred_username: ['a', 'b'] } }), 403],
    ['for a used code', () => ({ token: { status: 400, body: { error: 'invalid_grant' } } }), 401],
    ['for a wrong secret of this server', () => ({ token: { status: 401, body: { error: 'invalid_client' } } }), 503],
  ])('%s does not sign in', async (_, faults, status) => {
    const answer = await signIn(faults());
    expect([answer.status, answer.headers['set-cookie']]).toEqual([status, undefined]);
  });

  it.each<[string, (answer: URLSearchParams) => void]>([
    ['that says it is of another issuer', (answer) => answer.set('iss', 'https://evil.example')],
    ['without state', (answer) => answer.delete('state')],
    ['with two states', (answer) => answer.append('state', 'b')],
    ['with an error', (answer) => answer.set('error', 'access_denied')],
  ])('is not fetched for an answer %s', async (_, change) => {
    expect((await signIn({}, change)).status).toBe(401);
  });

  it('that ended because of the clock says so', async () => {
    const answer = await signIn({ claims: { iat: now() - 900, exp: now() - 300 } });
    expect(answer.json.error_msg).toBe('The clocks of the sign-in service and of this server differ.');
  });
});
