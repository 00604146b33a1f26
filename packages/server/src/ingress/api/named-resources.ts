import type { Dependencies, FunctionState, Kept } from '../../control/index.ts';
import type { Caller, FunctionRef, Iam, Peer } from '../../iam/index.ts';

const AGENCY_FIELDS = ['xrole', 'app_xrole'] as const;
const DEPENDENCY_FIELD = 'depend_version_list';

export interface NamingDeps {
  readonly iam: Iam;
  readonly dependencies: Pick<Dependencies, 'isPublic' | 'versionOf'>;
}

export interface NamingRequest {
  readonly caller: Caller;
  readonly peer: Peer;
  readonly projectId: string;
  /** The function as it is; absent for a new one. */
  readonly before?: FunctionState;
}

/**
 * Whether the caller may give a function the resources that its body names. The code of the function then reads them or
 * acts with their rights, so each takes a right of its own: an agency, an enterprise project, a dependency of the
 * project. Resources that the function has already need no check. Throws `unknown_agency`,
 * `unknown_enterprise_project`, `forbidden`.
 */
export function authorizeNamed(deps: NamingDeps, body: Kept, request: NamingRequest): void {
  authorizeAgencies(deps.iam, body, request);
  authorizeEnterpriseProject(deps.iam, body, request);
  authorizeDependencies(deps, body, request);
}

function changed(body: Kept, field: string, before: FunctionState | undefined): string | undefined {
  const value = body[field];
  const isNew = typeof value === 'string' && value !== '' && value !== before?.version.config.stored[field];
  return isNew ? value : undefined;
}

function authorizeAgencies(iam: Iam, body: Kept, { caller, peer, projectId, before }: NamingRequest): void {
  for (const field of AGENCY_FIELDS) {
    const name = changed(body, field, before);
    if (name !== undefined) iam.authorizePassing(caller, projectId, { name, field, peer });
  }
}

function authorizeEnterpriseProject(iam: Iam, body: Kept, { caller, peer, projectId, before }: NamingRequest): void {
  const enterpriseProjectId = changed(body, 'enterprise_project_id', before);
  if (enterpriseProjectId === undefined) return;
  iam.tenancy.checkEnterpriseProject(projectId, enterpriseProjectId);
  // the right on the enterprise project of a new function was checked at its creation
  if (before === undefined) return;
  const fn: FunctionRef = before.fn;
  iam.authorize(caller, { action: 'functiongraph:function:updateConfig', projectId, fn, enterpriseProjectId, peer });
}

/** An unknown id requires the same right, so that a refusal does not reveal which ids exist. */
function authorizeDependencies({ iam, dependencies }: NamingDeps, body: Kept, request: NamingRequest): void {
  const { caller, peer, projectId, before } = request;
  const named = body[DEPENDENCY_FIELD];
  if (!Array.isArray(named)) return;
  const attached = before?.version.config.dependencies ?? [];
  const asksForNothing = (id: unknown): boolean => {
    if (typeof id !== 'string' || id === '') return true;
    const version = dependencies.versionOf(id);
    return version !== undefined && (dependencies.isPublic(version) || attached.includes(version.id));
  };
  if (named.every(asksForNothing)) return;
  iam.authorize(caller, { action: 'functiongraph:dependency:get', projectId, peer });
}
