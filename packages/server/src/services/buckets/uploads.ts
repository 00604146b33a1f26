import { createHash } from 'node:crypto';
import type { Clock } from '../../lib/clock.ts';
import { newRequestId } from '../../lib/ids.ts';
import { KeyLock } from '../../lib/key-lock.ts';
import type { AtomicStatement } from '../../storage/index.ts';
import type { Seen } from './bucket-store.ts';
import { tryAtomic } from './change-steps.ts';
import { resolveRange } from './conditions.ts';
import { checksumOfParts, etagOfParts } from './digests.ts';
import { BucketError } from './errors.ts';
import { listPage } from './listing.ts';
import { keyBytes, textBytes } from './names.ts';
import { toSecond } from './object-commits.ts';
import { cut } from './object-reader.ts';
import type { ObjectParts, Objects } from './objects.ts';
import { type BucketRow, isRefusal, noSuchUpload, type PartRow, storedOf, type UploadRow } from './rows.ts';
import {
  checkBodySize,
  checkContent,
  checkCopySize,
  checkExpireDays,
  checkLimit,
  checkPartNumber,
  MAX_OBJECT_BYTES,
  MAX_PARTS,
  MIN_PART_BYTES,
} from './rules.ts';
import type {
  Body,
  BucketAction,
  BucketCaller,
  Checksum,
  CompleteRequest,
  CopyPartRequest,
  CreateUploadRequest,
  ListPartsRequest,
  ListUploadsRequest,
  PartList,
  PartRequest,
  Stored,
  UploadList,
  UploadRef,
} from './types.ts';
import type { OldUpload } from './upload-store.ts';
import { checkUsage, type UsageChange } from './usage.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
/** How long a completed upload answers the same request again. */
export const REPEAT_MS = DAY_MS;
/** A transaction that found another state than the look before it is tried again so often. */
const MAX_TRIES = 30;

export interface UploadParts extends ObjectParts {
  readonly objects: Objects;
  readonly clock: Clock;
}

/** What a part is stored with, before its row exists. */
type NewPart = Pick<PartRow, 'file' | 'size' | 'etag' | 'checksum'>;

/** Uploads in parts. Guarantees and errors: see `Buckets`. */
export class Uploads {
  readonly #parts: UploadParts;
  /** Changes of the parts of one upload by this server take turns, so that they find what they expect. */
  readonly #locks = new KeyLock();

  constructor(parts: UploadParts) {
    this.#parts = parts;
  }

  async create(caller: BucketCaller, request: CreateUploadRequest): Promise<string> {
    const { key, content: headers, metadata, expireDays, checksumAlgorithm } = request;
    const bytes = keyBytes(key);
    checkContent(headers, metadata);
    checkExpireDays(expireDays);
    const { access, uploads, store, limits, clock, refuseWhenFull } = this.#parts;
    const { bucket } = await access.open(caller, 'obs:object:PutObject', request.bucket, { key, bytes });
    refuseWhenFull();
    const id = newRequestId();
    const content = { headers, metadata, expireDays, ...(checksumAlgorithm && { checksumAlgorithm }) };
    const usage = { uploads: 1 };
    await this.#repeat(async () => {
      checkUsage((await this.#seen(bucket)).usage, usage, limits);
      const upload = { id, bucketId: bucket.id, key: bytes, at: clock.now(), content };
      const statements = [uploads.insert(upload), ...store.changeUsage(bucket.projectId, usage, limits)];
      return (await tryAtomic(store, statements)) ? id : undefined;
    });
    return id;
  }

