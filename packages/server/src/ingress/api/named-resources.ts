import type {
  Catalog,
  Dependencies,
  FunctionName,
  FunctionSettings,
  FunctionState,
  Functions,
} from '../../control/index.ts';
import { LATEST } from '../../domain/names.ts';
import type { Caller, FunctionRef, Iam, Peer } from '../../iam/index.ts';
import { editableTarget } from './functions-target.ts';

export interface NamingDeps {
  readonly iam: Iam;
  readonly dependencies: Pick<Dependencies, 'isPublic' | 'versionOf'>;
}

type NamedResources = Pick<FunctionSettings, 'agency' | 'codeAgency' | 'enterpriseProjectId' | 'dependencies'>;

export interface NamingRequest {
  readonly caller: Caller;
  readonly peer: Peer;
  readonly projectId: string;
  /** The function as it is; absent for a new one. */
  readonly before?: FunctionState;
}

/**
 * Whether the caller may give a function the resources that the settings name. The code of the function then reads them or
 * acts with their rights, so each takes a right of its own: an agency, an enterprise project, a dependency of the
 * project. Resources that the function has already need no check. Throws `unknown_agency`,
 * `unknown_enterprise_project`, `forbidden`.
 */
export function authorizeNamed(deps: NamingDeps, named: NamedResources, request: NamingRequest): void {
  const { caller, peer, projectId, before } = request;
  const had = before?.version.config;
  if (named.agency && named.agency !== had?.agency) {
    deps.iam.authorizePassing(caller, projectId, { name: named.agency, field: 'xrole', peer });
  }
  if (named.codeAgency && named.codeAgency !== had?.codeAgency) {
    deps.iam.authorizePassing(caller, projectId, { name: named.codeAgency, field: 'app_xrole', peer });
  }
  if (named.enterpriseProjectId && named.enterpriseProjectId !== had?.enterpriseProjectId) {
    authorizeEnterpriseProject(deps.iam, named.enterpriseProjectId, request);
  }
  authorizeDependencies(deps, named.dependencies ?? [], request);
}

/**
 * The function that a request changes, when the caller may give it what the change names. Throws like `editableTarget`
 * and `authorizeNamed`.
 */
export async function authorizedTarget(
  deps: NamingDeps & { readonly functions: Functions; readonly catalog: Catalog },
  named: NamedResources,
  {
    params,
    caller,
    peer,
  }: Pick<NamingRequest, 'caller' | 'peer'> & { readonly params: Parameters<typeof editableTarget>[0] },
): Promise<{ readonly name: FunctionName; readonly before: FunctionState }> {
  const name = await editableTarget(params, deps);
  const before = await deps.functions.show(name, LATEST);
  authorizeNamed(deps, named, { caller, peer, projectId: name.projectId, before });
  return { name, before };
}

function authorizeEnterpriseProject(iam: Iam, enterpriseProjectId: string, request: NamingRequest): void {
  const { caller, peer, projectId, before } = request;
  iam.tenancy.checkEnterpriseProject(projectId, enterpriseProjectId);
  // the right on the enterprise project of a new function was checked at its creation
  if (before === undefined) return;
  const fn: FunctionRef = before.fn;
  iam.authorize(caller, { action: 'functiongraph:function:updateConfig', projectId, fn, enterpriseProjectId, peer });
}

/** An unknown id requires the same right, so that a refusal does not reveal which ids exist. */
function authorizeDependencies(
  { iam, dependencies }: NamingDeps,
  ids: readonly string[],
  request: NamingRequest,
): void {
  const { caller, peer, projectId, before } = request;
  const attached = before?.version.config.dependencies ?? [];
  const asksForNothing = (id: string): boolean => {
    const version = dependencies.versionOf(id);
    return version !== undefined && (dependencies.isPublic(version) || attached.includes(version.id));
  };
  if (ids.every(asksForNothing)) return;
  iam.authorize(caller, { action: 'functiongraph:dependency:get', projectId, peer });
}
