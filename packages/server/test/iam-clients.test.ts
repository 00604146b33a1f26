import { afterAll, beforeAll, expect, it } from 'vitest';
import { FakeServer } from './fake-server.ts';
import { Identities, refusal } from './identity-fixture.ts';

const READ_ONLY = 'functiongraph_read_only_access';
const OTHER = 'functiongraph_common_operations';

let server: FakeServer;
let identities: Identities;
let token: string;
let domainId: string;

beforeAll(async () => {
  server = await FakeServer.start({ handler: () => '{}' });
  identities = new Identities(server);
  const { name, password } = server.user;
  const identity = { methods: ['password'], password: { user: { name, password } } };
  const answer = await server.api.call('createToken', { body: { auth: { identity } } });
  token = answer.headers.get('x-subject-token') ?? '';
  domainId = answer.data.token.user.domain.id;
});
afterAll(() => server[Symbol.asyncDispose]());

/** As clients of IAM send it, some of which have no route of ours. */
async function send(method: string, path: string): Promise<number> {
  const { endpoint } = server.running;
  return (await fetch(endpoint + path, { method, headers: { 'x-auth-token': token } })).status;
}

it('says of grants and memberships whether they are there, to HEAD as to GET', async () => {
  const user = await identities.user([]);
  const agencyId = await identities.agency('checked', []);
  const member = `/v3/groups/${user.groupId}/users`;
  expect([await send('HEAD', `${member}/${user.id}`), await send('HEAD', `${member}/nobody`)]).toEqual([204, 404]);
  for (const roles of [
    `/v3/domains/${domainId}/groups/${user.groupId}/roles/{}`,
    `/v3/projects/${server.projectId}/groups/${user.groupId}/roles/{}`,
    `/v3/OS-INHERIT/domains/${domainId}/groups/${user.groupId}/roles/{}/inherited_to_projects`,
    `/v3.0/OS-AGENCY/domains/${domainId}/agencies/${agencyId}/roles/{}`,
    `/v3.0/OS-AGENCY/projects/${server.projectId}/agencies/${agencyId}/roles/{}`,
    `/v3.0/OS-INHERIT/domains/${domainId}/agencies/${agencyId}/roles/{}/inherited_to_projects`,
  ]) {
    const [granted, other] = [roles.replace('{}', READ_ONLY), roles.replace('{}', OTHER)];
    expect([roles, await send('HEAD', granted)]).toEqual([roles, 404]);
    expect(await send('PUT', granted)).toBe(204);
    const checks = [await send('HEAD', granted), await send('GET', granted), await send('HEAD', other)];
    expect([roles, ...checks]).toEqual([roles, 204, 204, 404]);
    expect(await send('DELETE', granted)).toBe(204);
  }
});

it('lists the grants of a group and an agency by their scope', async () => {
  const { groupId: group_id } = await identities.user([]);
  const agency_id = await identities.agency('listed', []);
  const made = await server.api.call('createEnterpriseProject', { body: { name: 'shop', description: '' } });
  const enterprise = { enterprise_project_id: made.data.enterprise_project.id, group_id };
  const project = { project_id: server.projectId };
  const role_id = READ_ONLY;
  await server.api.call('grantGroupInEnterpriseProject', { params: { ...enterprise, role_id } });
  await server.api.call('grantAgencyInProject', { params: { ...project, agency_id, role_id } });
  await server.api.call('grantGroupInAllProjects', { params: { domain_id: domainId, group_id, role_id: OTHER } });
  const ids = async (work: Promise<{ data: { roles: { id: string }[] } }>) =>
    (await work).data.roles.map(({ id }) => id);
  const domain = { domain_id: domainId };
  const { api } = server;
  expect(await ids(api.call('listGroupPoliciesInEnterpriseProject', { params: enterprise }))).toEqual([READ_ONLY]);
  expect(await ids(api.call('listGroupPoliciesInAllProjects', { params: { ...domain, group_id } }))).toEqual([OTHER]);
  expect(await ids(api.call('listAgencyPoliciesInProject', { params: { ...project, agency_id } }))).toEqual([
    READ_ONLY,
  ]);
  expect(await ids(api.call('listAgencyPoliciesInDomain', { params: { ...domain, agency_id } }))).toEqual([]);
  expect(await ids(api.call('listAgencyPoliciesInAllProjects', { params: { ...domain, agency_id } }))).toEqual([]);
  await api.call('withdrawGroupInEnterpriseProject', { params: { ...enterprise, role_id } });
  expect(await ids(api.call('listGroupPoliciesInEnterpriseProject', { params: enterprise }))).toEqual([]);
  expect((await api.call('showRole', { params: { role_id } })).data.role.id).toBe(READ_ONLY);
});