  async uploadPart(caller: BucketCaller, request: PartRequest): Promise<Stored> {
    const { partNumber, body } = request;
    checkPartNumber(partNumber);
    checkBodySize(body.size);
    const { seen, upload } = await this.#open(caller, 'obs:object:PutObject', request);
    const checked = withChecksum(body, upload);
    await this.#checkRoom(seen, request, body.size);
    return this.#parts.gate.run(seen.bucket.projectId, async () => {
      const { file, md5, checksum } = await this.#parts.files.receive(checked);
      const part = { file, size: body.size, etag: md5, checksum: checksum?.value };
      const { modifiedAt } = await this.#putPart(seen.bucket, request, part);
      return { etag: md5, size: body.size, modifiedAt, ...(checksum && { checksum }) };
    });
  }

  async copyPart(caller: BucketCaller, request: CopyPartRequest): Promise<Stored> {
    const { partNumber, range, source, sourceConditions } = request;
    checkPartNumber(partNumber);
    const { seen, upload } = await this.#open(caller, 'obs:object:PutObject', request);
    const from = await this.#parts.objects.source(caller, source, sourceConditions);
    const { first, last } = range === undefined ? { first: 0, last: from.size - 1 } : resolveRange(range, from.size);
    const size = last - first + 1;
    checkCopySize(size, 'name a range of at most 5 GB for each part');
    await this.#checkRoom(seen, request, size);
    const { files, reader, gate } = this.#parts;
    return gate.run(seen.bucket.projectId, async () => {
      const bytes = await files.read(cut(await reader.parts(from), first, last));
      const { file, md5, checksum } = await files.receive(withChecksum({ bytes, size }, upload));
      const part = { file, size, etag: md5, checksum: checksum?.value };
      const { modifiedAt } = await this.#putPart(seen.bucket, request, part);
      return { etag: md5, size, modifiedAt, ...(checksum && { checksum }) };
    });
  }

  async complete(caller: BucketCaller, request: CompleteRequest): Promise<Stored> {
    const { key, uploadId, conditions } = request;
    checkOrder(request.parts);
    const { seen, bytes } = await this.#seenBy(caller, 'obs:object:PutObject', request);
    const { bucket } = seen;
    const { uploads, store, commits, clock } = this.#parts;
    const digest = digestOf(request.parts);
    return this.#locks.run(uploadId, () =>
      this.#repeat(async () => {
        const upload = await uploads.find(uploadId, bucket.id, bytes);
        const answered = upload && repeatedAnswer(upload, digest, clock.now());
        if (answered !== undefined) return answered;
        const { listed, dropped } = choose(request.parts, await this.#openParts(upload));
        const next = composed(uploadId, listed, upload);
        try {
          const object = await commits.commit({
            bucket,
            key,
            bytes,
            conditions,
            next,
            fact: { event: 'ObjectCreated:CompleteMultipartUpload', caller },
            also: async (at) => {
              const now = await uploads.find(uploadId, bucket.id, bytes);
              // other parts than those that were checked
              if (now?.state !== 'open' || now.revision !== upload?.revision) throw noSuchUpload();
              const answer = storedOf({ ...next, modifiedAt: toSecond(at) });
              const numbers = dropped.map(({ number }) => number);
              return {
                statements: [
                  uploads.complete(now, at, digest, answer),
                  ...store.addGarbage(dropped, at),
                  ...uploads.deleteParts(uploadId, numbers),
                ],
                // the bytes of its parts are counted already, and those of the object by its commit
                usage: {
                  uploads: -1,
                  parts: -listed.length - dropped.length,
                  bytes: -sizeOf(listed) - sizeOf(dropped),
                },
              };
            },
          });
          if (object === undefined) throw new Error('a completed upload has no object');
          return storedOf(object);
        } catch (error) {
          // another server completed it, whose object the conditions met, or took a part
          const now = await uploads.find(uploadId, bucket.id, bytes);
          if (error instanceof BucketError && now?.revision !== upload?.revision) return undefined;
          throw error;
        }
      }),
    );
  }

  async abort(caller: BucketCaller, request: UploadRef): Promise<void> {
    const { seen, bytes } = await this.#seenBy(caller, 'obs:object:AbortMultipartUpload', request);
    await this.#end(seen.bucket, request.uploadId, bytes);
  }

  /** Aborts an upload for its age. One that ended meanwhile is no error. */
  async expire({ id, bucket: name, key }: OldUpload): Promise<void> {
    try {
      const { bucket } = await this.#parts.access.find(name);
      await this.#end(bucket, id, key);
    } catch (error) {
      if (!(error instanceof BucketError) || !['NoSuchBucket', 'NoSuchUpload'].includes(error.code)) throw error;
    }
  }

  async listParts(caller: BucketCaller, request: ListPartsRequest): Promise<PartList> {
    const { uploadId, afterPart = 0, limit } = request;
    checkLimit(limit);
    if (!Number.isSafeInteger(afterPart) || afterPart < 0) {
      throw new BucketError('InvalidArgument', 'The marker of parts is not a number.');
    }
    const { upload } = await this.#open(caller, 'obs:object:ListMultipartUploadParts', request);
    const { checksumAlgorithm: algorithm } = upload.content;
    const found = limit === 0 ? [] : await this.#parts.uploads.parts(uploadId, afterPart, limit + 1);
    const parts = found.slice(0, limit);
    const next = found.length > limit ? parts.at(-1)?.number : undefined;
    return {
      parts: parts.map(({ number: partNumber, etag, size, modifiedAt, checksum: value }) => ({
        ...{ partNumber, etag, size, modifiedAt },
        ...(algorithm && value !== undefined && { checksum: { algorithm, value } }),
      })),
      ...(algorithm && { checksumAlgorithm: algorithm }),
      ...(next !== undefined && { next }),
    };
  }

  async listUploads(caller: BucketCaller, request: ListUploadsRequest): Promise<UploadList> {
    const { limit, prefix = '', delimiter = '', after = '', afterUpload } = request;
    checkLimit(limit);
    const page = {
      prefix: textBytes(prefix, 'prefix'),
      delimiter: textBytes(delimiter, 'delimiter'),
      after: textBytes(after, 'marker'),
      afterId: afterUpload,
      limit,
    };
    const about = { key: prefix, bytes: page.prefix };
    const { access, uploads } = this.#parts;
    const { bucket } = await access.open(caller, 'obs:bucket:ListBucketMultipartUploads', request.bucket, about);
    const { rows, prefixes, next } = await listPage(page, async (position, end, most) => {
      const found = await uploads.list(bucket.id, position, end, most);
      return found.map(({ bytes, ...upload }) => ({ key: bytes, id: upload.uploadId, upload }));
    });
    const behind = next && {
      after: next.after.toString('utf8'),
      ...(next.afterId !== undefined && { afterUpload: next.afterId }),
    };
    return {
      uploads: rows.map(({ upload }) => upload),
      prefixes: prefixes.map((each) => each.toString('utf8')),
      ...(behind && { next: behind }),
    };
  }

  async #end(bucket: BucketRow, id: string, key: Buffer): Promise<void> {
    const { uploads, store, limits, clock } = this.#parts;
    await this.#locks.run(id, () =>
      this.#repeat(async () => {
        const upload = await uploads.find(id, bucket.id, key);
        if (upload?.state !== 'open') throw noSuchUpload();
        const parts = await uploads.parts(id);
        const usage = { uploads: -1, parts: -parts.length, bytes: -sizeOf(parts) };
        return (await tryAtomic(store, [
          uploads.touch(upload),
          ...store.discard({ version: id, inParts: true, size: 0 }, clock.now()),
          uploads.delete(id),
          ...store.changeUsage(bucket.projectId, usage, limits),
        ]))
          ? true
          : undefined;
      }),
    );
  }

  async #putPart(
    bucket: BucketRow,
    request: UploadRef & { readonly partNumber: number },
    part: NewPart,
  ): Promise<PartRow> {
    const { uploadId, partNumber: number } = request;
    const { uploads, store, limits, clock, files } = this.#parts;
    const key = keyBytes(request.key);
    try {
      return await this.#locks.run(uploadId, () =>
        this.#repeat(async () => {
          const upload = await uploads.find(uploadId, bucket.id, key);
          if (upload?.state !== 'open') throw noSuchUpload();
          const old = await uploads.part(uploadId, number);
          const change = growthBy(part.size, old);
          checkUsage((await this.#seen(bucket)).usage, change, limits);
          const now = clock.now();
          const row = { ...part, number, modifiedAt: toSecond(now) };
          const statements: AtomicStatement[] = [
            uploads.touch(upload),
            uploads.putPart(uploadId, row),
            ...(old === undefined ? [] : store.addGarbage([old], now)),
            ...store.changeUsage(bucket.projectId, change, limits),
          ];
          return (await tryAtomic(store, statements)) ? row : undefined;
        }),
      );
    } catch (error) {
      if (isRefusal(error)) await files.remove([part.file]);
      throw error;
    }
  }

  async #openParts(upload: UploadRow | undefined): Promise<PartRow[]> {
    if (upload?.state !== 'open') throw noSuchUpload();
    return this.#parts.uploads.parts(upload.id);
  }

  async #open(
    caller: BucketCaller,
    action: BucketAction,
    ref: UploadRef,
  ): Promise<{ readonly seen: Seen; readonly upload: UploadRow }> {
    const { seen, bytes } = await this.#seenBy(caller, action, ref);
    const upload = await this.#parts.uploads.find(ref.uploadId, seen.bucket.id, bytes);
    if (upload?.state !== 'open') throw noSuchUpload();
    return { seen, upload };
  }

  async #seenBy(
    caller: BucketCaller,
    action: BucketAction,
    { bucket, key }: UploadRef,
  ): Promise<{ readonly seen: Seen; readonly bytes: Buffer }> {
    const bytes = keyBytes(key);
    return { seen: await this.#parts.access.open(caller, action, bucket, { key, bytes }), bytes };
  }

  async #seen(bucket: BucketRow): Promise<Seen> {
    const seen = await this.#parts.access.find(bucket.name);
    if (seen.bucket.id === bucket.id) return seen;
    throw new BucketError('NoSuchBucket', 'The bucket was deleted.');
  }

  async #checkRoom({ usage }: Seen, part: Pick<PartRequest, 'uploadId' | 'partNumber'>, size: number): Promise<void> {
    const { files, uploads, limits, refuseWhenFull } = this.#parts;
    checkUsage(usage, growthBy(size, await uploads.part(part.uploadId, part.partNumber)), limits);
    refuseWhenFull();
    await files.checkRoom(size);
  }

  /** `attempt` returns undefined when the state changed since it looked. */
  async #repeat<T>(attempt: () => Promise<T | undefined>): Promise<T> {
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const result = await attempt();
      if (result !== undefined) return result;
    }
    throw new BucketError('SlowDown', 'Too many others change this upload. Try again soon.');
  }
}

