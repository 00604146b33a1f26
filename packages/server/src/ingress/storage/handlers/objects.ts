import { BucketError, type ObjectBytes, type Stored } from '../../../services/index.ts';
import { type Answer, emptyAnswer, isoTime, quoted, xmlAnswer } from '../answers/answer.ts';
import type { Call, HandlerDeps, HandlersOf } from '../call.ts';
import { StorageError } from '../errors.ts';
import { rangeOf, readConditions, unquoted, writeConditions } from '../objects/conditions.ts';
import { copySourceOf, sourceConditions } from '../objects/copy-source.ts';
import { contentHeaders, expireDaysOf, metadataOf, objectHeaders, overrides } from '../objects/stored-headers.ts';
import { all, type Element, maybe, refuseOthers, textOf } from '../xml/read.ts';

/** As many keys as S3 takes, of 1,024 bytes, with their markup. */
const MAX_DELETE_BYTES = 2 * 1024 * 1024;
const MAX_DELETED = 1000;

export const objectHandlers: HandlersOf<
  'putObject' | 'copyObject' | 'getObject' | 'headObject' | 'deleteObject' | 'deleteObjects'
> = {
  async putObject({ head: { headers }, caller, bucket, key, objectBody }, { buckets }) {
    const stored = await buckets.put(caller, {
      bucket,
      key,
      body: objectBody(),
      content: contentHeaders(headers),
      metadata: metadataOf(headers),
      expireDays: expireDaysOf(headers),
      conditions: writeConditions(headers),
    });
    return emptyAnswer(200, storedHeaders(stored));
  },

  async copyObject({ head: { headers }, caller, bucket, key, dialect }, { buckets }) {
    const replaces = directiveOf(headers) === 'REPLACE';
    const stored = await buckets.copy(caller, {
      bucket,
      key,
      source: copySourceOf(headers),
      sourceConditions: sourceConditions(headers),
      ...(replaces ? { replace: { content: contentHeaders(headers), metadata: metadataOf(headers) } } : {}),
      expireDays: expireDaysOf(headers),
      conditions: writeConditions(headers),
    });
    const content = { LastModified: isoTime(stored.modifiedAt), ETag: quoted(stored.etag) };
    return xmlAnswer('CopyObjectResult', content, dialect);
  },

  async getObject(call, deps) {
    const replaced = overrides(call.head.query);
    const { head, range, length, bytes } = await read(call, deps);
    const shown = objectHeaders(head, {
      dialect: call.dialect,
      replaced,
      withChecksum: asksForChecksum(call) && range === undefined,
    });
    if (range === undefined) return { status: 200, headers: shown, body: { bytes, length } };
    const contentRange = `bytes ${range.first}-${range.last}/${head.size}`;
    return { status: 206, headers: [...shown, ['Content-Range', contentRange]], body: { bytes, length } };
  },

  async headObject(call, deps) {
    const { caller, bucket, key, dialect } = call;
    const replaced = overrides(call.head.query);
    const conditions = readConditions(call.head.headers);
    const known = deps.buckets.head(caller, { bucket, key, conditions });
    const head = await known.catch((error: unknown) => hidden(error, call, deps));
    const headers = objectHeaders(head, { dialect, replaced, withChecksum: asksForChecksum(call) });
    return { status: 200, headers, declaredLength: head.size };
  },

  async deleteObject({ head: { headers }, caller, bucket, key }, { buckets }) {
    const { ifMatch } = writeConditions(headers);
    await buckets.delete(caller, { bucket, key, ...(ifMatch === undefined ? {} : { conditions: { ifMatch } }) });
    return emptyAnswer(204);
  },

  async deleteObjects({ caller, bucket, dialect, document }, { buckets }) {
    const root = await document('Delete', MAX_DELETE_BYTES);
    if (root === undefined) throw new StorageError('MalformedXML', 'The request has no body.');
    const { keys, quiet, encode, encodingType } = deletionsOf(root);
    const results = await buckets.deleteMany(caller, bucket, keys);
    const deleted = results.filter(({ error }) => error === undefined);
    const failed = results.flatMap(({ key, error }) => (error === undefined ? [] : [{ key, ...error }]));
    const content = {
      EncodingType: encodingType,
      Deleted: quiet ? [] : deleted.map(({ key }) => ({ Key: encode(key) })),
      Error: failed.map(({ key, code, message }) => ({ Key: encode(key), Code: code, Message: message })),
    };
    return xmlAnswer('DeleteResult', content, dialect);
  },
};

