import { type Client, createClient } from '@funcgraph/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeServer } from './fake-server.ts';
import { Identities, mayCall, refusal } from './identity-fixture.ts';

const HOUR_MS = 60 * 60 * 1000;
const FULL = 'functiongraph_full_access';
const OPERATOR = 'te_agency';

let server: FakeServer;
/** Of the account that has agencies, and of the account that is trusted. */
let owners: Identities;
let guests: Identities;
/** Of the account that is trusted. */
let admin: Client;
let home: { id: string; name: string };
let agencies = 0;

beforeAll(async () => {
  server = await FakeServer.start({ handler: () => 'seen' });
  owners = new Identities(server);
  const [domain] = (await server.api.call('listAuthDomains')).data.domains;
  if (domain === undefined) throw new Error('no account');
  home = domain;
  const { data } = await server.api.call('createAccount', { body: { name: 'guest' } });
  admin = owners.keyClient({ accessKey: data.access_key, secretKey: data.secret_key });
  guests = new Identities(server, admin);
});
afterAll(() => server[Symbol.asyncDispose]());

const project = () => ({ project_id: server.projectId });

async function trusting(more: object = { trust_domain_name: 'guest' }): Promise<{ id: string; name: string }> {
  agencies += 1;
  const { agency } = (
    await server.api.call('createAgency', { body: { agency: { name: `door-${agencies}`, ...more } } })
  ).data;
  await server.api.call('createGrant', { body: { agency_id: agency.id, role_id: FULL } });
  return agency;
}

const role = (name: string, more: object = {}) => ({
  methods: ['assume_role'],
  assume_role: { agency_name: name, domain_name: home.name, ...more },
});

async function keyOf(api: Client, name: string, more: object = {}): Promise<Client> {
  const { data } = await api.call('createTemporaryKey', { body: { auth: { identity: role(name, more) } } });
  const { access, secret, securitytoken } = data.credential;
  return owners.keyClient({ accessKey: access, secretKey: secret, securityToken: securitytoken });
}

async function tokenOf(api: Client, name: string, scope: object = { project: { id: server.projectId } }) {
  const { data, headers } = await api.call('createToken', { body: { auth: { identity: role(name), scope } } });
  const token = headers.get('x-subject-token') ?? '';
  return { token, about: data.token, api: owners.tokenClient(token) };
}

const works = (api: Client): Promise<boolean> => mayCall(api, 'listFunctions', { params: project() });
const isOver = async (api: Client): Promise<boolean> =>
  (await refusal(api.call('listFunctions', { params: project() }))).status === 401;

