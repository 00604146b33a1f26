import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fakeZip } from '../src/artifacts/testing.ts';
import { FakeServer } from './fake-server.ts';
import { Identities, mayCall, refusal } from './identity-fixture.ts';

const FULL = 'functiongraph_full_access';
const READ_ONLY = 'functiongraph_read_only_access';

// many signed requests take their time on a busy machine
let server: FakeServer;
let identities: Identities;
let hello: { project_id: string; function_urn: string };

beforeAll(async () => {
  server = await FakeServer.start({ handler: () => '{}' });
  identities = new Identities(server);
  hello = await server.deploy('hello');
});
afterAll(() => server[Symbol.asyncDispose]());

const project = () => ({ project_id: server.projectId });

describe('an agency', () => {
  const setAgency = (xrole: string) => ({ params: hello, body: { xrole } });
  const grantIn = (agency_id: string, role_id: string, scope: object = {}) =>
    server.api.call('createGrant', { body: { agency_id, role_id, ...scope } });

  it('is passed with FullAccess of a project only when it may do nothing beyond it', async () => {
    const { api } = await identities.user([FULL], project());
    const wide = await identities.agency('wide', [FULL]);
    expect(await refusal(api.call('updateFunctionConfig', setAgency('wide')))).toMatchObject({
      status: 403,
      message: expect.stringContaining('FunctionGraph FullAccess in the whole account'),
    });
    const inProject = await identities.agency('in-project', []);
    await grantIn(inProject, FULL, project());
    await api.call('updateFunctionConfig', setAgency('in-project'));
    await grantIn(inProject, 'secu_admin', project());
    await server.api.call('updateFunctionConfig', { params: hello, body: { xrole: 'wide' } });
    expect(await mayCall(api, 'updateFunctionConfig', setAgency('in-project'))).toBe(false);
    // unchanged fields need no right
    expect(await mayCall(api, 'updateFunctionConfig', setAgency('wide'))).toBe(true);
    await server.api.call('deleteAgency', { params: { agency_id: wide } });
  });

  it('of an administrator is passed by FullAccess of the account no more than by that of a project', async () => {
    const { api } = await identities.user([FULL]);
    await identities.agency('security', ['secu_admin']);
    await identities.agency('caller', [READ_ONLY]);
    expect(await mayCall(api, 'updateFunctionConfig', setAgency('security'))).toBe(false);
    expect(await mayCall(api, 'updateFunctionConfig', setAgency('caller'))).toBe(true);
    expect(await mayCall(server.api, 'updateFunctionConfig', setAgency('security'))).toBe(true);
  });

  it('is passed by a policy that names it, with any rights, and no other one', async () => {
    const named = await identities.policy([
      { Effect: 'Allow', Action: ['functiongraph:function:*'] },
      { Effect: 'Allow', Action: ['iam:agencies:pass'], Resource: ['iam:*:*:agency:deployer-*'] },
    ]);
    const { api } = await identities.user([named], project());
    await identities.agency('deployer-1', ['te_admin']);
    await identities.agency('other-1', []);
    expect(await mayCall(api, 'updateFunctionConfig', setAgency('deployer-1'))).toBe(true);
    expect(await mayCall(api, 'updateFunctionConfig', setAgency('other-1'))).toBe(false);
  });

  it('does not reach resources denied to its passer', async () => {
    const denial = { Effect: 'Deny', Action: ['*'], Resource: ['functiongraph:*:*:function:default/prod-*'] };
    const { api } = await identities.user([FULL, await identities.policy([denial])]);
    await identities.agency('unbound', [FULL]);
    expect(await mayCall(api, 'updateFunctionConfig', setAgency('unbound'))).toBe(false);
  });
});

describe('a temporary key', () => {
  it('rests while the key that made it is off, and ends with it or its user', async () => {
    const user = await identities.user([READ_ONLY]);
    const body = { auth: { identity: { methods: ['token' as const] } } };
    const made = (await user.api.call('createTemporaryKey', { body })).data.credential;
    const key = { accessKey: made.access, secretKey: made.secret, securityToken: made.securitytoken };
    const temporary = identities.keyClient(key);
    const works = () =>
      temporary.call('listFunctions', { params: project() }).then(
        () => true,
        () => false,
      );
    const change = (credential: object) =>
      server.api.call('updateAccessKey', { params: { access_key: user.accessKey }, body: { credential } });
    const { token } = await identities.login(user);
    const byToken = await identities.tokenClient(token).call('createTemporaryKey', { body });
    expect(await works()).toBe(true);
    await change({ status: 'inactive' });
    expect(await works()).toBe(false);
    await change({ status: 'active' });
    expect(await works()).toBe(true);
    await server.api.call('deleteAccessKey', { params: { access_key: user.accessKey } });
    expect(await works()).toBe(false);
    const { access, secret, securitytoken } = byToken.data.credential;
    const other = identities.keyClient({ accessKey: access, secretKey: secret, securityToken: securitytoken });
    expect(await mayCall(other, 'listFunctions', { params: project() })).toBe(true);
    await server.api.call('updateUser', { params: { user_id: user.id }, body: { user: { enabled: false } } });
    expect(await refusal(other.call('listFunctions', { params: project() }))).toMatchObject({ status: 401 });
  });
});

