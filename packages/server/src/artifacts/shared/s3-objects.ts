import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { S3, S3ServiceException } from '@aws-sdk/client-s3';
import { isFullDisk } from '../../lib/full-disk.ts';
import { openS3 } from '../../lib/s3-client.ts';
import type { S3Place } from '../../lib/s3-place.ts';
import { fastEnough } from './fast-enough.ts';

export interface S3Object {
  readonly key: string;
  readonly size: number;
  readonly changedAt: number;
}

const PART_BYTES = 16 * 2 ** 20;
/** A single copy cannot be larger. */
const COPY_BYTES = 5 * 2 ** 30;
const COPY_PART_BYTES = 2 ** 30;
/** Downloads that break are begun again. */
const GET_TRIES = 3;
/** A call may wait for a download: one whose answer does not begin in this time is begun again, on a new connection. */
const BEGIN_MS = 6_000;
const BEGIN_TRIES = 2;

/**
 * The objects of one place with the official client. Keys are relative to the place, and content is checked by its
 * SHA-256. Each request is tried three times, downloads twice, and waits for a bounded time; errors are those of the client.
 */
export class S3Objects {
  readonly #s3: S3;
  readonly #place: S3Place;
  readonly #newUpload: typeof import('@aws-sdk/lib-storage').Upload;
  readonly #beginMs: number;
  readonly #windowMs: number | undefined;

  private constructor(parts: {
    readonly s3: S3;
    readonly place: S3Place;
    readonly newUpload: typeof import('@aws-sdk/lib-storage').Upload;
    readonly beginMs: number;
    readonly windowMs: number | undefined;
  }) {
    this.#s3 = parts.s3;
    this.#place = parts.place;
    this.#newUpload = parts.newUpload;
    this.#beginMs = parts.beginMs;
    this.#windowMs = parts.windowMs;
  }

  /** Loads the client, which a server without S3 does not need. Sends nothing. */
  static async open(place: S3Place, idleMs?: number): Promise<S3Objects> {
    const s3 = await openS3(place, idleMs);
    const { Upload } = await import('@aws-sdk/lib-storage');
    const beginMs = Math.min(idleMs ?? BEGIN_MS, BEGIN_MS);
    return new S3Objects({ s3, place, newUpload: Upload, beginMs, windowMs: idleMs });
  }

  /** The time of the service, to within minutes: ages must not depend on the clock of this machine. */
  now(): number {
    return Date.now() + this.#s3.config.systemClockOffset;
  }

  async head(key: string): Promise<S3Object | undefined> {
    const head = await this.#s3.headObject(this.#at(key)).catch(undefinedIfMissing);
    return head && { key, size: head.ContentLength ?? 0, changedAt: head.LastModified?.getTime() ?? 0 };
  }

