import { ROUTES } from '@funcgraph/api';
import type { Caller, Holder, Iam, Policy, Scope } from '../../iam/index.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { ApiRequest, Handlers } from '../http/handler.ts';
import { ask } from './identity.ts';
import { policyReply } from './identity-reply.ts';

type GrantIds =
  | 'grantGroupInDomain'
  | 'grantGroupInProject'
  | 'grantGroupInAllProjects'
  | 'grantAgencyInDomain'
  | 'grantAgencyInProject'
  | 'grantAgencyInAllProjects'
  | 'grantGroupInEnterpriseProject';
type WithdrawIds =
  | 'withdrawGroupInDomain'
  | 'withdrawGroupInProject'
  | 'withdrawGroupInAllProjects'
  | 'withdrawAgencyInDomain'
  | 'withdrawAgencyInProject'
  | 'withdrawAgencyInAllProjects'
  | 'withdrawGroupInEnterpriseProject';
type CheckIds =
  | 'checkGroupInDomain'
  | 'checkGroupInProject'
  | 'checkGroupInAllProjects'
  | 'checkAgencyInDomain'
  | 'checkAgencyInProject'
  | 'checkAgencyInAllProjects';
type ListIds =
  | 'listGroupPoliciesInProject'
  | 'listGroupPoliciesInDomain'
  | 'listGroupPoliciesInAllProjects'
  | 'listGroupPoliciesInEnterpriseProject'
  | 'listAgencyPoliciesInDomain'
  | 'listAgencyPoliciesInProject'
  | 'listAgencyPoliciesInAllProjects';

type Params = {
  readonly group_id?: string;
  readonly agency_id?: string;
  readonly project_id?: string;
  readonly domain_id?: string;
  readonly enterprise_project_id?: string;
};

function holderOf({ group_id: group, agency_id: agency = '' }: Params): Holder {
  return group === undefined ? { kind: 'agency', id: agency } : { kind: 'group', id: group };
}

function scopeOf({ project_id: project, domain_id: domain = '', enterprise_project_id: enterprise }: Params): Scope {
  if (enterprise !== undefined) return { kind: 'enterprise_project', id: enterprise };
  return project === undefined ? { kind: 'domain', id: domain } : { kind: 'project', id: project };
}

/** Grants as clients of IAM make them. Identities belong to the account, so the right is checked there. */
export function iamGrantHandlers({
  iam,
}: {
  readonly iam: Iam;
}): Handlers<GrantIds | WithdrawIds | CheckIds | ListIds> {
  const { groups } = iam;
  const give = async (request: ApiRequest<GrantIds>): Promise<object> => {
    const { caller, params } = request;
    ask(iam, request, 'iam:permissions:grantRoleToGroup');
    await groups.grant(caller.domainId, { holder: holderOf(params), policyId: params.role_id, scope: scopeOf(params) });
    return {};
  };
  const take = async (request: ApiRequest<WithdrawIds>): Promise<object> => {
    const { caller, params } = request;
    ask(iam, request, 'iam:permissions:revokeRoleFromGroup');
    const grant = { holder: holderOf(params), policyId: params.role_id, scope: scopeOf(params) };
    await groups.withdraw(caller.domainId, grant);
    return {};
  };
  const granted = ({ caller, params }: { readonly caller: Caller; readonly params: Params }): Policy[] => {
    const scope = scopeOf(params);
    return groups
      .grants(caller.domainId, holderOf(params))
      .filter(({ grant }) => grant.scope.kind === scope.kind && grant.scope.id === scope.id)
      .map(({ policy }) => policy);
  };
  const list = (id: ListIds) => async (request: ApiRequest<ListIds>) => {
    ask(iam, request, ROUTES[id].action);
    return { roles: granted(request).map(policyReply), links: {} };
  };
  const check = (id: CheckIds) => async (request: ApiRequest<CheckIds>) => {
    ask(iam, request, ROUTES[id].action);
    if (granted(request).some((policy) => policy.id === request.params.role_id)) return {};
    throw new PlatformError('not_found', 'this policy is not granted there');
  };
  return {
    grantGroupInDomain: give,
    grantGroupInProject: give,
    grantGroupInAllProjects: give,
    grantAgencyInDomain: give,
    grantAgencyInProject: give,
    grantAgencyInAllProjects: give,
    withdrawGroupInDomain: take,
    withdrawGroupInProject: take,
    withdrawGroupInAllProjects: take,
    withdrawAgencyInDomain: take,
    withdrawAgencyInProject: take,
    withdrawAgencyInAllProjects: take,
    grantGroupInEnterpriseProject: give,
    withdrawGroupInEnterpriseProject: take,
    checkGroupInDomain: check('checkGroupInDomain'),
    checkGroupInProject: check('checkGroupInProject'),
    checkGroupInAllProjects: check('checkGroupInAllProjects'),
    checkAgencyInDomain: check('checkAgencyInDomain'),
    checkAgencyInProject: check('checkAgencyInProject'),
    checkAgencyInAllProjects: check('checkAgencyInAllProjects'),
    listGroupPoliciesInProject: list('listGroupPoliciesInProject'),
    listGroupPoliciesInDomain: list('listGroupPoliciesInDomain'),
    listGroupPoliciesInAllProjects: list('listGroupPoliciesInAllProjects'),
    listGroupPoliciesInEnterpriseProject: list('listGroupPoliciesInEnterpriseProject'),
    listAgencyPoliciesInDomain: list('listAgencyPoliciesInDomain'),
    listAgencyPoliciesInProject: list('listAgencyPoliciesInProject'),
    listAgencyPoliciesInAllProjects: list('listAgencyPoliciesInAllProjects'),
  };
}
