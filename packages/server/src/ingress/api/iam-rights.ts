import type { RouteBody, Routes } from '@funcgraph/api';
import { type Agency, FUNCTION_SERVICE, type Grant, type Holder, type Iam } from '../../iam/index.ts';
import type { Clock } from '../../lib/clock.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { Handlers } from '../http/handler.ts';
import { agencyReply, auditReply, enterpriseProjectReply, grantReply, policyReply } from './identity-reply.ts';
import { pageSize, parseTime } from './time-range.ts';

type Ids =
  | 'listPolicies'
  | 'listCustomPolicies'
  | 'createPolicy'
  | 'showPolicy'
  | 'showRole'
  | 'updatePolicy'
  | 'deletePolicy'
  | 'listGrants'
  | 'createGrant'
  | 'deleteGrant'
  | 'listAgencies'
  | 'createAgency'
  | 'showAgency'
  | 'updateAgency'
  | 'deleteAgency'
  | 'listServiceTrustedAgencies'
  | 'listEnterpriseProjects'
  | 'createEnterpriseProject'
  | 'updateEnterpriseProject'
  | 'listAudit';

/** Policies, grants, agencies, enterprise projects, audit log. */
export function iamRightHandlers({ iam, clock }: { readonly iam: Iam; readonly clock: Clock }): Handlers<Ids> {
  const { policies, groups, agencies, tenancy } = iam;
  const agencyOf = (agency: Agency) => agencyReply(agency, tenancy.domain(agency.trustedService));
  return {
    async listPolicies(request) {
      const { domain_id: domainId, display_name: displayName, name } = request.query;
      const all = domainId ? policies.custom(request.caller.domainId) : policies.system();
      const roles = all
        .filter((one) => (!displayName || one.displayName === displayName) && (!name || one.name === name))
        .map(policyReply);
      return { roles, total_number: roles.length, links: {} };
    },

    async listCustomPolicies(request) {
      const roles = policies.custom(request.caller.domainId).map(policyReply);
      return { roles, total_number: roles.length, links: {} };
    },

    async createPolicy(request) {
      const { display_name: name, description = '', policy: document } = request.body.role;
      return { role: policyReply(await policies.create(request.caller.domainId, { name, description, document })) };
    },

    async showPolicy(request) {
      return { role: policyReply(policies.find(request.caller.domainId, request.params.role_id)) };
    },

    async showRole(request) {
      return { role: policyReply(policies.find(request.caller.domainId, request.params.role_id)) };
    },

    async updatePolicy(request) {
      const { display_name: name, description, policy: document } = request.body.role;
      const change = {
        ...(name === undefined ? {} : { name }),
        ...(description === undefined ? {} : { description }),
        ...(document === undefined ? {} : { document }),
      };
      return { role: policyReply(await policies.update(request.caller.domainId, request.params.role_id, change)) };
    },

    async deletePolicy(request) {
      await policies.remove(request.caller.domainId, request.params.role_id);
      return {};
    },

    async listGrants(request) {
      const grants = groups.grants(request.caller.domainId, holderOf(request.query));
      return { grants: grants.map(({ grant, policy }) => grantReply(grant, policy.displayName)) };
    },

    async createGrant(request) {
      const { domainId } = request.caller;
      const grant = grantOf(domainId, request.body);
      await groups.grant(domainId, grant);
      return grantReply(grant, policies.find(domainId, grant.policyId).displayName);
    },

    async deleteGrant(request) {
      const { domainId } = request.caller;
      await groups.withdraw(domainId, grantOf(domainId, request.body));
      return {};
    },

    async listAgencies(request) {
      const { name } = request.query;
      const found = agencies.list(request.caller.domainId).filter((one) => !name || one.name === name);
      return { agencies: found.map(agencyOf) };
    },

    async createAgency(request) {
      const { agency } = request.body;
      const made = await agencies.create(request.caller.domainId, {
        name: agency.name,
        description: agency.description ?? '',
        trust: { id: agency.trust_domain_id, name: agency.trust_domain_name },
        duration: agency.duration ?? 'FOREVER',
      });
      return { agency: agencyOf(made) };
    },

    async showAgency(request) {
      return { agency: agencyOf(agencies.find(request.caller.domainId, request.params.agency_id)) };
    },

    async updateAgency(request) {
      const { description, duration, trust_domain_id: id, trust_domain_name: name } = request.body.agency;
      const change = {
        ...(description === undefined ? {} : { description }),
        ...(duration === undefined ? {} : { duration }),
        ...(id === undefined && name === undefined ? {} : { trust: { id, name } }),
      };
      return { agency: agencyOf(await agencies.update(request.caller.domainId, request.params.agency_id, change)) };
    },

    async deleteAgency(request) {
      await agencies.remove(request.caller.domainId, request.params.agency_id);
      return {};
    },

    async listServiceTrustedAgencies(request) {
      const ofService = agencies.list(request.caller.domainId).filter((one) => one.trustedService === FUNCTION_SERVICE);
      return ofService.map(({ name, expiresAt }) => ({
        name,
        expire_time: expiresAt === null ? '' : new Date(expiresAt).toISOString(),
      }));
    },

    async listEnterpriseProjects(request) {
      const { name } = request.query;
      const found = tenancy.enterpriseProjects(request.caller.domainId).filter((one) => !name || one.name === name);
      return { enterprise_projects: found.map(enterpriseProjectReply), total_count: found.length };
    },

    async createEnterpriseProject(request) {
      const { name, description = '' } = request.body;
      const made = await tenancy.createEnterpriseProject(request.caller.domainId, { name, description });
      return { enterprise_project: enterpriseProjectReply(made) };
    },

    async updateEnterpriseProject(request) {
      const { caller, params, body } = request;
      const one = await tenancy.updateEnterpriseProject(caller.domainId, params.enterprise_project_id, body);
      return { enterprise_project: enterpriseProjectReply(one) };
    },

    async listAudit(request) {
      const { from, to, user, action, project_id: projectId, resource, result, limit, cursor } = request.query;
      const page = await iam.audit.list({
        domainId: request.caller.domainId,
        from: from ? parseTime(from, 'from') : undefined,
        to: to ? parseTime(to, 'to') : clock.now() + 1,
        userName: user || undefined,
        action: action || undefined,
        projectId: projectId || undefined,
        resource: resource || undefined,
        failed: result === undefined ? undefined : result === 'failed',
        before: cursor || undefined,
        limit: pageSize(limit, 100, 1000),
      });
      return { entries: page.entries.map(auditReply), ...(page.next === undefined ? {} : { next_cursor: page.next }) };
    },
  };
}

/** Exactly one of both. Throws `invalid_request`. */
function holderOf({ group_id: group, agency_id: agency }: { group_id?: string; agency_id?: string }): Holder {
  if (group && !agency) return { kind: 'group', id: group };
  if (agency && !group) return { kind: 'agency', id: agency };
  throw new PlatformError('invalid_request', 'either group_id or agency_id is required');
}

function grantOf(domainId: string, body: RouteBody<Routes['createGrant']>): Grant {
  const { role_id: policyId, project_id: project, enterprise_project_id: enterprise } = body;
  if (project !== undefined && enterprise !== undefined) {
    throw new PlatformError('invalid_request', 'only one of project_id and enterprise_project_id can be given');
  }
  const scope =
    project !== undefined
      ? ({ kind: 'project', id: project } as const)
      : enterprise !== undefined
        ? ({ kind: 'enterprise_project', id: enterprise } as const)
        : ({ kind: 'domain', id: domainId } as const);
  return { holder: holderOf(body), policyId, scope };
}
