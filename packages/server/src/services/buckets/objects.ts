import { newRequestId } from '../../lib/ids.ts';
import type { Access } from './access.ts';
import type { BucketStore, Seen } from './bucket-store.ts';
import { checkRead, checkWrite } from './conditions.ts';
import { BucketError } from './errors.ts';
import type { BucketFiles, Received } from './files/bucket-files.ts';
import { listPage } from './listing.ts';
import { keyBytes, textBytes } from './names.ts';
import type { ObjectChange, ObjectCommits } from './object-commits.ts';
import { asSource, type ObjectReader } from './object-reader.ts';
import { type Content, headOf, isRefusal, noSuchKey, type ObjectRow, storedOf } from './rows.ts';
import { checkBodySize, checkContent, checkCopySize, checkExpireDays, checkLimit, MAX_LISTED } from './rules.ts';
import type {
  BucketCaller,
  CopyRequest,
  DeleteResult,
  GetRequest,
  ListRequest,
  ObjectBytes,
  ObjectHead,
  ObjectList,
  ObjectRef,
  PutRequest,
  Stored,
  WriteConditions,
} from './types.ts';
import type { UploadStore } from './upload-store.ts';
import { checkUsage, type UsageLimits } from './usage.ts';
import type { WriteGate } from './write-gate.ts';

/** Deletions of one request that run at once. */
const DELETES_AT_ONCE = 8;

export interface ObjectParts {
  readonly access: Access;
  readonly store: BucketStore;
  readonly uploads: UploadStore;
  readonly files: BucketFiles;
  readonly reader: ObjectReader;
  readonly commits: ObjectCommits;
  readonly gate: WriteGate;
  readonly limits: UsageLimits;
  /** Throws while the data directory has too little space. */
  readonly refuseWhenFull: () => void;
}

/** Operations on single objects, and their listing. Guarantees and errors: see `Buckets`. */
export class Objects {
  readonly #parts: ObjectParts;

  constructor(parts: ObjectParts) {
    this.#parts = parts;
  }

  async put(caller: BucketCaller, request: PutRequest): Promise<Stored> {
    const { key, body, content: headers, metadata, expireDays, conditions } = request;
    const bytes = keyBytes(key);
    checkBodySize(body.size);
    checkContent(headers, metadata);
    checkExpireDays(expireDays);
    const { access, files, gate } = this.#parts;
    const seen = await access.open(caller, 'obs:object:PutObject', request.bucket, { key, bytes });
    await this.#checkWrite(seen, body.size, conditions);
    return gate.run(seen.bucket.projectId, async () => {
      const { file, md5, checksum } = await files.receive(body);
      const content = { headers, metadata, expireDays, ...(checksum && { checksum }) };
      const next = { version: file, inParts: false, size: body.size, etag: md5, content };
      const fact = { event: 'ObjectCreated:Put', caller } as const;
      return this.#commitNew({ bucket: seen.bucket, key, bytes, conditions, next, fact }, [file]);
    });
  }

  async get(caller: BucketCaller, { bucket, key, ...request }: GetRequest): Promise<ObjectBytes> {
    const { access, reader } = this.#parts;
    const bytes = keyBytes(key);
    const { object } = await access.open(caller, 'obs:object:GetObject', bucket, { key, bytes });
    return reader.open(key, object, async () => (await access.find(bucket, bytes)).object, request);
  }

  async head(caller: BucketCaller, { bucket, key, conditions }: Omit<GetRequest, 'range'>): Promise<ObjectHead> {
    const bytes = keyBytes(key);
    const { object } = await this.#parts.access.open(caller, 'obs:object:GetObject', bucket, { key, bytes });
    if (object === undefined) throw noSuchKey();
    const head = headOf(key, object);
    checkRead(head, conditions);
    return head;
  }

  async delete(
    caller: BucketCaller,
    { bucket: name, key, conditions }: ObjectRef & { readonly conditions?: WriteConditions },
  ): Promise<void> {
    const bytes = keyBytes(key);
    const { access, commits } = this.#parts;
    const { bucket } = await access.open(caller, 'obs:object:DeleteObject', name, { key, bytes });
    await commits.commit({ bucket, key, bytes, conditions, fact: { event: 'ObjectRemoved:Delete', caller } });
  }

  async deleteMany(caller: BucketCaller, bucket: string, keys: readonly string[]): Promise<DeleteResult[]> {
    if (keys.length < 1 || keys.length > MAX_LISTED) {
      throw new BucketError('InvalidArgument', `One request deletes 1 to ${MAX_LISTED} objects.`);
    }
    const { bucket: found } = await this.#parts.access.find(bucket);
    if (found.accountId !== caller.accountId) {
      throw new BucketError('AccessDenied', 'The bucket belongs to another account.');
    }
    const results: DeleteResult[] = [];
    const remaining = keys.entries();
    const work = async (): Promise<void> => {
      for (const [index, key] of remaining) results[index] = await this.#deleteOne(caller, bucket, key);
    };
    await Promise.all(Array.from({ length: DELETES_AT_ONCE }, work));
    return results;
  }

