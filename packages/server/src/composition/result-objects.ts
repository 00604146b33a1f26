import type { Iam } from '../iam/index.ts';
import type { DeliverOptions } from '../invocation/index.ts';
import { BucketError, type Buckets, type ExternalS3, ExternalS3Error, externalBucket } from '../services/index.ts';
import { callerOf, whoOf } from './delivery-rights.ts';

const PUT = 'obs:object:PutObject';
/** Refusals that end when others write less, or when room is made. */
const PASSING: ReadonlySet<string> = new Set(['SlowDown', 'QuotaExceeded', 'InsufficientStorage']);

/** Where results may be stored. */
export interface ResultPlaces {
  readonly buckets: Pick<Buckets, 'put'>;
  readonly externalS3: Pick<ExternalS3, 'named' | 'put'>;
}

type Store = DeliverOptions['storeObject'];
type Delivered = Awaited<ReturnType<Store>>;

/**
 * Stores a result in a bucket of the project of its function, or of an S3 service that the project may use; rights are
 * checked each time, since they may have been revoked.
 */
export function resultObjects(iam: Iam, { buckets, externalS3 }: ResultPlaces): Store {
  return async (object) => {
    const { as, projectId, bucket, key, bytes, expireDays, requestId, depth, traceparent } = object;
    const caller = callerOf(iam, as, projectId);
    if (caller === undefined) return forbidden(`${whoOf(as)} is not there any more, or may not act`);
    const path = `${bucket}/${key}`;
    const isAllowed = iam.allows(caller, { action: PUT, projectId, path });
    const noRight = `${whoOf(as)} may not do ${PUT} on ${path}`;
    const outside = externalBucket(bucket);
    if (outside !== undefined) return isAllowed ? storeOutside(externalS3, outside, object) : forbidden(noRight);
    const by = {
      accountId: caller.domainId,
      projectId,
      principalId: caller.principal.id,
      sourceIp: '127.0.0.1',
      requestId,
      chainDepth: depth,
      traceparent,
      may: (action: string, resource: { readonly projectId: string }) =>
        action === PUT && isAllowed && resource.projectId === projectId,
    };
    const body = { bytes: once(bytes), size: bytes.byteLength };
    const content = { contentType: 'application/json' };
    try {
      const { etag } = await buckets.put(by, { bucket, key, body, content, metadata: {}, expireDays });
      return { kind: 'delivered', note: { bucket, key, etag }, messages: [] };
    } catch (error) {
      if (!(error instanceof BucketError)) throw error;
      const { code, message } = error;
      if (PASSING.has(code)) return { kind: 'failed', message: `${code}: ${message}` };
      if (code === 'AccessDenied') return forbidden(`${noRight}, or the bucket is of another project`);
      return { kind: 'undeliverable', reason: 'refused', message: `${code}: ${message}` };
    }
  };
}

async function storeOutside(
  externalS3: ResultPlaces['externalS3'],
  { service, bucket }: { readonly service: string; readonly bucket: string },
  { projectId, bucket: place, key, bytes }: Parameters<Store>[0],
): Promise<Delivered> {
  try {
    const etag = await externalS3.put(externalS3.named(service, projectId), { bucket, key }, bytes);
    return { kind: 'delivered', note: { bucket: place, key, etag }, messages: [] };
  } catch (error) {
    if (!(error instanceof ExternalS3Error)) throw error;
    const { reason, message } = error;
    if (reason === 'unavailable') return { kind: 'failed', message };
    return reason === 'not-granted' ? forbidden(message) : { kind: 'undeliverable', reason: 'refused', message };
  }
}

function forbidden(message: string): Delivered {
  return { kind: 'undeliverable', reason: 'forbidden', message };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