it('grants policies to a user for an enterprise project, until the user is deleted', async () => {
  const user = await identities.user([]);
  const made = await server.api.call('createEnterpriseProject', { body: { name: 'of-users', description: '' } });
  const enterprise_project_id = made.data.enterprise_project.id;
  const target = await server.deploy('of-enterprise');
  await server.api.call('updateFunctionConfig', { params: target, body: { enterprise_project_id } });
  const show = () => user.api.call('showFunctionConfig', { params: target });
  const params = { enterprise_project_id, user_id: user.id, role_id: READ_ONLY };
  expect(await refusal(show())).toMatchObject({ status: 403 });
  await server.api.call('grantUserInEnterpriseProject', { params });
  expect((await show()).status).toBe(200);
  const { roles } = (await server.api.call('listUserPoliciesInEnterpriseProject', { params })).data;
  expect(roles.map(({ id }) => id)).toEqual([READ_ONLY]);
  await server.api.call('withdrawUserInEnterpriseProject', { params });
  expect(await refusal(show())).toMatchObject({ status: 403 });
  expect(await refusal(server.api.call('withdrawUserInEnterpriseProject', { params }))).toMatchObject({ status: 404 });

  await server.api.call('grantUserInEnterpriseProject', { params });
  const query = { 'subject.user_id': user.id, domain_id: domainId };
  expect((await server.api.call('listRoleAssignments', { query })).data).toEqual({
    total_num: 1,
    role_assignments: [
      {
        user: { id: user.id },
        role: { id: READ_ONLY },
        scope: { enterprise_project: { id: enterprise_project_id } },
        is_inherited: false,
      },
    ],
  });
  await server.api.call('deleteUser', { params: { user_id: user.id } });
  expect((await server.api.call('listRoleAssignments', { query })).data.total_num).toBe(0);
  expect(await refusal(server.api.call('grantUserInEnterpriseProject', { params }))).toMatchObject({ status: 404 });
});

it('grants policies to agencies for enterprise projects, all of a request or none', async () => {
  const agency_id = await identities.agency('of-enterprises', []);
  const made = await server.api.call('createEnterpriseProject', { body: { name: 'of-agencies', description: '' } });
  const one = { agency_id, enterprise_project_id: made.data.enterprise_project.id, role_id: READ_ONLY };
  const list = async () =>
    (await server.api.call('listRoleAssignments', { query: { 'subject.agency_id': agency_id } })).data.total_num;
  const body = { role_assignments: [one, { ...one, role_id: OTHER }] };
  const wrong = { role_assignments: [one, { ...one, agency_id: 'nobody' }] };
  const give = (of: typeof body) => server.api.call('grantAgenciesInEnterpriseProjects', { body: of });
  const take = (of: typeof body) => server.api.call('withdrawAgenciesInEnterpriseProjects', { body: of });
  expect(await refusal(give(wrong))).toMatchObject({ status: 404 });
  expect(await list()).toBe(0);
  expect((await give(body)).status).toBe(204);
  await give(body);
  expect(await list()).toBe(2);
  expect(await refusal(take(wrong))).toMatchObject({ status: 404 });
  expect(await list()).toBe(2);
  await take(body);
  expect(await list()).toBe(0);
  expect(await refusal(give({ role_assignments: [] }))).toMatchObject({ status: 400 });
});

it('lists all grants of the account by holder and scope, in pages', async () => {
  const { id, groupId } = await identities.user([READ_ONLY, OTHER]);
  const project_id = server.projectId;
  const params = { project_id, group_id: groupId, role_id: READ_ONLY };
  await server.api.call('grantGroupInProject', { params });
  const total = async (query: object) => (await server.api.call('listRoleAssignments', { query })).data.total_num;
  const ofGroup = { 'subject.group_id': groupId };
  expect(await total(ofGroup)).toBe(3);
  expect(await total({ ...ofGroup, role_id: READ_ONLY })).toBe(2);
  expect(await total({ ...ofGroup, 'scope.project_id': project_id })).toBe(1);
  expect(await total({ ...ofGroup, scope: 'domain', 'scope.domain_id': domainId })).toBe(2);
  expect(await total({ ...ofGroup, subject: 'agency' })).toBe(0);
  expect(await total({ ...ofGroup, subject: 'user' })).toBe(3);
  expect(await total({ 'subject.user_id': id })).toBe(3);
  expect(await total({ 'subject.user_id': id, include_group: 'false' })).toBe(0);
  const page = (number: string) =>
    server.api.call('listRoleAssignments', {
      query: { ...ofGroup, is_inherited: 'true', per_page: '2', page: number },
    });
  const [first, second] = [(await page('1')).data, (await page('2')).data];
  expect([first.total_num, first.role_assignments.length, second.role_assignments.length]).toEqual([3, 2, 1]);
  const all = [...first.role_assignments, ...second.role_assignments];
  expect(all.map((one) => one.is_inherited)).toEqual(all.map(({ scope }) => scope.domain !== undefined));
});