describe('an access key', () => {
  const body = (status: 'active' | 'inactive') => ({ credential: { status } });
  const setup = async () => {
    const user = await identities.user([READ_ONLY]);
    const own = identities.tokenClient((await identities.login(user)).token);
    const params = { access_key: user.accessKey };
    const set = (client: typeof own, status: 'active' | 'inactive') =>
      client.call('updateAccessKey', { params, body: body(status) });
    return { own, params, set };
  };

  it('is disabled and enabled by its user', async () => {
    const { own, set } = await setup();
    expect((await set(own, 'inactive')).data.credential.status).toBe('inactive');
    expect((await set(own, 'active')).data.credential.status).toBe('active');
  });

  it('that an administrator disabled is enabled by administrators only, and its user may delete it', async () => {
    const { own, params, set } = await setup();
    await set(server.api, 'inactive');
    expect(await refusal(set(own, 'active'))).toMatchObject({
      status: 403,
      message: 'An administrator disabled this access key.',
    });
    // to repeat the decision does not make it the user's own
    await set(own, 'inactive');
    await own.call('updateAccessKey', { params, body: { credential: { description: 'old laptop' } } });
    expect(await refusal(set(own, 'active'))).toMatchObject({ status: 403 });
    await set(server.api, 'active');
    await set(own, 'inactive');
    await set(own, 'active');
    // an administrator may take over a key that the user disabled
    await set(own, 'inactive');
    await set(server.api, 'inactive');
    expect(await refusal(set(own, 'active'))).toMatchObject({ status: 403 });
    await own.call('deleteAccessKey', { params });
  });

  it('stays off when its user switches it on at the moment of the decision', async () => {
    for (let round = 0; round < 4; round += 1) {
      const { own, params, set } = await setup();
      await Promise.allSettled([set(own, 'active'), set(server.api, 'inactive'), set(own, 'active')]);
      const { data } = await server.api.call('showAccessKey', { params });
      expect(data.credential.status).toBe('inactive');
    }
  });
});

describe('a project', () => {
  const make = async (name: string): Promise<{ project_id: string }> => ({
    project_id: (await server.api.call('createProject', { body: { project: { name } } })).data.project.id,
  });
  const library = { name: 'lib', runtime: 'Node.js20.15', depend_type: 'zip' as const };
  const depend_file = fakeZip([{ name: 'lib.js', data: 'exports.x = 1;' }]).toString('base64');

  it('is not deleted with contents, and the refusal names them', async () => {
    const params = await make('full');
    const dependency = await server.api.call('createDependencyVersion', { params, body: { ...library, depend_file } });
    const app = await server.api.call('createGatewayApp', { params, body: { name: 'app' } });
    expect(await refusal(server.api.call('deleteProject', { params }))).toMatchObject({
      status: 409,
      message: 'project full has 1 dependency, 1 gateway app',
    });
    await server.api.call('deleteGatewayApp', { params: { ...params, app_id: app.data.id } });
    await server.api.call('deleteDependency', { params: { ...params, depend_id: dependency.data.dep_id } });
    await server.api.call('deleteProject', { params });
    expect(await mayCall(server.api, 'listDependencies', { params })).toBe(false);
  });

  it('is deleted, or something is created in it, and never both', async () => {
    const ended = { created: 0, deleted: 0 };
    for (let round = 0; round < 12; round += 1) {
      const params = await make(`race-${round}`);
      const creating = [
        server.api.call('createGatewayApp', { params, body: { name: 'app' } }),
        server.api.call('createDependencyVersion', { params, body: { ...library, depend_file } }),
      ];
      const deletion = (async () => {
        for (let turn = 0; turn < round % 4; turn += 1) await new Promise(setImmediate);
        return server.api.call('deleteProject', { params });
      })();
      const results = await Promise.allSettled([deletion, ...creating]);
      const [deleted, ...created] = results.map(({ status }) => status === 'fulfilled');
      expect([deleted, created.includes(true)]).not.toEqual([true, true]);
      ended[deleted ? 'deleted' : 'created'] += 1;
    }
    expect(ended.created + ended.deleted).toBe(12);
  });
});

describe('an account', () => {
  it('is deleted by administrators of the machine once its projects are empty, and its keys end', async () => {
    const { data: account } = await server.api.call('createAccount', { body: { name: 'guest' } });
    const admin = identities.keyClient({ accessKey: account.access_key, secretKey: account.secret_key });
    const params = { domain_id: account.domain_id };
    const own = { project_id: account.project_id };
    const app = await admin.call('createGatewayApp', { params: own, body: { name: 'app' } });
    expect(await refusal(admin.call('deleteAccount', { params }))).toMatchObject({ status: 403 });
    expect(await refusal(server.api.call('deleteAccount', { params }))).toMatchObject({
      status: 409,
      message: 'project default has 1 gateway app',
    });
    await admin.call('deleteGatewayApp', { params: { ...own, app_id: app.data.id } });
    await server.api.call('deleteAccount', { params });
    expect(await refusal(admin.call('listProjects'))).toMatchObject({ status: 401 });
    expect((await server.api.call('listAccounts')).data.domains.map(({ name }) => name)).toEqual(['default']);
    await server.api.call('createAccount', { body: { name: 'guest' } });
    const { data } = await server.api.call('listAudit', { query: { action: 'platform:domain:delete' } });
    expect(data.entries.map(({ resource, status }) => [resource, status])).toEqual([
      [`domain:${account.domain_id}`, 204],
      [`domain:${account.domain_id}`, 409],
    ]);
  });
});
