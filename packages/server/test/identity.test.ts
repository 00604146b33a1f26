import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeServer } from './fake-server.ts';
import { Identities, mayCall, refusal } from './identity-fixture.ts';

const HOUR_MS = 60 * 60 * 1000;
const FULL = 'functiongraph_full_access';
const READ_ONLY = 'functiongraph_read_only_access';
const COMMON = 'functiongraph_common_operations';

let server: FakeServer;
let identities: Identities;
let hello: { project_id: string; function_urn: string };
let other: { project_id: string; function_urn: string };

beforeAll(async () => {
  // returns the function's view of its credentials
  const handler = (_event: Buffer, invoke: { credentials: object }): string => JSON.stringify(invoke.credentials);
  server = await FakeServer.start({ handler }, { auditRetainDays: 1 });
  identities = new Identities(server);
  hello = await server.deploy('hello');
  other = await server.deploy('other');
});
afterAll(() => server[Symbol.asyncDispose]());

const project = () => ({ project_id: server.projectId });
/** A whole body: the right to create a function depends on its fields. */
const newFunction = (name: string, more: object = {}): object => ({
  func_name: name,
  package: 'default',
  runtime: 'Node.js20.15',
  handler: 'index.handler',
  timeout: 10,
  memory_size: 128,
  ...more,
});
const bytes = new TextEncoder().encode('{}');

