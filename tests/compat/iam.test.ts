import { createRequire } from 'node:module';
import { BasicCredentials } from '@huaweicloud/huaweicloud-sdk-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TestServer } from '../server.ts';
import { refusal } from './answers.ts';

const require = createRequire(import.meta.url);

/** The methods of the official client that are called here; it takes plain objects in place of its request classes. */
type Called = Readonly<Record<string, (request: object) => Promise<Record<string, unknown>>>>;

let server: TestServer;
let client: Called;
let domain_id: string;

beforeAll(async () => {
  server = await TestServer.start();
  const { endpoint, access_key, secret_key, project_id } = server.credentials;
  domain_id = (await server.api.call('listAuthDomains')).data.domains[0]?.id ?? '';
  client = clientOf(new BasicCredentials().withAk(access_key).withSk(secret_key).withProjectId(project_id), endpoint);
});
afterAll(async () => {
  await server?.stop();
});

function clientOf(keys: object, endpoint: string): Called {
  // the whole package cannot be loaded: its part for v5 requires a file that does not exist
  const { IamClient } = require('@huaweicloud/huaweicloud-sdk-iam/v3/public-api.js');
  return IamClient.newBuilder().withCredential(keys).withEndpoint(endpoint).build();
}

const call = (name: string, request: object = {}): Promise<Record<string, unknown>> => callAs(client, name, request);

const callAs = (of: Called, name: string, request: object): Promise<Record<string, unknown>> => {
  const method = of[name];
  if (method === undefined) throw new Error(`the client has no ${name}`);
  return method.call(of, request);
};

it('serves users, groups, members and their checks to the official client of IAM', async () => {
  const user = { name: 'ada', domain_id, password: 'Analytical-1843' };
  const { user: made } = await call('createUser', { body: { user } });
  const { group } = await call('keystoneCreateGroup', { body: { group: { name: 'engineers', domain_id } } });
  const pair = { group_id: (group as { id: string }).id, user_id: (made as { id: string }).id };
  expect(await refusal(call('keystoneCheckUserInGroup', pair))).toMatchObject([404, expect.anything()]);
  await call('keystoneAddUserToGroup', pair);
  expect(await call('keystoneCheckUserInGroup', pair)).toMatchObject({ httpStatusCode: 204 });
  expect(await call('keystoneListUsersForGroupByAdmin', pair)).toMatchObject({ users: [{ name: 'ada' }] });
  expect(await call('keystoneListGroupsForUser', pair)).toMatchObject({ groups: [{ name: 'engineers' }] });
});

it('serves grants in every scope, their lists and checks', async () => {
  const { groups } = await call('keystoneListGroups', { name: 'engineers' });
  const [group_id, role_id] = [(groups as { id: string }[])[0]?.id, 'functiongraph_read_only_access'];
  const { agency } = await call('createAgency', {
    body: { agency: { name: 'runner', domain_id, trust_domain_name: 'op_svc_cff', duration: 'FOREVER' } },
  });
  const agency_id = (agency as { id: string }).id;
  const { project_id } = server.credentials;
  const made = await server.api.call('createEnterpriseProject', { body: { name: 'shop', description: '' } });
  const enterprise_project_id = made.data.enterprise_project.id;
  const all = { domain_id, project_id, enterprise_project_id, group_id, agency_id, role_id };
  for (const [grant, list, check] of [
    [
      'keystoneAssociateGroupWithProjectPermission',
      'keystoneListProjectPermissionsForGroup',
      'keystoneCheckProjectPermissionForGroup',
    ],
    ['updateDomainGroupInheritRole', 'keystoneListAllProjectPermissionsForGroup', 'keystoneCheckroleForGroup'],
    ['associateRoleToGroupOnEnterpriseProject', 'listRolesForGroupOnEnterpriseProject', undefined],
    ['associateAgencyWithProjectPermission', 'listProjectPermissionsForAgency', 'checkProjectPermissionForAgency'],
    [
      'associateAgencyWithAllProjectsPermission',
      'listAllProjectsPermissionsForAgency',
      'checkAllProjectsPermissionForAgency',
    ],
  ] as const) {
    await call(grant, all);
    expect([list, await call(list, all)]).toMatchObject([list, { roles: [{ id: role_id }] }]);
    if (check !== undefined) expect([check, await call(check, all)]).toMatchObject([check, { httpStatusCode: 204 }]);
  }
});