describe('an agency that trusts an account', () => {
  it('gives its users with the right tokens and keys with exactly its rights', async () => {
    const agency = await trusting();
    const ada = await guests.user([OPERATOR]);
    const key = await keyOf(ada.api, agency.name);
    expect(await works(key)).toBe(true);
    expect(await mayCall(key, 'listUsers', {})).toBe(false);
    const token = await tokenOf(ada.api, agency.name);
    expect(token.about).toMatchObject({
      methods: ['assume_role'],
      user: { id: agency.id, domain: { id: home.id } },
      assumed_by: { user: { id: ada.id, name: ada.name, domain: { name: 'guest' } } },
      project: { id: server.projectId },
      roles: [{ id: FULL }],
    });
    expect(await works(token.api)).toBe(true);
    const own = guests.tokenClient((await guests.login({ ...ada, domain: 'guest' })).token);
    expect(await works(await keyOf(own, agency.name))).toBe(true);
    const { entries } = (await server.api.call('listAudit', { query: { action: 'iam:agencies:assume' } })).data;
    expect(entries.map((entry) => entry.user_name)).toContain(ada.name);
  });

  it('is refused to others: no right, another account, no trust, no proof, a scope elsewhere', async () => {
    const agency = await trusting();
    const ada = await guests.user([OPERATOR]);
    const eve = await guests.user([FULL]);
    const own = await owners.user([OPERATOR]);
    const ofService = await trusting({});
    const anonymous = createClient({ endpoint: server.running.endpoint, auth: { kind: 'none' } });
    for (const [api, name, status] of [
      [eve.api, agency.name, 403],
      [own.api, agency.name, 403],
      [ada.api, ofService.name, 403],
      [ada.api, 'nowhere', 403],
      [anonymous, agency.name, 401],
      [guests.tokenClient('x'), agency.name, 401],
    ] as const) {
      expect(await refusal(keyOf(api, name))).toMatchObject({ status });
      expect(await refusal(tokenOf(api, name))).toMatchObject({ status });
    }
    expect(await refusal(keyOf(ada.api, agency.name, { domain_name: 'guest' }))).toMatchObject({ status: 403 });
    expect(await refusal(keyOf(ada.api, agency.name, { domain_id: 'other' }))).toMatchObject({ status: 403 });
    const [other] = (await ada.api.call('listAuthProjects')).data.projects;
    const elsewhere = tokenOf(ada.api, agency.name, { project: { id: other?.id } });
    expect(await refusal(elsewhere)).toMatchObject({ status: 403 });
    const noAccount = { methods: ['assume_role'], assume_role: { agency_name: agency.name } };
    const body = { auth: { identity: noAccount } };
    expect(await refusal(ada.api.call('createTemporaryKey', { body }))).toMatchObject({ status: 400 });
    expect(await refusal(trusting({ trust_domain_name: 'nobody' }))).toMatchObject({ status: 400 });
    expect(await refusal(trusting({ trust_domain_id: home.id }))).toMatchObject({ status: 400 });
  });

  it('lets no agency assume another, and makes no further keys and tokens', async () => {
    const agency = await trusting();
    const second = await trusting();
    const ada = await guests.user([OPERATOR]);
    await server.api.call('createGrant', { body: { agency_id: agency.id, role_id: OPERATOR } });
    const key = await keyOf(ada.api, agency.name);
    const { api, token } = await tokenOf(ada.api, agency.name);
    const temporary = { auth: { identity: { methods: ['token'] } } };
    const again = { auth: { identity: { methods: ['token'], token: { id: token } } } };
    for (const one of [key, api]) {
      expect(await refusal(keyOf(one, second.name))).toMatchObject({ status: 403 });
      expect(await refusal(tokenOf(one, second.name))).toMatchObject({ status: 403 });
      expect(await refusal(one.call('createTemporaryKey', { body: temporary }))).toMatchObject({ status: 403 });
    }
    expect(await refusal(api.call('createToken', { body: again }))).toMatchObject({ status: 401 });
    const { credential } = (await ada.api.call('createTemporaryKey', { body: temporary })).data;
    const short = guests.keyClient({
      accessKey: credential.access,
      secretKey: credential.secret,
      securityToken: credential.securitytoken,
    });
    expect(await refusal(keyOf(short, agency.name))).toMatchObject({ status: 403 });
  });

  it('is no agency for functions', async () => {
    const agency = await trusting();
    const { project_id, function_urn } = await server.deploy('hello');
    const params = { project_id, function_urn };
    const { data } = await server.api.call('showFunctionConfig', { params });
    const { func_name, handler, memory_size, runtime, timeout } = data;
    const body = { func_name, handler, memory_size, runtime, timeout, xrole: agency.name };
    expect(await refusal(server.api.call('updateFunctionConfig', { params, body }))).toMatchObject({
      message: expect.stringContaining('there is no agency'),
    });
  });

  it('ends its keys and tokens with the trust, the agency, the key or token of the user, and the user who is disabled or deleted', async () => {
    const trust = await trusting();
    const gone = await trusting();
    const stays = await trusting();
    const ada = await guests.user([OPERATOR]);
    const { token } = await guests.login({ ...ada, domain: 'guest' });
    const before = guests.tokenClient(token);
    const [ofTrust, ofGone, ofKey, ofToken] = [
      await keyOf(ada.api, trust.name),
      await keyOf(ada.api, gone.name),
      await keyOf(ada.api, stays.name),
      await keyOf(before, stays.name),
    ];
    for (const one of [ofTrust, ofGone, ofKey, ofToken]) expect(await works(one)).toBe(true);

    const agency = { trust_domain_name: 'op_svc_cff' };
    await server.api.call('updateAgency', { params: { agency_id: trust.id }, body: { agency } });
    await server.api.call('deleteAgency', { params: { agency_id: gone.id } });
    expect(await isOver(ofTrust)).toBe(true);
    expect(await isOver(ofGone)).toBe(true);

    await before.call('revokeToken', { headers: { 'X-Subject-Token': token } });
    expect(await isOver(ofToken)).toBe(true);
    expect(await works(ofKey)).toBe(true);
    await ada.api.call('deleteAccessKey', { params: { access_key: ada.accessKey } });
    expect(await isOver(ofKey)).toBe(true);

    const bob = await guests.user([OPERATOR]);
    const late = await keyOf(bob.api, stays.name, { duration_seconds: 3600 });
    server.clock.advance(HOUR_MS - 1);
    expect(await works(late)).toBe(true);
    const kept = await tokenOf(bob.api, stays.name);
    server.clock.advance(1);
    expect(await isOver(late)).toBe(true);
    expect(await works(kept.api)).toBe(true);
    const params = { user_id: bob.id };
    await admin.call('updateUser', { params, body: { user: { enabled: false } } });
    expect(await isOver(kept.api)).toBe(true);
    await admin.call('updateUser', { params, body: { user: { enabled: true } } });
    expect(await works(kept.api)).toBe(true);
    await admin.call('deleteUser', { params });
    expect(await isOver(kept.api)).toBe(true);
  });
});
