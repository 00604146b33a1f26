import { depthOfCall } from '../../../domain/call-depth.ts';
import { traceparentOrNothing } from '../../../domain/traceparent.ts';
import { type Caller, type Iam, type Peer, projectOfRegion } from '../../../iam/index.ts';
import type { BucketCaller, BucketResource } from '../../../services/index.ts';
import { sourceOf } from '../../clients/clients.ts';
import { checkAccount } from '../../clients/proof.ts';
import { StorageError } from '../errors.ts';
import type { Claim } from '../signatures/claim.ts';

export type StorageIam = Pick<Iam, 'signer' | 'allows' | 'projectsOf' | 'domainOf' | 'tenancy'>;

/** A sender whose signature was checked. */
export interface Identified {
  readonly caller: Caller;
  /** For the signatures of chunks. */
  readonly secret: string;
}

/**
 * Throws `AccessDenied` without a signature, and for a function with the key of another account; `InvalidAccessKeyId`,
 * `SignatureDoesNotMatch`.
 */
export function identify(iam: StorageIam, claim: Claim | undefined, peer: Peer): Identified {
  if (claim === undefined) {
    throw new StorageError('AccessDenied', 'Requests without a signature are not allowed.', {
      hint: peer.resident === undefined ? 'Sign with an access key of this server.' : 'Please set an agency.',
    });
  }
  const signer = iam.signer(claim.accessKey, claim.securityToken);
  if (signer === undefined) {
    const hint = claim.securityToken === undefined ? undefined : 'The security token may have expired.';
    throw new StorageError('InvalidAccessKeyId', 'The access key does not exist or may not be used.', { hint });
  }
  const secret = signer.secret.reveal();
  if (!claim.isSignedBy(secret)) {
    throw new StorageError('SignatureDoesNotMatch', 'The signature does not match the request.', {
      hint: 'Check the secret key, and that no proxy changes path, query or host.',
      details: claim.signedTexts,
    });
  }
  const caller = signer.used();
  if (caller === undefined) throw new StorageError('InvalidAccessKeyId', 'The access key may not be used any more.');
  checkAccount(iam, caller, peer);
  return { caller, secret };
}

/** What buckets need to know about a caller. Throws `AccessDenied` for one without any project. */
export function bucketCaller(
  iam: StorageIam,
  caller: Caller,
  {
    region,
    requestId,
    peer,
    traceparent,
  }: {
    readonly region: string;
    readonly requestId: string;
    readonly peer: Peer;
    /** As it was sent. */
    readonly traceparent?: string | undefined;
  },
): { readonly caller: BucketCaller; readonly projects: BucketProjects } {
  const projects = iam.projectsOf(caller);
  const usual = projectOfRegion(projects, region);
  if (usual === undefined) throw new StorageError('AccessDenied', 'The account has no project.');
  return {
    projects,
    caller: {
      accountId: caller.domainId,
      projectId: usual.id,
      principalId: caller.principal.id,
      sourceIp: sourceOf(peer),
      requestId,
      chainDepth: depthOf(caller, peer),
      traceparent: traceparentOrNothing(traceparent),
      may: (action, resource) =>
        iam.allows(caller, { action, projectId: resource.projectId, path: pathOf(action, resource), peer }),
    },
  };
}

/** How many functions led here, one after another: a chain of triggers ends by it. */
function depthOf({ depth }: Caller, { resident }: Peer): number {
  return depth === undefined && resident === undefined ? 0 : depthOfCall(depth, resident?.depths() ?? []);
}

type BucketProjects = readonly { readonly id: string; readonly name: string }[];

/** As policies name it: `OBS:*:*:bucket:<bucket>` and `OBS:*:*:object:<bucket>/<key>`. */
function pathOf(action: string, { bucket, key }: BucketResource): string {
  if (bucket === undefined) return '*';
  return action.startsWith('obs:object:') ? `${bucket}/${key ?? '*'}` : bucket;
}
