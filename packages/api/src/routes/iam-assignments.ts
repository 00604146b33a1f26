import { Type } from 'typebox';
import { route } from '../route.ts';
import { LinksField, Policy } from '../schemas/identity.ts';
import { AgencyAssignmentsBody, RoleAssignment, RoleAssignmentQuery } from '../schemas/role-assignments.ts';

const text = Type.String();
const UserParams = Type.Object({ enterprise_project_id: text, user_id: text });
const UserRoleParams = Type.Object({ ...UserParams.properties, role_id: text });

const USER_ROLES = '/v3.0/OS-PERMISSION/enterprise-projects/{enterprise_project_id}/users/{user_id}/roles';
const AGENCY_ROLES = '/v3.0/OS-PERMISSION/subjects/agency/scopes/enterprise-project/role-assignments';

/** Grants of users and agencies for enterprise projects, and the list of all grants, as clients of IAM call them. */
export const iamAssignmentRoutes = {
  listRoleAssignments: route({
    group: 'iam',
    method: 'GET',
    path: '/v3.0/OS-PERMISSION/role-assignments',
    summary: 'Policies granted in the account, by their holder and scope',
    action: 'iam:permissions:listRoleAssignments',
    access: 'caller',
    query: RoleAssignmentQuery,
    response: Type.Object({ total_num: Type.Integer(), role_assignments: Type.Array(RoleAssignment) }),
  }),
  grantUserInEnterpriseProject: route({
    group: 'iam',
    method: 'PUT',
    path: `${USER_ROLES}/{role_id}`,
    summary: 'Grant a policy to a user for the resources of an enterprise project',
    action: 'iam:permissions:grantRoleToUserOnEnterpriseProject',
    access: 'caller',
    params: UserRoleParams,
    status: 204,
  }),
  withdrawUserInEnterpriseProject: route({
    group: 'iam',
    method: 'DELETE',
    path: `${USER_ROLES}/{role_id}`,
    summary: 'Revoke a policy of a user for an enterprise project',
    action: 'iam:permissions:revokeRoleFromUserOnEnterpriseProject',
    access: 'caller',
    params: UserRoleParams,
    status: 204,
  }),
  listUserPoliciesInEnterpriseProject: route({
    group: 'iam',
    method: 'GET',
    path: USER_ROLES,
    summary: 'Policies that a user was granted for an enterprise project, without those of its groups',
    action: 'iam:permissions:listRolesForUserOnEnterpriseProject',
    access: 'caller',
    params: UserParams,
    response: Type.Object({ roles: Type.Array(Policy), ...LinksField }),
  }),
  grantAgenciesInEnterpriseProjects: route({
    group: 'iam',
    method: 'PUT',
    path: AGENCY_ROLES,
    summary: 'Grant policies to agencies for the resources of enterprise projects',
    action: 'iam:permissions:grantRoleToAgencyOnEnterpriseProject',
    access: 'caller',
    body: AgencyAssignmentsBody,
    status: 204,
  }),
  withdrawAgenciesInEnterpriseProjects: route({
    group: 'iam',
    method: 'DELETE',
    path: AGENCY_ROLES,
    summary: 'Revoke policies of agencies for enterprise projects',
    action: 'iam:permissions:revokeRoleFromAgencyOnEnterpriseProject',
    access: 'caller',
    body: AgencyAssignmentsBody,
    status: 204,
  }),
} as const;
