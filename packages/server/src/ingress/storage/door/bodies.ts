import type { Body, ChecksumAlgorithm } from '../../../services/index.ts';
import type { BodyRoom } from '../../bodies/body-budget.ts';
import { Collector } from '../../bodies/collector.ts';
import { StorageError } from '../errors.ts';
import { DecodedPayload, type PayloadOptions } from '../payload/payload.ts';
import type { PayloadPlan } from '../payload/plan.ts';
import { type Element, readXml } from '../xml/read.ts';

/** Of one object or part; the store has the same limit. */
const MAX_OBJECT_BYTES = 5 * 1024 ** 3;

export interface BodyParts {
  readonly source: AsyncIterable<Buffer>;
  readonly plan: PayloadPlan;
  readonly signing: PayloadOptions['signing'];
}

const STORED: Readonly<Record<string, ChecksumAlgorithm>> = {
  crc32: 'CRC32',
  crc32c: 'CRC32C',
  sha1: 'SHA1',
  sha256: 'SHA256',
};

/**
 * The body of an object. The store compares the digests that it keeps; the others are compared while it reads. Throws
 * `MissingContentLength` and `EntityTooLarge` before anything is read.
 */
export function objectBody({ source, plan, signing }: BodyParts): Body {
  const { bytes: size, md5, sha256, checksum } = plan;
  if (size === undefined) {
    throw new StorageError('MissingContentLength', 'The request must declare the length of its body.');
  }
  if (size > MAX_OBJECT_BYTES) {
    throw new StorageError('EntityTooLarge', `The body is over the limit of ${MAX_OBJECT_BYTES} bytes.`, {
      hint: 'Upload a large object in parts.',
    });
  }
  const algorithm = checksum === undefined ? undefined : STORED[checksum.name];
  const decoded = new DecodedPayload(
    source,
    { ...plan, md5: undefined, sha256: undefined, ...(algorithm === undefined ? {} : { checksum: undefined }) },
    { limitBytes: MAX_OBJECT_BYTES, signing },
  );
  const value = checksum?.value;
  return {
    bytes: decoded,
    size,
    ...(md5 === undefined ? {} : { md5: md5.toString('base64') }),
    ...(sha256 === undefined ? {} : { sha256: sha256.toString('hex') }),
    ...(algorithm === undefined
      ? {}
      : {
          checksum: {
            algorithm,
            expected: () => (Buffer.isBuffer(value) ? value.toString('base64') : decoded.trailer),
          },
        }),
  };
}

/** A whole document; undefined for an empty body. Throws `MaxMessageLengthExceeded`, `MalformedXML`. */
export async function readDocument(
  { source, plan, signing }: BodyParts,
  root: string,
  { limitBytes, room }: { readonly limitBytes: number; readonly room: BodyRoom },
): Promise<Element | undefined> {
  const collector = new Collector();
  try {
    for await (const piece of new DecodedPayload(source, plan, { limitBytes, signing })) {
      room.take(piece.length);
      collector.push(piece);
    }
    const whole = collector.whole();
    return whole.length === 0 ? undefined : readXml(whole, root);
  } catch (error) {
    if (!(error instanceof StorageError) || error.code !== 'EntityTooLarge') throw error;
    throw new StorageError('MaxMessageLengthExceeded', `The document is over the limit of ${limitBytes} bytes.`);
  } finally {
    room.close();
  }
}
