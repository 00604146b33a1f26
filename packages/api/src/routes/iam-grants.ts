import { Type } from 'typebox';
import { route } from '../route.ts';
import { LinksField, Policy } from '../schemas/identity.ts';

const text = Type.String();
const GroupInDomain = Type.Object({ domain_id: text, group_id: text, role_id: text });
const GroupInProject = Type.Object({ project_id: text, group_id: text, role_id: text });
const GroupInEnterprise = Type.Object({ enterprise_project_id: text, group_id: text, role_id: text });
const AgencyInDomain = Type.Object({ domain_id: text, agency_id: text, role_id: text });
const AgencyInProject = Type.Object({ project_id: text, agency_id: text, role_id: text });

const give = {
  group: 'iam',
  action: 'iam:permissions:grantRoleToGroup',
  access: 'caller',
  status: 204,
} as const;
const take = { ...give, action: 'iam:permissions:revokeRoleFromGroup' } as const;

const GROUP_DOMAIN = '/v3/domains/{domain_id}/groups/{group_id}/roles/{role_id}';
const GROUP_PROJECT = '/v3/projects/{project_id}/groups/{group_id}/roles/{role_id}';
const GROUP_ALL = '/v3/OS-INHERIT/domains/{domain_id}/groups/{group_id}/roles/{role_id}/inherited_to_projects';
const AGENCY_DOMAIN = '/v3.0/OS-AGENCY/domains/{domain_id}/agencies/{agency_id}/roles/{role_id}';
const AGENCY_PROJECT = '/v3.0/OS-AGENCY/projects/{project_id}/agencies/{agency_id}/roles/{role_id}';
const AGENCY_ALL = '/v3.0/OS-INHERIT/domains/{domain_id}/agencies/{agency_id}/roles/{role_id}/inherited_to_projects';

const GROUP_ENTERPRISE =
  '/v3.0/OS-PERMISSION/enterprise-projects/{enterprise_project_id}/groups/{group_id}/roles/{role_id}';

/** Answers nothing, and 404 where there is no such grant; clients send HEAD. */
const check = { group: 'iam', method: 'GET', access: 'caller', status: 204 } as const;
const list = {
  group: 'iam',
  method: 'GET',
  access: 'caller',
  response: Type.Object({ roles: Type.Array(Policy), ...LinksField }),
} as const;

const IN_ACCOUNT = 'in the account and all its projects';