it('refuses them to users without the right, and to other accounts', async () => {
  const { id: user_id, groupId: group_id, api } = await identities.user([READ_ONLY]);
  const params = { domain_id: domainId, group_id, role_id: READ_ONLY };
  const ofGroup = { 'subject.group_id': group_id };
  expect(await refusal(api.call('checkGroupInDomain', { params }))).toMatchObject({ status: 403 });
  expect(await refusal(api.call('listGroupPoliciesInAllProjects', { params }))).toMatchObject({ status: 403 });
  expect(await refusal(api.call('checkGroupMember', { params: { group_id, user_id } }))).toMatchObject({ status: 403 });
  const inEnterprise = { enterprise_project_id: '0', user_id, role_id: READ_ONLY };
  for (const sent of [
    () => api.call('listRoleAssignments', {}),
    () => api.call('grantUserInEnterpriseProject', { params: inEnterprise }),
    () => api.call('listUserPoliciesInEnterpriseProject', { params: inEnterprise }),
  ]) {
    expect(await refusal(sent())).toMatchObject({ status: 403 });
  }
  const { data } = await server.api.call('createAccount', { body: { name: 'other-account' } });
  const other = identities.keyClient({ accessKey: data.access_key, secretKey: data.secret_key });
  expect(await refusal(other.call('checkGroupInDomain', { params }))).toMatchObject({ status: 404 });
  expect(await refusal(other.call('grantUserInEnterpriseProject', { params: inEnterprise }))).toMatchObject({
    status: 404,
  });
  expect(await refusal(other.call('listRoleAssignments', { query: { domain_id: domainId } }))).toMatchObject({
    status: 404,
  });
  expect((await other.call('listRoleAssignments', { query: ofGroup })).data.total_num).toBe(0);
  const member = other.call('checkGroupMember', { params: { group_id, user_id } });
  expect(await refusal(member)).toMatchObject({ status: 404 });
});

it('says where IAM is, without credentials', async () => {
  const { endpoint } = server.running;
  const version = { id: 'v3.0', status: 'stable', links: [{ rel: 'self', href: `${endpoint}/v3/` }] };
  expect(await (await fetch(`${endpoint}/`)).json()).toEqual({ versions: { values: [version] } });
  expect(await (await fetch(`${endpoint}/v3`)).json()).toEqual({ version });
  const { region } = (await server.api.call('showRegion', { params: { region_id: 'local-1' } })).data;
  expect(region).toMatchObject({ id: 'local-1', type: 'public' });
  expect(await refusal(server.api.call('showRegion', { params: { region_id: 'eu-de' } }))).toMatchObject({
    status: 404,
  });
});

it('lists the triggers of all functions that the caller may see', async () => {
  const timer = (name: string) => ({
    trigger_type_code: 'TIMER',
    trigger_status: 'DISABLED' as const,
    event_data: { name, schedule_type: 'Rate', schedule: '1d' },
  });
  for (const name of ['one', 'two']) {
    const params = await server.deploy(name);
    await server.api.call('createFunctionTrigger', { params, body: timer(`of-${name}`) });
  }
  const params = { project_id: server.projectId };
  const names = async (api: typeof server.api, query = {}) => {
    const { data } = await api.call('listTriggers', { params, query });
    return [data.triggers.map(({ func_urn }) => func_urn.split(':')[6]).sort(), data.count];
  };
  expect(await names(server.api)).toEqual([['one', 'two'], 2]);
  expect((await names(server.api, { maxitems: '1', marker: '1' }))[0]).toHaveLength(1);
  expect(await names(server.api, { marker: '2' })).toEqual([[], 2]);
  const narrow = await identities.policy([
    {
      Effect: 'Allow',
      Action: ['functiongraph:trigger:list'],
      Resource: ['functiongraph:*:*:function:default/two'],
    },
  ]);
  expect(await names((await identities.user([narrow])).api)).toEqual([['two'], 1]);
  expect(await refusal(names((await identities.user([])).api))).toMatchObject({ status: 403 });
  const { data: types } = await server.api.call('listTriggerTypes', { params });
  expect(types).toContainEqual({ type: 'TIMER', display_name: 'TIMER' });
  const { data: features } = await server.api.call('showFeatures', { params });
  expect(features).toMatchObject({ functions: true, triggers: true, servicebridge: false });
});
