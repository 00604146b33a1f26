import type { ChecksumAlgorithm, CompleteRequest } from '../../../services/index.ts';
import { emptyAnswer, isoTime, quoted, xmlAnswer } from '../answers/answer.ts';
import type { Call, HandlersOf } from '../call.ts';
import { StorageError } from '../errors.ts';
import { rangeOf, unquoted, writeConditions } from '../objects/conditions.ts';
import { copySourceOf, sourceConditions } from '../objects/copy-source.ts';
import { contentHeaders, expireDaysOf, metadataOf } from '../objects/stored-headers.ts';
import { uriEncodePath } from '../signatures/encode.ts';
import { all, type Element, maybe, textOf } from '../xml/read.ts';
import { ownerOf } from './listings.ts';
import { storedHeaders } from './objects.ts';
import { keyEncoding, numberOf, partNumberOf } from './parameters.ts';

/** 10,000 parts with number, ETag and the longest checksum. */
const MAX_COMPLETE_BYTES = 4 * 1024 * 1024;
const MAX_PARTS = 1000;
const ALGORITHMS: readonly ChecksumAlgorithm[] = ['CRC32', 'CRC32C', 'SHA1', 'SHA256'];

/** Uploads of an object in parts. */
export const uploadHandlers: HandlersOf<
  'createUpload' | 'uploadPart' | 'copyPart' | 'completeUpload' | 'abortUpload' | 'listParts'
> = {
  async createUpload({ head, caller, bucket, key, dialect }, { buckets }) {
    const { headers } = head;
    const algorithm = algorithmOf(headers);
    const uploadId = await buckets.createUpload(caller, {
      bucket,
      key,
      content: contentHeaders(headers),
      metadata: metadataOf(headers),
      expireDays: expireDaysOf(headers),
      ...(algorithm === undefined ? {} : { checksumAlgorithm: algorithm }),
    });
    const { encode, name } = keyEncoding(head);
    const checksum: [string, string][] =
      algorithm === undefined
        ? []
        : [
            ['x-amz-checksum-algorithm', algorithm],
            ['x-amz-checksum-type', 'COMPOSITE'],
          ];
    const content = { EncodingType: name, Bucket: bucket, Key: encode(key), UploadId: uploadId };
    return xmlAnswer('InitiateMultipartUploadResult', content, dialect, checksum);
  },

  async uploadPart(call, { buckets }) {
    const part = { ...uploadOf(call), partNumber: partNumberOf(call.head), body: call.objectBody() };
    return emptyAnswer(200, storedHeaders(await buckets.uploadPart(call.caller, part)));
  },

  async copyPart(call, { buckets }) {
    const { headers } = call.head;
    const range = sourceRange(headers.get('x-amz-copy-source-range') ?? headers.get('x-obs-copy-source-range'));
    const stored = await buckets.copyPart(call.caller, {
      ...uploadOf(call),
      partNumber: partNumberOf(call.head),
      source: copySourceOf(headers),
      sourceConditions: sourceConditions(headers),
      ...(range === undefined ? {} : { range }),
    });
    const content = { LastModified: isoTime(stored.modifiedAt), ETag: quoted(stored.etag) };
    return xmlAnswer('CopyPartResult', content, call.dialect);
  },

  async completeUpload(call, { buckets }) {
    const { head, caller, bucket, key, dialect, document } = call;
    const root = await document('CompleteMultipartUpload', MAX_COMPLETE_BYTES);
    if (root === undefined) throw new StorageError('MalformedXML', 'The request names no parts.');
    const conditions = writeConditions(head.headers);
    const stored = await buckets.completeUpload(caller, {
      ...uploadOf(call),
      parts: all(root, 'Part').map(partOf),
      conditions,
    });
    const { encode, name } = keyEncoding(head);
    const { checksum } = stored;
    const content = {
      EncodingType: name,
      Location: `http://${head.headers.get('host') ?? ''}/${bucket}/${uriEncodePath(key)}`,
      Bucket: bucket,
      Key: encode(key),
      ETag: quoted(stored.etag),
      ...(checksum === undefined
        ? {}
        : { [`Checksum${checksum.algorithm}`]: checksum.value, ChecksumType: 'COMPOSITE' }),
    };
    return xmlAnswer('CompleteMultipartUploadResult', content, dialect);
  },

  async abortUpload(call, { buckets }) {
    await buckets.abortUpload(call.caller, uploadOf(call));
    return emptyAnswer(204);
  },

  async listParts(call, { buckets }) {
    const { head, caller, bucket, key, dialect } = call;
    const afterPart = numberOf(head, 'part-number-marker', 0, 10_000);
    const limit = numberOf(head, 'max-parts', MAX_PARTS, MAX_PARTS);
    const upload = uploadOf(call);
    const { parts, checksumAlgorithm, next } = await buckets.listParts(caller, { ...upload, afterPart, limit });
    const { encode, name } = keyEncoding(head);
    return xmlAnswer(
      'ListPartsResult',
      {
        EncodingType: name,
        Bucket: bucket,
        Key: encode(key),
        UploadId: upload.uploadId,
        Initiator: ownerOf(call),
        Owner: ownerOf(call),
        StorageClass: 'STANDARD',
        PartNumberMarker: afterPart,
        NextPartNumberMarker: next,
        MaxParts: limit,
        IsTruncated: next !== undefined,
        ChecksumAlgorithm: checksumAlgorithm,
        Part: parts.map(({ partNumber, modifiedAt, etag, size, checksum }) => ({
          PartNumber: partNumber,
          LastModified: isoTime(modifiedAt),
          ETag: quoted(etag),
          Size: size,
          ...(checksum === undefined ? {} : { [`Checksum${checksum.algorithm}`]: checksum.value }),
        })),
      },
      dialect,
    );
  },
};