it('serves regions, roles and versions', async () => {
  const { region } = server.credentials;
  expect(await call('keystoneListRegions')).toMatchObject({ regions: [{ id: region }] });
  expect(await call('keystoneShowRegion', { region_id: region })).toMatchObject({ region: { id: region } });
  expect(await call('keystoneListVersions')).toMatchObject({ versions: { values: [{ id: 'v3.0' }] } });
  expect(await call('keystoneShowVersion')).toMatchObject({ version: { id: 'v3.0' } });
  const role_id = 'functiongraph_read_only_access';
  expect(await call('keystoneShowPermission', { role_id })).toMatchObject({ role: { id: role_id } });
});

it('serves grants of users and agencies for enterprise projects, and the list of all grants', async () => {
  const { users } = await call('keystoneListUsers', { name: 'ada' });
  const { agencies } = await call('listAgencies', { domain_id, name: 'runner' });
  const user_id = (users as { id: string }[])[0]?.id;
  const agency_id = (agencies as { id: string }[])[0]?.id;
  const made = await server.api.call('createEnterpriseProject', { body: { name: 'office', description: '' } });
  const enterprise_project_id = made.data.enterprise_project.id;
  const role_id = 'functiongraph_read_only_access';
  const ofUser = { enterprise_project_id, user_id, role_id };
  const body = { role_assignments: [{ agency_id, enterprise_project_id, role_id }] };
  await call('associateRoleToUserOnEnterpriseProject', ofUser);
  await call('associateRoleToAgencyOnEnterpriseProject', { body });
  expect(await call('listRolesForUserOnEnterpriseProject', ofUser)).toMatchObject({ roles: [{ id: role_id }] });
  const list = () =>
    call('showDomainRoleAssignments', { domain_id, 'scope.enterprise_projects_id': enterprise_project_id });
  expect(await list()).toMatchObject({
    total_num: 2,
    role_assignments: expect.arrayContaining([
      expect.objectContaining({ user: { id: user_id }, role: { id: role_id } }),
      expect.objectContaining({
        agency: { id: agency_id },
        scope: { enterprise_project: { id: enterprise_project_id } },
      }),
    ]),
  });
  await call('revokeRoleFromUserOnEnterpriseProject', ofUser);
  await call('revokeRoleFromAgencyOnEnterpriseProject', { body });
  expect(await list()).toMatchObject({ total_num: 0 });
});

it('lets a user of another account act for an agency that trusts it, as the Terraform provider does', async () => {
  const { endpoint, project_id } = server.credentials;
  const guest = (await server.api.call('createAccount', { body: { name: 'guest' } })).data;
  const { agency } = await call('createAgency', {
    body: { agency: { name: 'deployer', domain_id, trust_domain_name: 'guest', duration: 'FOREVER' } },
  });
  expect(agency).toMatchObject({ trust_domain_id: guest.domain_id, trust_domain_name: 'guest' });
  const [agency_id, role_id] = [(agency as { id: string }).id, 'functiongraph_read_only_access'];
  await call('associateAgencyWithAllProjectsPermission', { domain_id, agency_id, role_id });
  const keys = new BasicCredentials().withAk(guest.access_key).withSk(guest.secret_key).withProjectId(guest.project_id);
  const guests = clientOf(keys, endpoint);
  const identity = { methods: ['assume_role'], assume_role: { agency_name: 'deployer', domain_id } };

  const { token } = await callAs(guests, 'keystoneCreateAgencyToken', {
    body: { auth: { identity, scope: { project: { id: project_id } } } },
  });
  expect(token).toMatchObject({ methods: ['assume_role'], project: { id: project_id } });

  const { credential } = await callAs(guests, 'createTemporaryAccessKeyByAgency', { body: { auth: { identity } } });
  const { access, secret, securitytoken } = credential as Record<'access' | 'secret' | 'securitytoken', string>;
  const acting = clientOf(
    new BasicCredentials().withAk(access).withSk(secret).withSecurityToken(securitytoken).withProjectId(project_id),
    endpoint,
  );
  expect(await callAs(acting, 'keystoneListAuthProjects', {})).toMatchObject({ projects: [{ id: project_id }] });
  await call('deleteAgency', { agency_id });
  expect(await refusal(callAs(acting, 'keystoneListAuthProjects', {}))).toMatchObject([401, expect.anything()]);
});
