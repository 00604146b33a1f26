import type { IncomingHttpHeaders } from 'node:http';
import type { Caller, Iam, Peer } from '../../iam/index.ts';
import { PlatformError } from '../../lib/platform-error.ts';

/** Throws `unauthenticated`, with the text of the guide, for a function that calls without any credentials. */
export function checkProof(headers: IncomingHttpHeaders, { resident }: Peer): void {
  if (resident === undefined || headers['x-auth-token'] || headers.authorization) return;
  throw new PlatformError(
    'unauthenticated',
    'Failed to access other services because no temporary AK, SK, or token has been obtained. Please set an agency.',
    { hint: 'Sign the request with the keys of the context; they are empty unless the function has an agency.' },
  );
}

/** Throws `forbidden`: a key that leaked to a function of another account is of no use to it. */
export function checkAccount({ tenancy }: Pick<Iam, 'tenancy'>, { domainId }: Caller, { resident }: Peer): void {
  if (resident === undefined || tenancy.project(resident.projectId)?.domainId === domainId) return;
  throw new PlatformError('forbidden', 'A function may call the platform with credentials of its own account only.');
}
