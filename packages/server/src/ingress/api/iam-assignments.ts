import { ROUTES, type RouteQuery, type Routes } from '@funcgraph/api';
import type { Grant, Iam } from '../../iam/index.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { ApiRequest, Handlers } from '../http/handler.ts';
import { ask } from './identity.ts';
import { policyReply } from './identity-reply.ts';

type UserIds = 'grantUserInEnterpriseProject' | 'withdrawUserInEnterpriseProject';
type AgencyIds = 'grantAgenciesInEnterpriseProjects' | 'withdrawAgenciesInEnterpriseProjects';
type Ids = 'listRoleAssignments' | 'listUserPoliciesInEnterpriseProject' | UserIds | AgencyIds;
type Query = RouteQuery<Routes['listRoleAssignments']>;

const MOST_PER_PAGE = 50;

/** Grants of users and agencies for enterprise projects, and the list of all grants. */
export function iamAssignmentHandlers({ iam }: { readonly iam: Iam }): Handlers<Ids> {
  const { groups } = iam;
  return {
    async listRoleAssignments(request) {
      const { caller, query } = request;
      ask(iam, request, ROUTES.listRoleAssignments.action);
      if (query.domain_id && query.domain_id !== caller.domainId) {
        throw new PlatformError('not_found', 'there is no such account');
      }
      const groupIds = query['subject.user_id'] ? groups.ofUser(query['subject.user_id']).map(({ id }) => id) : [];
      const found = groups.allGrants(caller.domainId).filter((grant) => matches(grant, query, groupIds));
      const size = Math.min(Math.max(Number(query.per_page || MOST_PER_PAGE), 1), MOST_PER_PAGE);
      const first = (Math.max(Number(query.page || 1), 1) - 1) * size;
      const isInherited = query.is_inherited === 'true';
      const page = found.slice(first, first + size);
      return { total_num: found.length, role_assignments: page.map((grant) => toWire(grant, isInherited)) };
    },

    async grantUserInEnterpriseProject(request) {
      ask(iam, request, ROUTES.grantUserInEnterpriseProject.action);
      await groups.grant(request.caller.domainId, ofUser(request.params));
      return {};
    },

    async withdrawUserInEnterpriseProject(request) {
      ask(iam, request, ROUTES.withdrawUserInEnterpriseProject.action);
      await groups.withdraw(request.caller.domainId, ofUser(request.params));
      return {};
    },

    async listUserPoliciesInEnterpriseProject(request) {
      const { caller, params } = request;
      ask(iam, request, ROUTES.listUserPoliciesInEnterpriseProject.action);
      const granted = groups
        .grants(caller.domainId, { kind: 'user', id: params.user_id })
        .filter(({ grant }) => grant.scope.id === params.enterprise_project_id);
      return { roles: granted.map(({ policy }) => policyReply(policy)), links: {} };
    },

    async grantAgenciesInEnterpriseProjects(request) {
      ask(iam, request, ROUTES.grantAgenciesInEnterpriseProjects.action);
      await groups.grant(request.caller.domainId, ...ofAgencies(request.body));
      return {};
    },

    async withdrawAgenciesInEnterpriseProjects(request) {
      ask(iam, request, ROUTES.withdrawAgenciesInEnterpriseProjects.action);
      await groups.withdraw(request.caller.domainId, ...ofAgencies(request.body));
      return {};
    },
  };
}

function ofUser({ user_id, role_id, enterprise_project_id }: ApiRequest<UserIds>['params']): Grant {
  return {
    holder: { kind: 'user', id: user_id },
    policyId: role_id,
    scope: { kind: 'enterprise_project', id: enterprise_project_id },
  };
}

function ofAgencies({ role_assignments: requested }: ApiRequest<AgencyIds>['body']): Grant[] {
  return requested.map(({ agency_id, role_id, enterprise_project_id }) => ({
    holder: { kind: 'agency', id: agency_id },
    policyId: role_id,
    scope: { kind: 'enterprise_project', id: enterprise_project_id },
  }));
}

/** Whether all given filters fit. `groupIds`: of the user that is the subject. */
function matches({ holder, policyId, scope }: Grant, query: Query, groupIds: readonly string[]): boolean {
  const withGroups = query.include_group !== 'false';
  const isOf = (kind: Grant['holder']['kind'], id: string | undefined): boolean =>
    !id || (holder.kind === kind && holder.id === id);
  const isIn = (kind: Grant['scope']['kind'], id: string | undefined): boolean =>
    !id || (scope.kind === kind && scope.id === id);
  const userId = query['subject.user_id'];
  const ofMember = withGroups && holder.kind === 'group';
  return (
    (!query.role_id || policyId === query.role_id) &&
    (!query.subject || holder.kind === query.subject || (query.subject === 'user' && ofMember)) &&
    (isOf('user', userId) || (ofMember && groupIds.includes(holder.id))) &&
    isOf('group', query['subject.group_id']) &&
    isOf('agency', query['subject.agency_id']) &&
    (!query.scope || scope.kind === query.scope) &&
    isIn('project', query['scope.project_id']) &&
    isIn('domain', query['scope.domain_id']) &&
    isIn('enterprise_project', query['scope.enterprise_projects_id'])
  );
}

function toWire({ holder, policyId, scope }: Grant, isInherited: boolean) {
  return {
    [holder.kind]: { id: holder.id },
    role: { id: policyId },
    scope: { [scope.kind]: { id: scope.id } },
    is_inherited: isInherited && scope.kind === 'domain',
  };
}
