import type { Holder, Iam, Scope } from '../../iam/index.ts';
import type { ApiRequest, Handlers } from '../http/handler.ts';
import { ask } from './identity.ts';
import { policyReply } from './identity-reply.ts';

type GrantIds =
  | 'grantGroupInDomain'
  | 'grantGroupInProject'
  | 'grantGroupInAllProjects'
  | 'grantAgencyInDomain'
  | 'grantAgencyInProject'
  | 'grantAgencyInAllProjects';
type WithdrawIds =
  | 'withdrawGroupInDomain'
  | 'withdrawGroupInProject'
  | 'withdrawGroupInAllProjects'
  | 'withdrawAgencyInDomain'
  | 'withdrawAgencyInProject'
  | 'withdrawAgencyInAllProjects';
type ListIds = 'listGroupPoliciesInProject' | 'listGroupPoliciesInDomain';

type Params = {
  readonly group_id?: string;
  readonly agency_id?: string;
  readonly project_id?: string;
  readonly domain_id?: string;
};

function holderOf({ group_id: group, agency_id: agency = '' }: Params): Holder {
  return group === undefined ? { kind: 'agency', id: agency } : { kind: 'group', id: group };
}

function scopeOf({ project_id: project, domain_id: domain = '' }: Params): Scope {
  return project === undefined ? { kind: 'domain', id: domain } : { kind: 'project', id: project };
}

/** Grants as clients of IAM make them. Identities belong to the account, so the right is checked there. */
export function iamGrantHandlers({ iam }: { readonly iam: Iam }): Handlers<GrantIds | WithdrawIds | ListIds> {
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
  const list = async (request: ApiRequest<ListIds>, action: string) => {
    const { caller, params } = request;
    ask(iam, request, action);
    const scope = scopeOf(params);
    const granted = groups
      .grants(caller.domainId, holderOf(params))
      .filter(({ grant }) => grant.scope.kind === scope.kind && grant.scope.id === scope.id);
    return { roles: granted.map(({ policy }) => policyReply(policy)), links: {} };
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
    listGroupPoliciesInProject: (request) => list(request, 'iam:permissions:listRolesForGroupOnProject'),
    listGroupPoliciesInDomain: (request) => list(request, 'iam:permissions:listRolesForGroupOnDomain'),
  };
}