/** Throws `InvalidRequest` for another algorithm than that of the upload. */
function withChecksum(body: Body, { content: { checksumAlgorithm: algorithm } }: UploadRow): Body {
  if (algorithm === undefined || body.checksum?.algorithm === algorithm) return body;
  if (body.checksum === undefined) return { ...body, checksum: { algorithm, expected: () => undefined } };
  throw new BucketError('InvalidRequest', `The parts of this upload have checksums of ${algorithm}.`);
}

function checkOrder(parts: CompleteRequest['parts']): void {
  if (parts.length < 1 || parts.length > MAX_PARTS) {
    throw new BucketError('InvalidRequest', `An upload is completed with 1 to ${MAX_PARTS} parts.`);
  }
  let last = 0;
  for (const { partNumber } of parts) {
    checkPartNumber(partNumber);
    if (partNumber <= last) throw new BucketError('InvalidPartOrder', 'The parts are not in ascending order.');
    last = partNumber;
  }
}

function digestOf(parts: CompleteRequest['parts']): string {
  const list = parts.map(({ partNumber, etag }) => [partNumber, etag]);
  return createHash('sha256').update(JSON.stringify(list)).digest('hex');
}

function repeatedAnswer(upload: UploadRow, digest: string, now: number): Stored | undefined {
  const { state, answer, request, completedAt = 0 } = upload;
  if (state === 'done' && request === digest && now - completedAt < REPEAT_MS) return answer;
  return undefined;
}

