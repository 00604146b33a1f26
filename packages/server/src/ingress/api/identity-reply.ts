import type { RouteResponse, Routes } from '@funcgraph/api';
import type {
  AccessKey,
  Agency,
  AuditEntry,
  Domain,
  EnterpriseProject,
  Grant,
  Group,
  IssuedToken,
  Policy,
  Project,
  User,
} from '../../iam/index.ts';

type Reply<R extends keyof Routes> = RouteResponse<Routes[R]>;

/** The time format of IAM; empty for a time that never was. */
function time(ms: number | null): string {
  return ms === null ? '' : new Date(ms).toISOString();
}

export function domainReply({ id, name }: Domain): Reply<'listAuthDomains'>['domains'][number] {
  return { id, name, enabled: true };
}

export function projectReply(project: Project): Reply<'showProject'>['project'] {
  const { id, name, domainId, description } = project;
  return { id, name, domain_id: domainId, description, enabled: true, is_domain: false };
}

export function regionReply(id: string): Reply<'showRegion'>['region'] {
  return { id, type: 'public', description: 'the region of this server', locales: { 'en-us': id, 'zh-cn': id } };
}

export function apiVersionReply(address: string): Reply<'showApiVersion'>['version'] {
  return { id: 'v3.0', status: 'stable', links: [{ rel: 'self', href: `${address}/v3/` }] };
}

export function userReply(user: User): Reply<'showUser'>['user'] {
  return {
    id: user.id,
    name: user.name,
    domain_id: user.domainId,
    enabled: user.enabled,
    description: user.description,
    create_time: time(user.createdAt),
    last_login_time: time(user.lastLoginAt),
  };
}

export function groupReply({ id, name, domainId, description, createdAt }: Group): Reply<'showGroup'>['group'] {
  return { id, name, domain_id: domainId, description, create_time: createdAt };
}

export function policyReply(policy: Policy): Reply<'showPolicy'>['role'] {
  const { id, name, displayName, domainId, description, document } = policy;
  return {
    id,
    name,
    display_name: displayName,
    type: 'XA',
    catalog: domainId === undefined ? 'BASE' : 'CUSTOMED',
    ...(domainId === undefined ? {} : { domain_id: domainId }),
    description,
    policy: { Version: document.Version, Statement: [...document.Statement] },
    created_time: time(policy.createdAt),
    updated_time: time(policy.modifiedAt),
  };
}

export function grantReply({ holder, policyId, scope }: Grant, name: string): Reply<'createGrant'> {
  return {
    ...(holder.kind === 'group' ? { group_id: holder.id } : { agency_id: holder.id }),
    role_id: policyId,
    role_name: name,
    scope: scope.kind,
    ...(scope.kind === 'project' ? { project_id: scope.id } : {}),
    ...(scope.kind === 'enterprise_project' ? { enterprise_project_id: scope.id } : {}),
  };
}

/** `trusted` is the account that the agency trusts; undefined for a service, and for an account that does not exist any more. */
export function agencyReply(agency: Agency, trusted: Domain | undefined): Reply<'showAgency'>['agency'] {
  return {
    id: agency.id,
    name: agency.name,
    domain_id: agency.domainId,
    description: agency.description,
    trust_domain_id: agency.trustedService,
    trust_domain_name: trusted?.name ?? agency.trustedService,
    duration: agency.duration,
    create_time: time(agency.createdAt),
    expire_time: agency.expiresAt === null ? null : time(agency.expiresAt),
  };
}

export function accessKeyReply(key: AccessKey): Reply<'showAccessKey'>['credential'] {
  return {
    access: key.accessKey,
    user_id: key.userId,
    description: key.description,
    status: key.enabled ? 'active' : 'inactive',
    create_time: time(key.createdAt),
    last_use_time: time(key.lastUsedAt),
  };
}

export function enterpriseProjectReply(one: EnterpriseProject): Reply<'createEnterpriseProject'>['enterprise_project'] {
  const { id, name, description, enabled, createdAt } = one;
  return { id, name, description, status: enabled ? 1 : 2, created_at: time(createdAt) };
}

export function auditReply(entry: AuditEntry): Reply<'listAudit'>['entries'][number] {
  return {
    id: entry.id,
    time: time(entry.at),
    project_id: entry.projectId,
    user_id: entry.userId,
    user_name: entry.userName,
    access_key: entry.accessKey,
    source_ip: entry.sourceIp,
    operation: entry.operation,
    action: entry.action,
    resource: entry.resource,
    status: entry.status,
    error_code: entry.errorCode,
    request_id: entry.requestId,
  };
}

/** Of an agency that a user of another account assumed. */
export interface AssumedToken {
  readonly agency: Agency;
  readonly domain: Domain;
  readonly user: { readonly id: string; readonly name: string; readonly domain: Domain };
  readonly project: Project | undefined;
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** `roles` are the policies that count for the agency there. */
export function assumedTokenReply(assumed: AssumedToken, roles: readonly Policy[]): Reply<'createToken'> {
  const { agency, user, project, issuedAt, expiresAt } = assumed;
  const domain = { id: assumed.domain.id, name: assumed.domain.name };
  const home = { id: user.domain.id, name: user.domain.name };
  return {
    token: {
      methods: ['assume_role'],
      issued_at: time(issuedAt),
      expires_at: time(expiresAt),
      user: { id: agency.id, name: `${domain.name}/${agency.name}`, domain, password_expires_at: '' },
      assumed_by: { user: { id: user.id, name: user.name, domain: home, password_expires_at: '' } },
      ...(project === undefined ? { domain } : { project: { id: project.id, name: project.name, domain } }),
      roles: roles.map(({ id, name }) => ({ id, name })),
      catalog: [],
    },
  };
}

/** `roles` are the policies that count for the user there. */
export function tokenReply(issued: IssuedToken, roles: readonly Policy[]): Reply<'createToken'> {
  const { user, project, method, issuedAt, expiresAt } = issued;
  const domain = { id: issued.domain.id, name: issued.domain.name };
  return {
    token: {
      methods: [method],
      issued_at: time(issuedAt),
      expires_at: time(expiresAt),
      user: { id: user.id, name: user.name, domain, password_expires_at: '' },
      ...(project === undefined ? { domain } : { project: { id: project.id, name: project.name, domain } }),
      roles: roles.map(({ id, name }) => ({ id, name })),
      catalog: [],
    },
  };
}
