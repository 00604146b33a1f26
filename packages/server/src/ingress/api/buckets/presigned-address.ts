import type { RouteResponse, Routes } from '@funcgraph/api';
import type { Iam } from '../../../iam/index.ts';
import type { Clock } from '../../../lib/clock.ts';
import { PlatformError } from '../../../lib/platform-error.ts';
import type { ApiRequest } from '../../http/handler.ts';
import { presigned } from '../../storage/index.ts';

export interface PresignDeps {
  readonly iam: Pick<Iam, 'sessions' | 'signer' | 'holds'>;
  readonly clock: Clock;
  readonly region: string;
  /** Where this server serves buckets. */
  readonly bucketAddress: () => string;
}

type Asking = Pick<ApiRequest<'presignBucketObject'>, 'caller' | 'headers' | 'params'>;

interface Wish {
  readonly bucket: string;
  readonly key: string;
  readonly method: string;
  readonly seconds: number | undefined;
}

const SECONDS = { usual: 300, max: 900 };

/**
 * An address that acts with the rights of the caller: signed with the key of the request, or for a session of a browser and
 * a token with a key of that user, which is good for the project and for as long as the address. Objects are at another
 * port than the console, so another origin, and are saved as files: no object is a page of the console.
 */
export function presignedAddress(
  { iam, clock, region, bucketAddress }: PresignDeps,
  { caller, headers, params }: Asking,
  { bucket, key, method, seconds = SECONDS.usual }: Wish,
): RouteResponse<Routes['presignBucketObject']> {
  if (seconds < 1 || seconds > SECONDS.max) {
    throw new PlatformError('invalid_request', `expires_seconds must be 1 to ${SECONDS.max}`);
  }
  const nowMs = clock.now();
  const expiresAt = nowMs + seconds * 1000;
  const query = method === 'GET' ? { 'response-content-disposition': attachment(key) } : {};
  const url = presigned(
    { method, endpoint: endpointFor(bucketAddress(), headers.host), bucket, key, query: { ...query } },
    { ...keyOf(iam, { caller, headers, params }, expiresAt), region },
    { nowMs, seconds },
  );
  return { url, method, expires_time: new Date(expiresAt).toISOString() };
}

function keyOf(iam: PresignDeps['iam'], { caller, headers, params }: Asking, expiresAt: number) {
  const { principal, accessKey, depth } = caller;
  if (accessKey !== '') {
    const token = headers['x-security-token'];
    const securityToken = typeof token === 'string' ? token : undefined;
    const signer = iam.signer(accessKey, securityToken);
    if (signer !== undefined) return { accessKey, secretKey: signer.secret.reveal(), securityToken };
  }
  const { kind, id } = principal;
  if (kind === 'nobody') throw new PlatformError('forbidden', 'A caller without identity cannot sign an address.');
  // the key is of the user as of now, whose sessions may have ended since the request was accepted
  if (!iam.holds({ headers, caller })) {
    throw new PlatformError('unauthenticated', 'The session or token of the request is not valid any more.');
  }
  return iam.sessions.issueKey({
    principal: { kind, id },
    projectId: params.project_id,
    expiresAt,
    ...(depth === undefined ? {} : { depth }),
  });
}

/** Under the name by which the caller reached the API, at the port of buckets. */
function endpointFor(storage: string, host: string | undefined): URL {
  const endpoint = new URL(storage);
  const called = `http://${host ?? ''}`;
  if (URL.canParse(called)) endpoint.hostname = new URL(called).hostname;
  return endpoint;
}

/** With the last part of the key as the name of the file. */
function attachment(key: string): string {
  const name = key.split('/').findLast((part) => part !== '') ?? 'object';
  return `attachment; filename*=UTF-8''${encodeURIComponent(name).replace(/['()*]/g, (char) => `%${char.charCodeAt(0).toString(16)}`)}`;
}
