import { StorageError } from '../errors.ts';
import type { Head } from '../head.ts';
import type { Claim } from './claim.ts';
import { type HostBucket, readV2Header, readV2Query } from './v2.ts';
import { ALGORITHM, readV4Header, readV4Query } from './v4.ts';

/**
 * The sender that a request names; undefined for a request without any proof. Throws for one that no secret can have
 * signed: wrong form, wrong time, headers without signature.
 */
export function readClaim(head: Head, at: HostBucket, nowMs: number): Claim | undefined {
  const authorization = head.headers.get('authorization');
  const isV4 = [...head.query.keys()].some((name) => /^x-amz-(?:algorithm|signature)$/i.test(name));
  const isV2 = head.query.has('Signature') || head.query.has('AWSAccessKeyId') || head.query.has('AccessKeyId');
  if ((authorization !== undefined ? 1 : 0) + (isV4 ? 1 : 0) + (isV2 ? 1 : 0) > 1) {
    throw new StorageError('InvalidArgument', 'The request has more than one signature.');
  }
  if (isV4) return readV4Query(head, nowMs);
  if (isV2) return readV2Query(head, at, nowMs);
  if (authorization === undefined) return undefined;
  if (authorization.startsWith(`${ALGORITHM} `)) return readV4Header(head, authorization, nowMs);
  if (/^(?:AWS|OBS) /.test(authorization)) return readV2Header(head, at, authorization, nowMs);
  throw new StorageError('InvalidArgument', 'Unsupported Authorization Type', {
    hint: `Sign with ${ALGORITHM}, or with the header of AWS or OBS.`,
  });
}
