import { parseUrn } from '@funcgraph/api';
import { PlatformError } from '../../../lib/platform-error.ts';
import { deliveringAs, UNKNOWN_SETTER } from '../delivering-as.ts';
import type { Delivery, DeliveryResult, DestinationKind } from '../destination-kind.ts';
import { refusal } from '../refusal.ts';

interface Place {
  readonly bucket: string;
  /** Keys begin with it as it is; may be empty. */
  readonly prefix: string;
  /** Days until an object is removed; 0 for never. */
  readonly expires: number;
}

/** With the longest name of a function and an id, a key of at most 1024 bytes. */
const MAX_PREFIX_BYTES = 800;
const SUFFIX = '.json';
const MAX_EXPIRES_DAYS = 365;
const OUTSIDE = '@';
/** A bucket here, or `@service/bucket` for one of an S3 service that the operator registered. */
const BUCKET = /^(@[a-z][a-z0-9]{0,31}\/)?[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** A bucket of the project, or outside, in which each outcome becomes an object. */
export const obsDestination: DestinationKind<Place> = {
  code: 'OBS',
  keepsSetter: true,
  target(bucket, field, { prefix = '', expires = 0 }) {
    if (!BUCKET.test(bucket)) {
      throw new PlatformError('invalid_request', `${field}.param: bucket is not the name of a bucket`, {
        hint: 'Write results, or @service/results for a bucket of an S3 service that the operator registered.',
      });
    }
    if (typeof prefix !== 'string' || !prefix.isWellFormed() || Buffer.byteLength(prefix) > MAX_PREFIX_BYTES) {
      const message = `${field}.param: prefix must be a text of at most ${MAX_PREFIX_BYTES} bytes`;
      throw new PlatformError('invalid_request', message);
    }
    if (typeof expires !== 'number' || !Number.isInteger(expires) || expires < 0 || expires > MAX_EXPIRES_DAYS) {
      const message = `${field}.param: expires must be a number of days from 0 to ${MAX_EXPIRES_DAYS}; 0 means never`;
      throw new PlatformError('invalid_request', message);
    }
    if (expires !== 0 && bucket.startsWith(OUTSIDE)) {
      throw new PlatformError('not_supported_here', `${field}.param: expires must be 0 for a bucket outside`, {
        hint: 'Give the bucket a lifecycle rule for the prefix at its service; it removes old results.',
      });
    }
    return { bucket, prefix, expires };
  },
  becomes: ({ bucket, prefix }, { name }) => ({ kind: 'objects', bucket, prefix: `${prefix}${name}/`, suffix: SUFFIX }),
  check({ bucket, prefix }, { name, mayStore }) {
    mayStore({ bucket, key: keyOf(prefix, name.name, '*') });
  },
  describe: ({ bucket, prefix }) => `obs://${bucket}/${prefix}`,
  deliver: store,
};

/** The key has the id of the request that ended, so that a repeated delivery replaces the object by an equal one. */
function keyOf(prefix: string, functionName: string, requestId: string): string {
  return `${prefix}${functionName}/${requestId}${SUFFIX}`;
}

async function store(
  { bucket, prefix, expires }: Place,
  { message, attributes, options }: Delivery,
): Promise<DeliveryResult> {
  const as = deliveringAs(options, attributes);
  if (as === undefined) return { kind: 'undeliverable', reason: 'forbidden', message: UNKNOWN_SETTER };
  const urn = parseUrn(attributes.urn);
  if (urn === undefined) throw new Error('a delivery has no function URN');
  const key = keyOf(prefix, urn.name, attributes.requestId);
  try {
    return await options.storeObject({
      as,
      projectId: urn.projectId,
      bucket,
      key,
      bytes: message.payload,
      expireDays: expires === 0 ? undefined : expires,
      requestId: message.id,
      depth: (attributes.depth ?? 0) + 1,
      traceparent: attributes.traceparent,
    });
  } catch (error) {
    return refusal(error);
  }
}
