import type { Iam } from '../iam/index.ts';
import type { DeliverOptions } from '../invocation/index.ts';
import { BucketError, type Buckets } from '../services/index.ts';
import { callerOf, whoOf } from './delivery-rights.ts';

const PUT = 'obs:object:PutObject';
/** Refusals that end when others write less, or when room is made. */
const PASSING: ReadonlySet<string> = new Set(['SlowDown', 'QuotaExceeded', 'InsufficientStorage']);

/** Stores a result in a bucket of the project of its function; rights are checked each time, since they may have been revoked. */
export function resultObjects(iam: Iam, buckets: Pick<Buckets, 'put'>): DeliverOptions['storeObject'] {
  return async ({ as, projectId, bucket, key, bytes, requestId, depth }) => {
    const caller = callerOf(iam, as, projectId);
    if (caller === undefined) {
      return {
        kind: 'undeliverable',
        reason: 'forbidden',
        message: `${whoOf(as)} is not there any more, or may not act`,
      };
    }
    const by = {
      accountId: caller.domainId,
      projectId,
      principalId: caller.principal.id,
      sourceIp: '127.0.0.1',
      requestId,
      chainDepth: depth,
      may: (action: string, resource: { readonly projectId: string }) =>
        resource.projectId === projectId && iam.allows(caller, { action, projectId, path: `${bucket}/${key}` }),
    };
    const body = { bytes: once(bytes), size: bytes.byteLength };
    try {
      const { etag } = await buckets.put(by, {
        bucket,
        key,
        body,
        content: { contentType: 'application/json' },
        metadata: {},
      });
      return { kind: 'delivered', note: { bucket, key, etag }, messages: [] };
    } catch (error) {
      if (!(error instanceof BucketError)) throw error;
      const { code, message } = error;
      if (PASSING.has(code)) return { kind: 'failed', message: `${code}: ${message}` };
      if (code !== 'AccessDenied') return { kind: 'undeliverable', reason: 'refused', message: `${code}: ${message}` };
      const text = `${whoOf(as)} may not do ${PUT} on ${bucket}/${key}, or the bucket is of another project`;
      return { kind: 'undeliverable', reason: 'forbidden', message: text };
    }
  };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