function uploadOf({ head, bucket, key }: Call): { bucket: string; key: string; uploadId: string } {
  return { bucket, key, uploadId: head.query.get('uploadId') ?? '' };
}

/** S3 reads this header more strictly than `Range`. */
function sourceRange(text: string | undefined): { readonly first: number; readonly last: number } | undefined {
  if (text === undefined) return undefined;
  const range = rangeOf(text);
  if (range !== undefined && 'first' in range && range.last !== undefined)
    return { first: range.first, last: range.last };
  throw new StorageError('InvalidArgument', 'The range of a copy must look like bytes=0-9.');
}

/** Throws `NotImplemented` for a checksum of the object that is not made of those of its parts. */
function algorithmOf(headers: ReadonlyMap<string, string>): ChecksumAlgorithm | undefined {
  const name = headers.get('x-amz-checksum-algorithm')?.toUpperCase();
  const algorithm = ALGORITHMS.find((known) => known === name);
  const type = headers.get('x-amz-checksum-type')?.toUpperCase();
  if (name !== algorithm || (type !== undefined && type !== 'COMPOSITE')) {
    throw new StorageError('NotImplemented', `This checksum of an upload in parts is not implemented.`, {
      hint: `Implemented are ${ALGORITHMS.join(', ')}, of the type COMPOSITE.`,
    });
  }
  return algorithm;
}

function partOf(part: Element): CompleteRequest['parts'][number] {
  const number = textOf(part, 'PartNumber').trim();
  if (!/^\d{1,5}$/.test(number)) throw new StorageError('MalformedXML', 'The number of a part is not a number.');
  const checksum = ALGORITHMS.map((algorithm) => maybe(part, `Checksum${algorithm}`)?.text).find(
    (one) => one !== undefined,
  );
  return {
    partNumber: Number(number),
    etag: unquoted(textOf(part, 'ETag')),
    ...(checksum === undefined ? {} : { checksum }),
  };
}
