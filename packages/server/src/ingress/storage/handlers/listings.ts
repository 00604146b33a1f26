import type { ListedObject, ObjectList } from '../../../services/index.ts';
import { isoTime, quoted, xmlAnswer } from '../answers/answer.ts';
import type { Call, HandlersOf } from '../call.ts';
import { StorageError } from '../errors.ts';
import type { Node } from '../xml/write.ts';
import { keyEncoding, numberOf } from './parameters.ts';

const MAX_ENTRIES = 1000;

/** Listings of objects, in both versions, and of unfinished uploads. */
export const listingHandlers: HandlersOf<'listObjects' | 'listObjectsV2' | 'listUploads'> = {
  async listObjects(call, { buckets, region }) {
    const { head, caller, bucket } = call;
    const marker = head.query.get('marker') ?? '';
    const limit = numberOf(head, 'max-keys', MAX_ENTRIES, MAX_ENTRIES);
    const list = await buckets.list(caller, { bucket, ...filterOf(call), ...afterOf(marker), limit });
    const { encode } = keyEncoding(head);
    const content = {
      Name: bucket,
      ...shownFilter(call),
      Marker: encode(marker),
      MaxKeys: limit,
      IsTruncated: list.next !== undefined,
      NextMarker: list.next === undefined ? undefined : encode(list.next),
      ...entries(call, list, true),
    };
    return xmlAnswer('ListBucketResult', content, call.dialect, regionHeader(call, region));
  },

  async listObjectsV2(call, { buckets, region }) {
    const { head, caller, bucket } = call;
    const { query } = head;
    const token = query.get('continuation-token');
    const startAfter = query.get('start-after');
    const after = token === undefined ? (startAfter ?? '') : tokenText(token);
    const limit = numberOf(head, 'max-keys', MAX_ENTRIES, MAX_ENTRIES);
    const list = await buckets.list(caller, { bucket, ...filterOf(call), ...afterOf(after), limit });
    const { encode } = keyEncoding(head);
    const content = {
      Name: bucket,
      ...shownFilter(call),
      StartAfter: startAfter === undefined ? undefined : encode(startAfter),
      ContinuationToken: token,
      MaxKeys: limit,
      KeyCount: list.objects.length + list.prefixes.length,
      IsTruncated: list.next !== undefined,
      NextContinuationToken: list.next === undefined ? undefined : tokenOf(list.next),
      ...entries(call, list, query.get('fetch-owner') === 'true'),
    };
    return xmlAnswer('ListBucketResult', content, call.dialect, regionHeader(call, region));
  },

  async listUploads(call, { buckets }) {
    const { head, caller, bucket } = call;
    const { query } = head;
    const keyMarker = query.get('key-marker') ?? '';
    const idMarker = query.get('upload-id-marker') ?? '';
    const limit = numberOf(head, 'max-uploads', MAX_ENTRIES, MAX_ENTRIES);
    const { uploads, prefixes, next } = await buckets.listUploads(caller, {
      bucket,
      ...filterOf(call),
      ...afterOf(keyMarker),
      // without a key it means nothing
      ...(keyMarker === '' || idMarker === '' ? {} : { afterUpload: idMarker }),
      limit,
    });
    const { encode } = keyEncoding(head);
    return xmlAnswer(
      'ListMultipartUploadsResult',
      {
        Bucket: bucket,
        ...shownFilter(call),
        KeyMarker: encode(keyMarker),
        UploadIdMarker: idMarker,
        NextKeyMarker: next === undefined ? undefined : encode(next.after),
        NextUploadIdMarker: next?.afterUpload,
        MaxUploads: limit,
        IsTruncated: next !== undefined,
        Upload: uploads.map((upload) => ({
          Key: encode(upload.key),
          UploadId: upload.uploadId,
          Initiator: ownerOf(call),
          Owner: ownerOf(call),
          StorageClass: 'STANDARD',
          Initiated: isoTime(upload.createdAt),
          ChecksumAlgorithm: upload.checksumAlgorithm,
        })),
        CommonPrefixes: prefixes.map((prefix) => ({ Prefix: encode(prefix) })),
      },
      call.dialect,
    );
  },
};

/** Buckets answer to their own account only, which owns everything in them. */
export function ownerOf({ caller, accountName }: Pick<Call, 'caller' | 'accountName'>): Node {
  return { ID: caller.accountId, DisplayName: accountName };
}

function filterOf({ head }: Call): { prefix?: string; delimiter?: string } {
  const prefix = head.query.get('prefix') ?? '';
  const delimiter = head.query.get('delimiter') ?? '';
  return { ...(prefix === '' ? {} : { prefix }), ...(delimiter === '' ? {} : { delimiter }) };
}

function shownFilter({ head }: Call): {
  Prefix: string;
  Delimiter: string | undefined;
  EncodingType: string | undefined;
} {
  const { name, encode } = keyEncoding(head);
  const delimiter = head.query.get('delimiter');
  return {
    Prefix: encode(head.query.get('prefix') ?? ''),
    Delimiter: delimiter === undefined ? undefined : encode(delimiter),
    EncodingType: name,
  };
}

function afterOf(after: string): { after?: string } {
  return after === '' ? {} : { after };
}

function entries(
  call: Call,
  { objects, prefixes }: ObjectList,
  withOwner: boolean,
): { Contents: Node; CommonPrefixes: Node } {
  const { encode } = keyEncoding(call.head);
  const shown = ({ key, size, etag, modifiedAt }: ListedObject): Node => ({
    Key: encode(key),
    LastModified: isoTime(modifiedAt),
    ETag: quoted(etag),
    Size: size,
    Owner: withOwner ? ownerOf(call) : undefined,
    StorageClass: 'STANDARD',
  });
  return { Contents: objects.map(shown), CommonPrefixes: prefixes.map((prefix) => ({ Prefix: encode(prefix) })) };
}

function regionHeader({ dialect }: Call, region: string): [string, string][] {
  return [[dialect === 'obs' ? 'x-obs-bucket-location' : 'x-amz-bucket-region', region]];
}

function tokenOf(key: string): string {
  return Buffer.from(key).toString('base64url');
}

/** Throws `InvalidArgument` for a token that is none of ours. */
function tokenText(token: string): string {
  const text = Buffer.from(token, 'base64url').toString();
  if (text !== '' && tokenOf(text) === token) return text;
  throw new StorageError('InvalidArgument', 'The continuation token is not valid.');
}