/** The headers with which clients compare what they have sent. */
export function storedHeaders({ etag, checksum }: Stored): Answer['headers'] {
  const headers: [string, string][] = [['ETag', quoted(etag)]];
  if (checksum !== undefined) headers.push([`x-amz-checksum-${checksum.algorithm.toLowerCase()}`, checksum.value]);
  return headers;
}

/** With `If-Range` the range holds only for the object that the client knows; otherwise it gets the whole one. */
async function read(call: Call, { buckets }: Pick<HandlerDeps, 'buckets'>): Promise<ObjectBytes> {
  const { caller, bucket, key } = call;
  const { headers } = call.head;
  const range = rangeOf(headers.get('range'));
  const conditions = readConditions(headers);
  const whole = { bucket, key, conditions };
  const ifRange = headers.get('if-range');
  try {
    if (range === undefined) return await buckets.get(caller, whole);
    if (ifRange === undefined) return await buckets.get(caller, { ...whole, range });
    const known = await buckets.head(caller, whole);
    const isSame = unquoted(ifRange) === known.etag || Date.parse(ifRange) === known.modifiedAt;
    // by its etag: the object may change between the two steps
    return await buckets.get(caller, isSame ? { bucket, key, range, conditions: { ifMatch: [known.etag] } } : whole);
  } catch (error) {
    return await hidden(error, call, { buckets });
  }
}

/**
 * A caller who may not list a bucket does not learn which keys it lacks, as with S3. The empty listing answers with the
 * rights of the bucket's own project.
 */
async function hidden(
  error: unknown,
  { caller, bucket }: Call,
  { buckets }: Pick<HandlerDeps, 'buckets'>,
): Promise<never> {
  if (error instanceof BucketError && error.code === 'NoSuchKey') await buckets.list(caller, { bucket, limit: 0 });
  throw error;
}

function asksForChecksum({ head }: Call): boolean {
  return head.headers.get('x-amz-checksum-mode')?.toUpperCase() === 'ENABLED';
}

function directiveOf(headers: ReadonlyMap<string, string>): string {
  const text = headers.get('x-amz-metadata-directive') ?? headers.get('x-obs-metadata-directive') ?? 'COPY';
  const directive = text.toUpperCase();
  if (directive === 'COPY' || directive === 'REPLACE') return directive;
  throw new StorageError('InvalidArgument', 'The metadata directive must be COPY or REPLACE.');
}

interface Deletions {
  readonly keys: readonly string[];
  readonly quiet: boolean;
  readonly encodingType: string | undefined;
  readonly encode: (key: string) => string;
}

function deletionsOf(root: Element): Deletions {
  refuseOthers(root, ['Object', 'Quiet', 'EncodingType']);
  const encodingType = maybe(root, 'EncodingType')?.text;
  if (encodingType !== undefined && encodingType !== 'url') {
    throw new StorageError('InvalidArgument', 'The EncodingType must be url.');
  }
  const objects = all(root, 'Object');
  if (objects.length === 0 || objects.length > MAX_DELETED) {
    throw new StorageError('MalformedXML', `The request must name 1 to ${MAX_DELETED} objects.`);
  }
  const isUrl = encodingType === 'url';
  return {
    keys: objects.map((object) => keyOf(object, isUrl)),
    quiet: maybe(root, 'Quiet')?.text.trim().toLowerCase() === 'true',
    encodingType,
    encode: isUrl ? encodeURIComponent : (key) => key,
  };
}

function keyOf(object: Element, isUrl: boolean): string {
  refuseOthers(object, ['Key', 'VersionId']);
  const version = maybe(object, 'VersionId')?.text ?? 'null';
  if (version !== 'null' && version !== '') {
    throw new StorageError('NotImplemented', 'Versions of objects are not implemented; the only one is null.');
  }
  const key = textOf(object, 'Key');
  if (!isUrl) return key;
  try {
    return decodeURIComponent(key);
  } catch {
    throw new StorageError('InvalidArgument', 'A key is not UTF-8 in percent encoding.');
  }
}
