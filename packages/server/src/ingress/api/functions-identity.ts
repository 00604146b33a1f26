import type { Kept } from '../../control/index.ts';
import type { Caller, FunctionRef, Iam, Peer } from '../../iam/index.ts';

const AGENCY_FIELDS = ['xrole', 'app_xrole'] as const;

/**
 * Whether the caller may put a function where a body wants it, with the agencies that it names. Whoever sets an agency
 * lets the code act with its rights, so that takes a right of its own. What stays as it is asks for nothing. Throws
 * `unknown_agency`, `unknown_enterprise_project`, `forbidden`.
 */
export function checkIdentityFields(
  iam: Iam,
  body: Kept,
  request: {
    readonly caller: Caller;
    readonly peer: Peer;
    readonly projectId: string;
    /** What the function has now. */
    readonly before: Kept;
    /** The function that is changed; absent for a new one, which was asked for with its enterprise project. */
    readonly fn?: FunctionRef;
  },
): void {
  const { caller, peer, projectId, before, fn } = request;
  const changed = (field: string): string | undefined => {
    const value = body[field];
    return typeof value === 'string' && value !== '' && value !== before[field] ? value : undefined;
  };
  for (const field of AGENCY_FIELDS) {
    const name = changed(field);
    if (name !== undefined) iam.authorizePassing(caller, projectId, { name, field, peer });
  }
  const enterpriseProjectId = changed('enterprise_project_id');
  if (enterpriseProjectId === undefined) return;
  iam.tenancy.checkEnterpriseProject(projectId, enterpriseProjectId);
  if (fn === undefined) return;
  iam.authorize(caller, { action: 'functiongraph:function:updateConfig', projectId, fn, enterpriseProjectId, peer });
}