  /** Large files are sent in parts; nothing is visible before the last one. */
  async put(key: string, file: string): Promise<void> {
    const Body = createReadStream(file);
    const upload = new this.#newUpload({
      client: this.#s3,
      params: { ...this.#at(key), Body },
      partSize: PART_BYTES,
      queueSize: 2,
    });
    try {
      await upload.done();
    } finally {
      Body.destroy();
    }
  }

  async getText(key: string): Promise<string | undefined> {
    const found = await this.#s3.getObject(this.#at(key)).catch(undefinedIfMissing);
    return found?.Body?.transformToString();
  }

  /** Undefined when the object does not exist. Throws for one of more than so many bytes. */
  async getBytes(key: string, maxBytes: number): Promise<Buffer | undefined> {
    const found = await this.#s3.getObject(this.#at(key)).catch(undefinedIfMissing);
    if (found === undefined) return undefined;
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of found.Body as Readable) {
      size += (chunk as Buffer).length;
      if (size > maxBytes) throw new Error(`an object of more than ${maxBytes} bytes`);
      chunks.push(chunk as Buffer);
    }
    return Buffer.concat(chunks);
  }

  async putText(key: string, text: string): Promise<void> {
    await this.#s3.putObject({ ...this.#at(key), Body: text, ContentLength: Buffer.byteLength(text) });
  }

  /** Writes a new file and returns its SHA-256. Undefined, without a file, when the object does not exist. */
  async get(key: string, file: string): Promise<string | undefined> {
    for (let tries = 1; ; tries += 1) {
      const found = await this.#download(key);
      if (found === undefined) return undefined;
      const hash = createHash('sha256');
      const now = (): number => performance.now();
      const steady = (body: AsyncIterable<Buffer>) => fastEnough(body, { now, windowMs: this.#windowMs });
      const hashed = async function* (body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
        for await (const chunk of body) {
          hash.update(chunk);
          yield chunk;
        }
      };
      try {
        await pipeline(found, steady, hashed, createWriteStream(file, { flags: 'wx' }));
        return hash.digest('hex');
      } catch (error) {
        await rm(file, { force: true });
        if (tries === GET_TRIES || isFullDisk(error)) throw error;
      }
    }
  }

  /** A copy, or with the same key twice a new time. False when the object does not exist. */
  async copy(from: string, to: string): Promise<boolean> {
    const source = await this.head(from);
    if (source === undefined) return false;
    const target = { ...this.#at(to), CopySource: encodeURI(`${this.#place.bucket}/${this.#place.prefix}${from}`) };
    if (source.size > COPY_BYTES) return this.#copyInParts(target, source.size);
    const copied = await this.#s3.copyObject({ ...target, MetadataDirective: 'REPLACE' }).catch(undefinedIfMissing);
    return copied !== undefined;
  }

  async remove(key: string): Promise<void> {
    await this.#s3.deleteObject(this.#at(key));
  }

  async *list(folder: string): AsyncGenerator<S3Object> {
    const { bucket: Bucket, prefix } = this.#place;
    let ContinuationToken: string | undefined;
    do {
      const page = await this.#s3.listObjectsV2({ Bucket, Prefix: `${prefix}${folder}/`, ContinuationToken });
      for (const { Key = '', Size = 0, LastModified } of page.Contents ?? []) {
        yield { key: Key.slice(prefix.length), size: Size, changedAt: LastModified?.getTime() ?? 0 };
      }
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
  }

  /** Removes the parts of uploads that began before that time and did not end. */
  async abortUploads(before: number): Promise<void> {
    const { bucket: Bucket, prefix: Prefix } = this.#place;
    const { Uploads = [] } = await this.#s3.listMultipartUploads({ Bucket, Prefix });
    for (const { Key, UploadId, Initiated } of Uploads) {
      if ((Initiated?.getTime() ?? before) >= before) continue;
      await this.#s3.abortMultipartUpload({ Bucket, Key, UploadId }).catch(undefinedIfMissing);
    }
  }

  close(): void {
    this.#s3.destroy();
  }

  async #copyInParts(target: { Bucket: string; Key: string; CopySource: string }, size: number): Promise<boolean> {
    const { Bucket, Key, CopySource } = target;
    const { UploadId } = await this.#s3.createMultipartUpload({ Bucket, Key });
    const Parts: { PartNumber: number; ETag: string | undefined }[] = [];
    try {
      for (let from = 0; from < size; from += COPY_PART_BYTES) {
        const CopySourceRange = `bytes=${from}-${Math.min(from + COPY_PART_BYTES, size) - 1}`;
        const PartNumber = Parts.length + 1;
        const part = { Bucket, Key, UploadId, PartNumber, CopySource, CopySourceRange };
        const { CopyPartResult } = await this.#s3.uploadPartCopy(part);
        Parts.push({ PartNumber, ETag: CopyPartResult?.ETag });
      }
      await this.#s3.completeMultipartUpload({ Bucket, Key, UploadId, MultipartUpload: { Parts } });
      return true;
    } catch (error) {
      await this.#s3.abortMultipartUpload({ Bucket, Key, UploadId }).catch(() => {});
      return undefinedIfMissing(error) ?? false;
    }
  }

  /** Undefined when the object does not exist. */
  async #download(key: string): Promise<Readable | undefined> {
    for (let tries = 1; ; tries += 1) {
      const late = new AbortController();
      const timer = setTimeout(() => late.abort(), this.#beginMs);
      try {
        const found = await this.#s3.getObject(this.#at(key), { abortSignal: late.signal }).catch(undefinedIfMissing);
        return found?.Body as Readable | undefined;
      } catch (error) {
        if (!late.signal.aborted) throw error;
        if (tries === BEGIN_TRIES) throw new Error('the service does not answer', { cause: error });
      } finally {
        clearTimeout(timer);
      }
    }
  }

  #at(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.#place.bucket, Key: `${this.#place.prefix}${key}` };
  }
}

/** A missing bucket is no missing object. */
function undefinedIfMissing(error: unknown): undefined {
  const { name } = error as S3ServiceException;
  if (name === 'NoSuchKey' || name === 'NotFound' || name === 'NoSuchUpload') return undefined;
  throw error;
}
