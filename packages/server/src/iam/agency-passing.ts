import { PlatformError } from '../lib/platform-error.ts';
import type { Authorizer, Question } from './authorizer.ts';
import type { Directory } from './directory.ts';
import { covers } from './policy/coverage.ts';
import type { Agency, Caller, Grant, Scope } from './types.ts';

const PASS = 'iam:agencies:pass';

export interface AgencyPassingDeps {
  readonly directory: Directory;
  readonly authorizer: Authorizer;
}

/**
 * Whether a caller may let the code of a function act for an agency. It takes the right `iam:agencies:pass`. A
 * statement that names the agency as its resource is enough. One about everything, such as that of FullAccess, covers
 * only agencies without rights that the caller lacks: otherwise code would have more rights than its author. Throws
 * `forbidden`.
 */
export function authorizePassing(
  { directory, authorizer }: AgencyPassingDeps,
  caller: Caller,
  agency: Agency,
  where: Pick<Question, 'projectId' | 'peer'>,
): void {
  const question: Question = { ...where, action: PASS, type: 'agency', path: agency.name };
  if (!authorizer.allows(caller, question)) {
    throw new PlatformError('forbidden', `You may not do ${PASS} on agency ${agency.name} here.`, {
      hint: `Ask an administrator for a policy that allows ${PASS}.`,
    });
  }
  if (authorizer.allowsByName(caller, question)) return;
  // rights that their holder can extend at will cover everything
  const ofAccount = { action: 'iam:permissions:grantRoleToGroup', projectId: undefined, peer: where.peer };
  if (authorizer.allows(caller, ofAccount)) return;
  const held = directory.grantsFor(caller.principal);
  const wider = directory
    .grantsOf({ kind: 'agency', id: agency.id })
    .find((grant) => !isCovered(directory, held, grant));
  if (wider === undefined) return;
  const policy = directory.policies.get(wider.policyId)?.displayName ?? wider.policyId;
  throw new PlatformError(
    'forbidden',
    `Agency ${agency.name} may do more than you: it has ${policy} ${scopeText(directory, wider.scope)}.`,
    {
      hint: `Grant the agency its policies only where you have them, or ask for a policy that allows ${PASS} with the Resource iam:*:*:agency:${agency.name}.`,
    },
  );
}

function isCovered(directory: Directory, held: readonly Grant[], requested: Grant): boolean {
  const policy = directory.policies.get(requested.policyId);
  if (policy === undefined) return true;
  const documents = held.flatMap(({ policyId, scope }) => {
    const document = directory.policies.get(policyId)?.document;
    if (document === undefined) return [];
    if (includes(scope, requested.scope)) return [document];
    // a denial anywhere could be about something that the agency reaches
    return [{ ...document, Statement: document.Statement.filter(({ Effect }) => Effect === 'Deny') }];
  });
  return covers(documents, policy.document);
}

function includes(wide: Scope, narrow: Scope): boolean {
  return wide.kind === 'domain' || (wide.kind === narrow.kind && wide.id === narrow.id);
}

function scopeText(directory: Directory, { kind, id }: Scope): string {
  switch (kind) {
    case 'domain':
      return 'in the whole account';
    case 'project':
      return `in project ${directory.projects.get(id)?.name ?? id}`;
    case 'enterprise_project':
      return `in enterprise project ${directory.enterpriseProjects.get(id)?.name ?? id}`;
  }
}
