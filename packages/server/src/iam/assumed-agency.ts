import type { Clock } from '../lib/clock.ts';
import { PlatformError } from '../lib/platform-error.ts';
import { names, type Trust } from './agencies.ts';
import type { Authorizer, Question } from './authorizer.ts';
import type { Directory } from './directory.ts';
import type { Agency, Caller } from './types.ts';

const ASSUME = 'iam:agencies:assume';

export interface AssumptionDeps {
  readonly directory: Directory;
  readonly authorizer: Authorizer;
  readonly clock: Clock;
}

/** An agency of another account. */
export interface AssumptionRequest {
  readonly account: Trust;
  readonly agencyName: string;
}

/**
 * The agency of another account that a user may act for now: it trusts the account of the user, who has the right
 * `iam:agencies:assume`. The answer is the same whether the account, the agency or the trust is missing. An agency
 * assumes no other. Throws `forbidden`.
 */
export function assumableAgency(
  { directory, authorizer, clock }: AssumptionDeps,
  caller: Caller,
  { account, agencyName }: AssumptionRequest,
  peer: Question['peer'],
): Agency {
  if (caller.principal.kind !== 'user') {
    throw new PlatformError('forbidden', 'Only a user can assume an agency; an agency assumes no other.');
  }
  const domain = [...directory.domains.values()].find((one) => names(account, one));
  const agency = domain === undefined ? undefined : directory.agencyByName(domain.id, agencyName);
  const isOver = agency === undefined || (agency.expiresAt !== null && agency.expiresAt <= clock.now());
  if (isOver || agency.trustedService !== caller.domainId) {
    throw new PlatformError('forbidden', 'There is no such agency in that account that trusts your account.', {
      hint: 'Its administrator makes one: fgs iam agencies create NAME --trust-account YOUR-ACCOUNT',
    });
  }
  if (!authorizer.allows(caller, { action: ASSUME, projectId: undefined, type: 'agency', path: agency.id, peer })) {
    throw new PlatformError('forbidden', `You may not do ${ASSUME} on agency ${agency.id}.`, {
      hint: 'Ask an administrator of your account for the policy Agent Operator.',
    });
  }
  return agency;
}
