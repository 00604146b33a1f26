import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeServer } from './fake-server.ts';
import { Identities, mayCall, refusal } from './identity-fixture.ts';

const HOUR_MS = 60 * 60 * 1000;
const FULL = 'functiongraph_full_access';
const READ_ONLY = 'functiongraph_read_only_access';

let server: FakeServer;
let identities: Identities;
let hello: { project_id: string; function_urn: string };

beforeAll(async () => {
  // returns the function's view of its credentials
  const handler = (_event: Buffer, invoke: { credentials: object }): string => JSON.stringify(invoke.credentials);
  server = await FakeServer.start({ handler }, { auditRetainDays: 1 });
  identities = new Identities(server);
  hello = await server.deploy('hello');
});
afterAll(() => server[Symbol.asyncDispose]());

const project = () => ({ project_id: server.projectId });
const bytes = new TextEncoder().encode('{}');

describe('sessions', () => {
  it('of tokens hold for a day in one project, and end with a new password or when the user is disabled', async () => {
    const user = await identities.user([FULL], project());
    const first = await identities.login(user);
    expect(first.roles).toEqual(['FunctionGraph FullAccess']);
    const client = identities.tokenClient(first.token);
    expect(await mayCall(client, 'listFunctions', { params: project() })).toBe(true);
    server.clock.advance(24 * HOUR_MS - 1);
    expect(await mayCall(client, 'listFunctions', { params: project() })).toBe(true);
    server.clock.advance(1);
    expect(await refusal(client.call('listFunctions', { params: project() }))).toMatchObject({ status: 401 });

    const again = identities.tokenClient((await identities.login(user)).token);
    const params = { user_id: user.id };
    server.clock.advance(1);
    const change = { original_password: user.password, password: 'Another-1-word' };
    const wrong = { ...change, original_password: 'not-the-0ld-one' };
    expect(await refusal(again.call('changePassword', { params, body: { user: wrong } }))).toMatchObject({
      status: 403,
    });
    for (const password of ['short1', 'onlyletters', `x-${user.name}-1`]) {
      const weak = again.call('changePassword', { params, body: { user: { ...change, password } } });
      expect(await refusal(weak)).toMatchObject({ status: 400, message: expect.stringContaining('password') });
    }
    await again.call('changePassword', { params, body: { user: change } });
    expect(await refusal(again.call('listProjects'))).toMatchObject({ status: 401 });
    expect(await refusal(identities.login(user))).toMatchObject({ status: 401 });

    const third = identities.tokenClient((await identities.login({ ...user, password: change.password })).token);
    expect(await mayCall(third, 'listFunctions', { params: project() })).toBe(true);
    server.clock.advance(1);
    await server.api.call('updateUser', { params, body: { user: { enabled: false } } });
    expect(await refusal(third.call('listProjects'))).toMatchObject({ status: 401 });
    expect(await refusal(user.api.call('listProjects'))).toMatchObject({ status: 401 });
    await server.api.call('updateUser', { params, body: { user: { enabled: true } } });
    expect(await refusal(third.call('listProjects'))).toMatchObject({ status: 401 });
    expect((await user.api.call('listProjects')).status).toBe(200);
  });

  it('of a revoked token end at once, with the tokens and keys made from it', async () => {
    const user = await identities.user([FULL], project());
    const { token } = await identities.login(user);
    const client = identities.tokenClient(token);
    const identity = { methods: ['token'], token: { id: token } };
    const other = (await client.call('createToken', { body: { auth: { identity } } })).headers.get('x-subject-token');
    const { credential } = (
      await client.call('createTemporaryKey', { body: { auth: { identity: { methods: ['token'] } } } })
    ).data;
    const derived = identities.tokenClient(other ?? '');
    const temporary = identities.keyClient({
      accessKey: credential.access,
      secretKey: credential.secret,
      securityToken: credential.securitytoken,
    });
    const later = identities.tokenClient((await identities.login(user)).token);
    for (const each of [client, derived, temporary, later]) expect((await each.call('listProjects')).status).toBe(200);

    const subject = (of: string) => ({ headers: { 'x-subject-token': of } });
    const stranger = await identities.user([FULL], project());
    expect(await refusal(stranger.api.call('revokeToken', subject(token)))).toMatchObject({ status: 403 });
    expect(await refusal(client.call('revokeToken', subject('no token')))).toMatchObject({ status: 404 });
    expect((await client.call('revokeToken', subject(token))).status).toBe(204);
    for (const each of [client, derived, temporary]) {
      expect(await refusal(each.call('listProjects'))).toMatchObject({ status: 401 });
    }
    expect((await later.call('listProjects')).status).toBe(200);
    expect(await refusal(later.call('revokeToken', subject(token)))).toMatchObject({ status: 404 });
    const { token: last } = await identities.login(user);
    expect((await server.api.call('revokeToken', subject(last))).status).toBe(204);
    expect(await refusal(identities.tokenClient(last).call('listProjects'))).toMatchObject({ status: 401 });
  });

  it('are not issued after too many wrong passwords, not even many at once', async () => {
    const user = await identities.user([]);
    const wrong = { name: user.name, password: 'wrong-1-word' };
    const tries = await Promise.all(Array.from({ length: 8 }, () => refusal(identities.login(wrong))));
    expect(tries.map(({ status }) => status).sort()).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
    expect(await refusal(identities.login(user))).toMatchObject({ status: 429 });
    server.clock.advance(5 * 60_000);
    expect((await identities.login(user)).token).not.toBe('');
  });

  it('of temporary keys sign with their token only, end, and make nothing that lasts', async () => {
    const user = await identities.user([READ_ONLY]);
    const requested = { auth: { identity: { methods: ['token'], token: { duration_seconds: 900 } } } };
    const { credential } = (await user.api.call('createTemporaryKey', { body: requested })).data;
    const key = { accessKey: credential.access, secretKey: credential.secret };
    const { securitytoken: securityToken } = credential;
    const client = identities.keyClient({ ...key, securityToken });
    expect(await mayCall(client, 'listFunctions', { params: project() })).toBe(true);
    expect(await mayCall(client, 'invokeFunction', { params: hello, body: bytes })).toBe(false);
    for (const proof of [
      key,
      { ...key, securityToken: `${securityToken.slice(0, -4)}AAAA` },
      { ...key, secretKey: 'x', securityToken },
      { accessKey: user.accessKey, secretKey: 'x', securityToken },
    ]) {
      expect(await refusal(identities.keyClient(proof).call('listProjects'))).toMatchObject({ status: 401 });
    }
    expect(await refusal(client.call('createAccessKey', { body: { credential: {} } }))).toMatchObject({ status: 403 });
    expect(await refusal(client.call('createTemporaryKey', { body: requested }))).toMatchObject({ status: 403 });
    server.clock.advance(15 * 60_000);
    expect(await refusal(client.call('listProjects'))).toMatchObject({ status: 401 });
  });
});