  async copy(caller: BucketCaller, request: CopyRequest): Promise<Stored> {
    const { key, source, replace, expireDays, conditions } = request;
    const bytes = keyBytes(key);
    if (replace !== undefined) checkContent(replace.content, replace.metadata);
    checkExpireDays(expireDays);
    const { access, gate } = this.#parts;
    const target = await access.open(caller, 'obs:object:PutObject', request.bucket, { key, bytes });
    const from = await this.source(caller, source, request.sourceConditions);
    if (replace === undefined && source.bucket === request.bucket && source.key === key) {
      throw new BucketError('InvalidRequest', 'A copy onto itself has to replace headers or metadata.');
    }
    checkCopySize(from.size, 'copy a larger object in parts');
    await this.#checkWrite(target, from.size, conditions);
    const { checksum, headers, metadata } = from.content;
    const described =
      replace === undefined ? { headers, metadata } : { headers: replace.content, metadata: replace.metadata };
    const content: Content = { ...described, expireDays, ...(checksum && { checksum }) };
    const change = {
      bucket: target.bucket,
      key,
      bytes,
      conditions,
      fact: { event: 'ObjectCreated:Copy', caller },
    } as const;
    return gate.run(target.bucket.projectId, () =>
      from.inParts ? this.#copyParts(change, from, content) : this.#copyFile(change, from, content),
    );
  }

  /** The object that a copy is made of. Throws what `get` throws, but `PreconditionFailed` for `NotModified`. */
  async source(
    caller: BucketCaller,
    { bucket, key }: ObjectRef,
    conditions: CopyRequest['sourceConditions'],
  ): Promise<ObjectRow> {
    const bytes = keyBytes(key);
    const { object } = await this.#parts.access.open(caller, 'obs:object:GetObject', bucket, { key, bytes });
    if (object === undefined) throw noSuchKey();
    asSource(() => checkRead(headOf(key, object), conditions));
    return object;
  }

  async list(caller: BucketCaller, request: ListRequest): Promise<ObjectList> {
    const { limit, prefix = '', delimiter = '', after = '' } = request;
    checkLimit(limit);
    const page = {
      prefix: textBytes(prefix, 'prefix'),
      delimiter: textBytes(delimiter, 'delimiter'),
      after: textBytes(after, 'marker'),
      limit,
    };
    const { access, store } = this.#parts;
    const { bucket } = await access.open(caller, 'obs:bucket:ListBucket', request.bucket, {
      key: prefix,
      bytes: page.prefix,
    });
    const { rows, prefixes, next } = await listPage(page, async (position, end, most) => {
      const found = await store.list(bucket.id, position, end, most);
      return found.map(({ bytes, version: _, ...object }) => ({ key: bytes, object }));
    });
    return {
      objects: rows.map(({ object }) => object),
      prefixes: prefixes.map((each) => each.toString('utf8')),
      ...(next && { next: next.after.toString('utf8') }),
    };
  }

  /** What can be refused before bytes are read. */
  async #checkWrite({ usage, object }: Seen, size: number, conditions: WriteConditions | undefined): Promise<void> {
    const { files, limits, refuseWhenFull } = this.#parts;
    checkWrite(object?.etag, conditions);
    checkUsage(usage, { objects: object === undefined ? 1 : 0, bytes: size - (object?.size ?? 0) }, limits);
    refuseWhenFull();
    await files.checkRoom(size);
  }

  async #copyFile(change: ObjectChange, from: ObjectRow, content: Content): Promise<Stored> {
    const [version = ''] = await this.#parts.files.duplicate([from.version]);
    const next = { version, inParts: false, size: from.size, etag: from.etag, content };
    return this.#commitNew({ ...change, next }, [version]);
  }

  async #copyParts(change: ObjectChange, from: ObjectRow, content: Content): Promise<Stored> {
    const { files, reader, uploads } = this.#parts;
    const parts = await reader.partRows(from);
    const copies = await files.duplicate(parts.map(({ file }) => file));
    const rows = parts.map((part, index) => ({ ...part, file: copies[index] ?? '' }));
    const version = newRequestId();
    const next = { version, inParts: true, size: from.size, etag: from.etag, content };
    const { bytes: key, bucket } = change;
    const also: ObjectChange['also'] = async (at) => ({
      statements: uploads.insertDone({ id: version, bucketId: bucket.id, key, at, content }, rows),
      usage: {},
    });
    return this.#commitNew({ ...change, next, also }, copies);
  }

  /** Files of a refused change are removed; after any other error it is not certain that no row has them. */
  async #commitNew(change: ObjectChange, files: readonly Received['file'][]): Promise<Stored> {
    try {
      const object = await this.#parts.commits.commit(change);
      if (object === undefined) throw new Error('a new object has no row');
      return storedOf(object);
    } catch (error) {
      if (isRefusal(error)) await this.#parts.files.remove(files);
      throw error;
    }
  }

  async #deleteOne(caller: BucketCaller, bucket: string, key: string): Promise<DeleteResult> {
    try {
      await this.delete(caller, { bucket, key });
      return { key };
    } catch (error) {
      if (error instanceof BucketError) return { key, error: { code: error.code, message: error.message } };
      throw error;
    }
  }
}