describe('system policies', () => {
  it('give the rights of the guide, and none without a policy', async () => {
    const [full, read, common, none] = await Promise.all([
      identities.user([FULL]),
      identities.user([READ_ONLY]),
      identities.user([COMMON]),
      identities.user([]),
    ]);
    const timer = { trigger_type_code: 'TIMER', event_data: { name: 't', schedule_type: 'Rate', schedule: '1d' } };
    const table: [Parameters<typeof mayCall>[1], object, boolean, boolean, boolean][] = [
      ['listFunctions', { params: project() }, true, true, true],
      ['showFunctionConfig', { params: hello }, true, true, true],
      ['showFunctionCode', { params: hello }, true, true, true],
      ['listFunctionVersions', { params: hello }, true, true, true],
      ['queryLogs', { params: hello }, true, true, true],
      [
        'searchLogs',
        { params: project(), query: { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' } },
        true,
        true,
        true,
      ],
      ['listReceipts', { params: hello }, true, true, true],
      ['listDependencies', { params: project() }, true, true, true],
      ['invokeFunction', { params: hello, body: bytes }, true, false, true],
      ['asyncInvokeFunction', { params: hello, body: bytes }, true, false, true],
      ['listFunctionTriggers', { params: hello }, true, true, true],
      ['createFunctionTrigger', { params: hello, body: timer }, true, false, false],
      ['setFunctionUrl', { params: hello, body: { auth: 'iam', enabled: true } }, true, false, false],
      ['batchDeleteFunctionTriggers', { params: hello }, true, false, false],
      ['updateFunctionConfig', { params: hello, body: {} }, true, false, false],
      ['updateFunctionCode', { params: hello, body: {} }, true, false, false],
      ['createFunctionVersion', { params: hello, body: {} }, true, false, false],
      ['createFunction', { params: project(), body: newFunction('x', { runtime: 'none' }) }, true, false, false],
      ['deleteFunction', { params: { ...project(), function_urn: `${other.function_urn}x` } }, true, false, false],
      ['listUsers', {}, false, false, false],
      ['createUser', { body: { user: { name: 'nobody' } } }, false, false, false],
      ['listAudit', {}, false, false, false],
      ['showGauges', {}, false, false, false],
      ['listImages', {}, false, false, false],
    ];
    for (const [id, input, ...expected] of table) {
      const allowed = [];
      for (const { api } of [full, read, common]) allowed.push(await mayCall(api, id, input));
      expect([id, ...allowed]).toEqual([id, ...expected]);
      expect([id, await mayCall(none.api, id, input)]).toEqual([id, false]);
    }
  });

  it('count only in the project that they are granted in', async () => {
    const { data } = await server.api.call('createProject', { body: { project: { name: 'second' } } });
    const inSecond = await identities.user([FULL], { project_id: data.project.id });
    const second = { project_id: data.project.id };
    expect(await mayCall(inSecond.api, 'listFunctions', { params: second })).toBe(true);
    expect(await mayCall(inSecond.api, 'listFunctions', { params: project() })).toBe(false);
    expect((await inSecond.api.call('listProjects')).data.projects.map(({ name }) => name).sort()).toEqual([
      'default',
      'second',
    ]);
    await server.api.call('deleteProject', { params: second });
    expect(await refusal(server.api.call('deleteProject', { params: project() }))).toMatchObject({ status: 409 });
  });
});

describe('policies of the account', () => {
  it('can give one function only: it alone is listed, shown and run', async () => {
    const resource = ['functiongraph:*:*:function:default/hello'];
    const id = await identities.policy([{ Effect: 'Allow', Action: ['functiongraph:function:*'], Resource: resource }]);
    const { api } = await identities.user([id]);
    const { data } = await api.call('listFunctions', { params: project() });
    expect(data).toMatchObject({ count: 1, functions: [{ func_name: 'hello' }] });
    const { headers } = await api.bytes('invokeFunction', { params: hello, body: bytes });
    expect(await refusal(api.call('invokeFunction', { params: other, body: bytes }))).toMatchObject({
      status: 403,
      code: 'FSS.0403',
      message: expect.stringContaining('functiongraph:function:invoke'),
    });
    expect(await mayCall(api, 'createFunction', { params: project(), body: newFunction('third') })).toBe(false);
    expect(await mayCall(api, 'listQuotas', { params: project() })).toBe(false);
    const receipt = { params: { ...project(), request_id: headers.get('x-cff-request-id') ?? '' } };
    await expect.poll(() => api.call('showReceipt', receipt).then((r) => r.status), { timeout: 15_000 }).toBe(200);
    const stranger = await identities.user([
      await identities.policy([
        {
          Effect: 'Allow',
          Action: ['functiongraph:function:getInvocation'],
          Resource: ['functiongraph:*:*:function:default/other'],
        },
      ]),
    ]);
    expect(await refusal(stranger.api.call('showReceipt', receipt))).toMatchObject({ status: 404 });
  });

  it('that deny win over those that allow, and changes count at once', async () => {
    const denial = await identities.policy([{ Effect: 'Deny', Action: ['functiongraph:function:invoke'] }]);
    const { api, groupId } = await identities.user([FULL]);
    expect(await mayCall(api, 'invokeFunction', { params: hello, body: bytes })).toBe(true);
    const grant = { group_id: groupId, role_id: denial };
    await server.api.call('createGrant', { body: grant });
    expect(await mayCall(api, 'invokeFunction', { params: hello, body: bytes })).toBe(false);
    expect(await mayCall(api, 'showFunctionConfig', { params: hello })).toBe(true);
    await server.api.call('updatePolicy', {
      params: { role_id: denial },
      body: {
        role: {
          policy: {
            Version: '1.1',
            Statement: [
              {
                Effect: 'Deny',
                Action: ['functiongraph:function:invoke'],
                Condition: { NotIpAddress: { 'g:SourceIp': ['127.0.0.0/8'] } },
              },
            ],
          },
        },
      },
    });
    expect(await mayCall(api, 'invokeFunction', { params: hello, body: bytes })).toBe(true);
    expect(await refusal(server.api.call('deletePolicy', { params: { role_id: denial } }))).toMatchObject({
      status: 409,
    });
    await server.api.call('deleteGrant', { body: grant });
    await server.api.call('deletePolicy', { params: { role_id: denial } });
    expect(await refusal(server.api.call('showPolicy', { params: { role_id: denial } }))).toMatchObject({
      status: 404,
    });
  });

  it('are granted and revoked under the addresses of IAM too', async () => {
    const { api, groupId } = await identities.user([]);
    const { data } = await server.api.call('listAuthDomains');
    const inProject = { params: { ...project(), group_id: groupId, role_id: READ_ONLY } };
    const inDomain = { params: { domain_id: data.domains[0]?.id ?? '', group_id: groupId, role_id: COMMON } };
    expect(await refusal(api.call('grantGroupInProject', inProject))).toMatchObject({ status: 403 });
    await server.api.call('grantGroupInProject', inProject);
    expect(await mayCall(api, 'showFunctionConfig', { params: hello })).toBe(true);
    expect(await mayCall(api, 'invokeFunction', { params: hello, body: bytes })).toBe(false);
    await server.api.call('grantGroupInAllProjects', inDomain);
    expect(await mayCall(api, 'invokeFunction', { params: hello, body: bytes })).toBe(true);
    const { role_id: _, ...where } = inProject.params;
    const listed = await server.api.call('listGroupPoliciesInProject', { params: where });
    expect(listed.data.roles.map(({ display_name }) => display_name)).toEqual(['FunctionGraph ReadOnlyAccess']);
    await server.api.call('withdrawGroupInDomain', inDomain);
    await server.api.call('withdrawGroupInProject', inProject);
    expect(await mayCall(api, 'listFunctions', { params: project() })).toBe(false);
    expect(await refusal(server.api.call('withdrawGroupInProject', inProject))).toMatchObject({ status: 404 });
  });

  it('are refused with the name of the field that is wrong, and system policies cannot be changed', async () => {
    const role = { display_name: 'bad', policy: { Version: '1.1', Statement: [{ Effect: 'Maybe', Action: ['*'] }] } };
    expect(await refusal(server.api.call('createPolicy', { body: { role } }))).toMatchObject({
      status: 400,
      message: expect.stringContaining('policy.Statement[0].Effect'),
    });
    const change = { params: { role_id: FULL }, body: { role: { description: 'mine' } } };
    expect(await refusal(server.api.call('updatePolicy', change))).toMatchObject({ status: 403 });
  });
});

describe('accounts', () => {
  it('see nothing of each other and do not look after the machine', async () => {
    const { data: account } = await server.api.call('createAccount', { body: { name: 'tenant' } });
    const admin = identities.keyClient({ accessKey: account.access_key, secretKey: account.secret_key });
    const theirs = new Identities(server, admin);
    const user = await theirs.user([FULL]);
    const own = { project_id: account.project_id };
    expect((await admin.call('listFunctions', { params: own })).data.count).toBe(0);
    expect((await admin.call('listUsers')).data.users.map(({ name }) => name).sort()).toEqual(
      ['admin', user.name].sort(),
    );
    const foreign = await refusal(admin.call('listFunctions', { params: project() }));
    const unknown = await refusal(admin.call('listFunctions', { params: { project_id: '0'.repeat(32) } }));
    expect(foreign).toMatchObject({ status: 403 });
    expect(foreign.message).toBe(unknown.message);
    expect(await mayCall(admin, 'invokeFunction', { params: hello, body: bytes })).toBe(false);
    const { data: mine } = await server.api.call('listUsers', { query: { name: server.user.name } });
    const id = mine.users[0]?.id ?? '';
    for (const call of [
      () => admin.call('showUser', { params: { user_id: id } }),
      () => admin.call('updateUser', { params: { user_id: id }, body: { user: { enabled: false } } }),
      () => admin.call('createAccessKey', { body: { credential: { user_id: id } } }),
      () => admin.call('createGrant', { body: { group_id: user.groupId, role_id: FULL, ...project() } }),
    ]) {
      expect(await refusal(call())).toMatchObject({ status: 404 });
    }
    for (const route of ['listAccounts', 'listImages', 'showGauges', 'listNetworks'] as const) {
      expect([route, await mayCall(admin, route, {})]).toEqual([route, false]);
    }
    expect(await mayCall(admin, 'listRuntimes', {})).toBe(true);
    expect(await refusal(identities.login({ name: 'admin', password: account.password }))).toMatchObject({
      status: 401,
    });
    const token = await identities.login({ name: 'admin', password: account.password, domain: 'tenant' });
    expect(token.projectId).toBe(account.project_id);
    expect(token.roles.sort()).toEqual(['secu_admin', 'te_admin']);
  });

  it('always keep an administrator', async () => {
    const { data: account } = await server.api.call('createAccount', { body: { name: 'lonely', user_name: 'first' } });
    const admin = identities.keyClient({ accessKey: account.access_key, secretKey: account.secret_key });
    const { data } = await admin.call('listGroups', { query: { name: 'admin' } });
    const group_id = data.groups[0]?.id ?? '';
    const member = { params: { group_id, user_id: account.user_id } };
    const params = { user_id: account.user_id };
    const denial = await new Identities(server, admin).policy([{ Effect: 'Deny', Action: ['iam:*:*'] }]);
    for (const call of [
      () => admin.call('removeGroupMember', member),
      () => admin.call('deleteGroup', { params: { group_id } }),
      () => admin.call('deleteUser', { params }),
      () => admin.call('updateUser', { params, body: { user: { enabled: false } } }),
      () => admin.call('deleteGrant', { body: { group_id, role_id: 'secu_admin' } }),
      () => admin.call('createGrant', { body: { group_id, role_id: denial } }),
    ]) {
      expect(await refusal(call())).toMatchObject({ status: 409, message: expect.stringContaining('No user') });
    }
    const { data: second } = await admin.call('createUser', { body: { user: { name: 'second' } } });
    await admin.call('addGroupMember', { params: { group_id, user_id: second.user.id } });
    await admin.call('deleteUser', { params });
    expect(await refusal(admin.call('listUsers'))).toMatchObject({ status: 401 });
  });
});

interface Given {
  readonly securityAccessKey: string;
  readonly securitySecretKey: string;
  readonly securityToken: string;
  readonly authToken: string;
}

describe('agencies', () => {
  const given = async (target: typeof hello): Promise<Given> => {
    const answer = await server.api.bytes('invokeFunction', { params: target, body: bytes });
    return JSON.parse(new TextDecoder().decode(answer.bytes)) as Given;
  };

  it('give functions temporary keys and a token of their own rights, renewed in time, and nothing without one', async () => {
    const policy = await identities.policy([
      {
        Effect: 'Allow',
        Action: ['functiongraph:function:invoke'],
        Resource: ['functiongraph:*:*:function:default/hello'],
      },
    ]);
    const agency = await identities.agency('callers', [policy]);
    const target = await server.deploy('agent');
    expect(Object.values(await given(target))).toEqual(['', '', '', '', '', '']);
    const config = { params: target, body: { xrole: 'nobody-knows', handler: 'index.handler' } };
    expect(await refusal(server.api.call('updateFunctionConfig', config))).toMatchObject({
      status: 400,
      message: expect.stringContaining('xrole'),
    });
    await server.api.call('updateFunctionConfig', { params: target, body: { xrole: 'callers' } });
    const first = await given(target);
    const client = identities.keyClient({
      accessKey: first.securityAccessKey,
      secretKey: first.securitySecretKey,
      securityToken: first.securityToken,
    });
    for (const api of [client, identities.tokenClient(first.authToken)]) {
      expect(await mayCall(api, 'invokeFunction', { params: hello, body: bytes })).toBe(true);
      expect(await mayCall(api, 'invokeFunction', { params: other, body: bytes })).toBe(false);
      expect(await mayCall(api, 'listFunctions', { params: project() })).toBe(false);
      expect(await mayCall(api, 'createAccessKey', { body: { credential: {} } })).toBe(false);
    }
    server.clock.advance(9 * 60_000);
    expect(await given(target)).toEqual(first);
    server.clock.advance(60_000);
    const second = await given(target);
    expect(second.securityAccessKey).not.toBe(first.securityAccessKey);
    expect(await mayCall(client, 'invokeFunction', { params: hello, body: bytes })).toBe(true);
    await server.api.call('deleteAgency', { params: { agency_id: agency } });
    expect(await refusal(client.call('invokeFunction', { params: hello, body: bytes }))).toMatchObject({ status: 401 });
    expect(Object.values(await given(target))).toEqual(['', '', '', '', '', '']);
  });

  it('are set only by callers that may pass them, and end when their days are over', async () => {
    await identities.agency('powerful', [FULL]);
    const developer = await identities.user([
      await identities.policy([{ Effect: 'Allow', Action: ['functiongraph:*:*'] }]),
    ]);
    const target = await server.deploy('careful');
    const change = { params: target, body: { app_xrole: 'powerful' } };
    expect(await refusal(developer.api.call('updateFunctionConfig', change))).toMatchObject({
      status: 403,
      message: expect.stringContaining('iam:agencies:pass'),
    });
    await server.api.call('updateFunctionConfig', change);
    // unchanged fields need no right
    await developer.api.call('updateFunctionConfig', change);
    const { data } = await server.api.call('createAgency', { body: { agency: { name: 'short', duration: 'ONEDAY' } } });
    expect(data.agency.expire_time).toBe(new Date(server.clock.now() + 24 * HOUR_MS).toISOString());
    server.clock.advance(24 * HOUR_MS);
    const late = { params: target, body: { app_xrole: 'short' } };
    expect(await refusal(server.api.call('updateFunctionConfig', late))).toMatchObject({ status: 400 });
  });
});

describe('enterprise projects', () => {
  it('divide functions, lists and rights', async () => {
    const { data } = await server.api.call('createEnterpriseProject', { body: { name: 'billing' } });
    const { id } = data.enterprise_project;
    const target = await server.deploy('invoices');
    const move = (to: string) =>
      server.api.call('updateFunctionConfig', { params: target, body: { enterprise_project_id: to } });
    expect(await refusal(move('unknown'))).toMatchObject({
      status: 400,
      message: expect.stringContaining('enterprise_project_id'),
    });
    const clerk = await identities.user([FULL], { enterprise_project_id: id });
    expect(await mayCall(clerk.api, 'invokeFunction', { params: target, body: bytes })).toBe(false);
    await move(id);
    expect(await mayCall(clerk.api, 'invokeFunction', { params: target, body: bytes })).toBe(true);
    expect(await mayCall(clerk.api, 'invokeFunction', { params: hello, body: bytes })).toBe(false);
    expect((await clerk.api.call('listFunctions', { params: project() })).data.functions).toMatchObject([
      { func_name: 'invoices', enterprise_project_id: id },
    ]);
    const query = { enterprise_project_id: id };
    expect((await server.api.call('listFunctions', { params: project(), query })).data.count).toBe(1);
    const away = { params: target, body: { enterprise_project_id: '0' } };
    expect(await refusal(clerk.api.call('updateFunctionConfig', away))).toMatchObject({ status: 403 });
    const inside = newFunction('made', { enterprise_project_id: id });
    expect(await mayCall(clerk.api, 'createFunction', { params: project(), body: inside })).toBe(true);
    expect(await mayCall(clerk.api, 'createFunction', { params: project(), body: newFunction('made') })).toBe(false);
    const params = { enterprise_project_id: id };
    await server.api.call('updateEnterpriseProject', { params, body: { enabled: false } });
    const late = { params: hello, body: { enterprise_project_id: id } };
    expect(await refusal(server.api.call('updateFunctionConfig', late))).toMatchObject({ status: 400 });
  });
});

describe('the audit log', () => {
  it('lists changes and refusals with their callers, in pages, and holds no secret', async () => {
    const user = await identities.user([READ_ONLY]);
    await server.deploy('noted');
    await refusal(user.api.call('deleteFunction', { params: hello }));
    await identities.login(user);
    await refusal(identities.login({ ...user, password: 'wrong-1-word' }));
    await server.api.call('updateUser', {
      params: { user_id: user.id },
      body: { user: { password: 'Hidden-2-word' } },
    });
    await user.api.call('listProjects');
    const { data } = await server.api.call('listAudit', { query: { limit: '1000' } });
    const of = (operation: string) => data.entries.filter((entry) => entry.operation === operation);
    expect(of('deleteFunction')[0]).toMatchObject({
      user_name: user.name,
      access_key: user.accessKey,
      source_ip: '127.0.0.1',
      action: 'functiongraph:function:delete',
      resource: 'function:default/hello',
      project_id: server.projectId,
      status: 403,
      error_code: 'FSS.0403',
    });
    expect(of('createToken').slice(0, 2)).toMatchObject([
      { user_name: user.name, status: 401, error_code: 'FSS.0401' },
      { user_name: user.name, status: 201, error_code: '' },
    ]);
    expect(of('updateUser')[0]).toMatchObject({ user_name: 'admin', resource: `users:${user.id}`, status: 200 });
    expect(of('createFunction')[0]).toMatchObject({ user_name: 'admin', resource: 'function:default/noted' });
    expect(of('invokeFunction')).toEqual([]);
    expect(of('listProjects')).toEqual([]);
    expect(JSON.stringify(data)).not.toMatch(/Hidden-2-word|wrong-1-word|Secret-/);
    const refused = await server.api.call('listAudit', { query: { result: 'failed', user: user.name, limit: '1' } });
    expect(refused.data.entries).toHaveLength(1);
    const cursor = refused.data.next_cursor ?? '';
    const rest = await server.api.call('listAudit', { query: { result: 'failed', user: user.name, cursor } });
    expect(rest.data.entries.map(({ operation }) => operation)).toEqual(['deleteFunction']);
    const filtered = await server.api.call('listAudit', {
      query: { action: 'functiongraph:*:delete', resource: 'hello' },
    });
    expect(filtered.data.entries.map(({ operation }) => operation)).toEqual(['deleteFunction']);
    server.clock.advance(25 * HOUR_MS);
    const later = () => server.api.call('listAudit', { query: {} }).then((page) => page.data.entries.length);
    await expect.poll(later, { timeout: 15_000 }).toBe(0);
  });
});