/** Grants under the addresses of IAM, where clients such as Terraform make them; the same grants as /v1/iam/grants. */
export const iamGrantRoutes = {
  grantGroupInDomain: route({
    ...give,
    method: 'PUT',
    path: GROUP_DOMAIN,
    summary: `Grant a policy to a group ${IN_ACCOUNT}`,
    params: GroupInDomain,
  }),
  grantGroupInProject: route({
    ...give,
    method: 'PUT',
    path: GROUP_PROJECT,
    summary: 'Grant a policy to a group in a project',
    params: GroupInProject,
  }),
  grantGroupInAllProjects: route({
    ...give,
    method: 'PUT',
    path: GROUP_ALL,
    summary: `Grant a policy to a group ${IN_ACCOUNT}`,
    params: GroupInDomain,
  }),
  grantAgencyInDomain: route({
    ...give,
    method: 'PUT',
    path: AGENCY_DOMAIN,
    summary: `Grant a policy to an agency ${IN_ACCOUNT}`,
    params: AgencyInDomain,
  }),
  grantAgencyInProject: route({
    ...give,
    method: 'PUT',
    path: AGENCY_PROJECT,
    summary: 'Grant a policy to an agency in a project',
    params: AgencyInProject,
  }),
  grantAgencyInAllProjects: route({
    ...give,
    method: 'PUT',
    path: AGENCY_ALL,
    summary: `Grant a policy to an agency ${IN_ACCOUNT}`,
    params: AgencyInDomain,
  }),
  withdrawGroupInDomain: route({
    ...take,
    method: 'DELETE',
    path: GROUP_DOMAIN,
    summary: 'Revoke a policy of a group in the account',
    params: GroupInDomain,
  }),
  withdrawGroupInProject: route({
    ...take,
    method: 'DELETE',
    path: GROUP_PROJECT,
    summary: 'Revoke a policy of a group in a project',
    params: GroupInProject,
  }),
  withdrawGroupInAllProjects: route({
    ...take,
    method: 'DELETE',
    path: GROUP_ALL,
    summary: 'Revoke a policy of a group in the account',
    params: GroupInDomain,
  }),
  withdrawAgencyInDomain: route({
    ...take,
    method: 'DELETE',
    path: AGENCY_DOMAIN,
    summary: 'Revoke a policy of an agency in the account',
    params: AgencyInDomain,
  }),
  withdrawAgencyInProject: route({
    ...take,
    method: 'DELETE',
    path: AGENCY_PROJECT,
    summary: 'Revoke a policy of an agency in a project',
    params: AgencyInProject,
  }),
  withdrawAgencyInAllProjects: route({
    ...take,
    method: 'DELETE',
    path: AGENCY_ALL,
    summary: 'Revoke a policy of an agency in the account',
    params: AgencyInDomain,
  }),
  listGroupPoliciesInProject: route({
    group: 'iam',
    method: 'GET',
    path: '/v3/projects/{project_id}/groups/{group_id}/roles',
    summary: 'Policies that a group was granted in a project',
    action: 'iam:permissions:listRolesForGroupOnProject',
    access: 'caller',
    params: Type.Object({ project_id: text, group_id: text }),
    response: Type.Object({ roles: Type.Array(Policy), ...LinksField }),
  }),
  listGroupPoliciesInDomain: route({
    group: 'iam',
    method: 'GET',
    path: '/v3/domains/{domain_id}/groups/{group_id}/roles',
    summary: 'Policies that a group was granted in the account',
    action: 'iam:permissions:listRolesForGroupOnDomain',
    access: 'caller',
    params: Type.Object({ domain_id: text, group_id: text }),
    response: Type.Object({ roles: Type.Array(Policy), ...LinksField }),
  }),
  checkGroupInDomain: route({
    ...check,
    path: GROUP_DOMAIN,
    summary: 'Whether a group has a policy in the account',
    action: 'iam:permissions:checkRoleForGroupOnDomain',
    params: GroupInDomain,
  }),
  checkGroupInProject: route({
    ...check,
    path: GROUP_PROJECT,
    summary: 'Whether a group has a policy in a project',
    action: 'iam:permissions:checkRoleForGroupOnProject',
    params: GroupInProject,
  }),
  checkGroupInAllProjects: route({
    ...check,
    path: GROUP_ALL,
    summary: 'Whether a group has a policy in the account and all its projects',
    action: 'iam:permissions:checkRoleForGroup',
    params: GroupInDomain,
  }),
  checkAgencyInDomain: route({
    ...check,
    path: AGENCY_DOMAIN,
    summary: 'Whether an agency has a policy in the account',
    action: 'iam:permissions:checkRoleForAgencyOnDomain',
    params: AgencyInDomain,
  }),
  checkAgencyInProject: route({
    ...check,
    path: AGENCY_PROJECT,
    summary: 'Whether an agency has a policy in a project',
    action: 'iam:permissions:checkRoleForAgencyOnProject',
    params: AgencyInProject,
  }),
  checkAgencyInAllProjects: route({
    ...check,
    path: AGENCY_ALL,
    summary: 'Whether an agency has a policy in the account and all its projects',
    action: 'iam:permissions:checkRoleForAgency',
    params: AgencyInDomain,
  }),
  listGroupPoliciesInAllProjects: route({
    ...list,
    path: '/v3/OS-INHERIT/domains/{domain_id}/groups/{group_id}/roles/inherited_to_projects',
    summary: 'Policies that a group was granted in the account and all its projects',
    action: 'iam:permissions:listRolesForGroup',
    params: Type.Object({ domain_id: text, group_id: text }),
  }),
  listAgencyPoliciesInDomain: route({
    ...list,
    path: '/v3.0/OS-AGENCY/domains/{domain_id}/agencies/{agency_id}/roles',
    summary: 'Policies that an agency was granted in the account',
    action: 'iam:permissions:listRolesForAgencyOnDomain',
    params: Type.Object({ domain_id: text, agency_id: text }),
  }),
  listAgencyPoliciesInProject: route({
    ...list,
    path: '/v3.0/OS-AGENCY/projects/{project_id}/agencies/{agency_id}/roles',
    summary: 'Policies that an agency was granted in a project',
    action: 'iam:permissions:listRolesForAgencyOnProject',
    params: Type.Object({ project_id: text, agency_id: text }),
  }),
  listAgencyPoliciesInAllProjects: route({
    ...list,
    path: '/v3.0/OS-INHERIT/domains/{domain_id}/agencies/{agency_id}/roles/inherited_to_projects',
    summary: 'Policies that an agency was granted in the account and all its projects',
    action: 'iam:permissions:listRolesForAgency',
    params: Type.Object({ domain_id: text, agency_id: text }),
  }),
  grantGroupInEnterpriseProject: route({
    ...give,
    method: 'PUT',
    path: GROUP_ENTERPRISE,
    summary: 'Grant a policy to a group for the resources of an enterprise project',
    params: GroupInEnterprise,
  }),
  withdrawGroupInEnterpriseProject: route({
    ...take,
    method: 'DELETE',
    path: GROUP_ENTERPRISE,
    summary: 'Revoke a policy of a group for an enterprise project',
    params: GroupInEnterprise,
  }),
  listGroupPoliciesInEnterpriseProject: route({
    ...list,
    path: '/v3.0/OS-PERMISSION/enterprise-projects/{enterprise_project_id}/groups/{group_id}/roles',
    summary: 'Policies that a group was granted for an enterprise project',
    action: 'iam:permissions:listRolesForGroupOnEnterpriseProject',
    params: Type.Object({ enterprise_project_id: text, group_id: text }),
  }),
} as const;