describe('access keys', () => {
  it('rotate: two at most, each shows its last use, and a disabled or deleted one does not sign', async () => {
    const user = await identities.user([READ_ONLY]);
    await user.api.call('listProjects');
    const usedAt = server.clock.now();
    const made = (await user.api.call('createAccessKey', { body: { credential: { description: 'next' } } })).data;
    expect(await refusal(user.api.call('createAccessKey', { body: { credential: {} } }))).toMatchObject({
      status: 409,
    });
    const next = identities.keyClient({ accessKey: made.credential.access, secretKey: made.credential.secret });
    const { credentials } = (await next.call('listAccessKeys')).data;
    expect(credentials).toHaveLength(2);
    expect(JSON.stringify(credentials)).not.toContain(made.credential.secret);
    expect(credentials.map(({ last_use_time }) => last_use_time)).toContain(new Date(usedAt).toISOString());
    const old = { params: { access_key: user.accessKey } };
    await next.call('updateAccessKey', { ...old, body: { credential: { status: 'inactive' } } });
    expect(await refusal(user.api.call('listProjects'))).toMatchObject({ status: 401 });
    await next.call('updateAccessKey', { ...old, body: { credential: { status: 'active' } } });
    await user.api.call('listProjects');
    await next.call('deleteAccessKey', old);
    expect(await refusal(user.api.call('listProjects'))).toMatchObject({ status: 401 });
    const stranger = await identities.user([FULL]);
    const foreign = { params: { access_key: made.credential.access } };
    expect(await refusal(stranger.api.call('showAccessKey', foreign))).toMatchObject({ status: 403 });
    expect(await refusal(stranger.api.call('deleteAccessKey', foreign))).toMatchObject({ status: 403 });
  });
});