/** Pure: the parts that the client lists, and the others. Throws `InvalidPart`, `EntityTooSmall` and `EntityTooLarge`. */
function choose(
  parts: CompleteRequest['parts'],
  stored: readonly PartRow[],
): { readonly listed: PartRow[]; readonly dropped: PartRow[] } {
  const rest = new Map(stored.map((part) => [part.number, part]));
  const listed = parts.map(({ partNumber, etag, checksum }) => {
    const part = rest.get(partNumber);
    rest.delete(partNumber);
    if (part?.etag === etag && (checksum ?? part.checksum) === part.checksum) return part;
    throw new BucketError(
      'InvalidPart',
      `Part ${partNumber} is missing, or was uploaded with another etag or checksum.`,
    );
  });
  const small = listed.slice(0, -1).find(({ size }) => size < MIN_PART_BYTES);
  if (small !== undefined) {
    throw new BucketError('EntityTooSmall', `Part ${small.number} has less than 5 MB, and is not the last one.`);
  }
  if (sizeOf(listed) > MAX_OBJECT_BYTES) throw new BucketError('EntityTooLarge', 'An object has at most 5 TB.');
  return { listed, dropped: [...rest.values()] };
}

function composed(version: string, parts: readonly PartRow[], upload: UploadRow | undefined) {
  const { headers = {}, metadata = {}, expireDays, checksumAlgorithm } = upload?.content ?? {};
  const checksum = checksumOf(checksumAlgorithm, parts);
  const content = { headers, metadata, expireDays, ...(checksum && { checksum }) };
  return { version, inParts: true, size: sizeOf(parts), etag: etagOfParts(parts.map(({ etag }) => etag)), content };
}

function checksumOf(algorithm: Checksum['algorithm'] | undefined, parts: readonly PartRow[]): Checksum | undefined {
  if (algorithm === undefined) return undefined;
  return checksumOfParts(
    algorithm,
    parts.map(({ checksum = '' }) => checksum),
  );
}

function growthBy(size: number, old: PartRow | undefined): UsageChange {
  return { parts: old === undefined ? 1 : 0, bytes: size - (old?.size ?? 0) };
}

function sizeOf(parts: readonly Pick<PartRow, 'size'>[]): number {
  return parts.reduce((sum, { size }) => sum + size, 0);
}
