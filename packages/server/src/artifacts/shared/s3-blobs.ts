import { randomUUID } from 'node:crypto';
import { rm, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { isFullDisk } from '../../lib/full-disk.ts';
import type { S3Place } from '../../lib/s3-place.ts';
import { StartupError } from '../../lib/startup-error.ts';
import { s3StartupError } from './s3-errors.ts';
import { S3Objects } from './s3-objects.ts';
import {
  belongsToOthers,
  GRACE_MS,
  isSha256,
  OWNER,
  type SharedBlobs,
  type SharedBlobsOptions,
  unavailable,
} from './shared-blobs.ts';

/** A blob this young is not touched when it is stored again. */
const FRESH_MS = GRACE_MS / 4;
/** No upload takes that long. */
const UPLOAD_MS = 24 * 60 * 60 * 1000;

/** After a failure. */
const OUTAGE_MS = 2_000;

export interface S3BlobsOptions extends SharedBlobsOptions {
  /** Added to the time of the service. */
  readonly aheadMs?: number;
  /** How long a request waits for a next byte, and a download for some KB. */
  readonly idleMs?: number;
}

/**
 * Shared bytes in a bucket of an S3 service: `blobs/<sha256>`, and `trash/<sha256>` of removed ones. Objects appear
 * complete or not at all, so there are no temporary ones. Their times are those of the service; a copy onto itself
 * renews the time.
 */
export class S3Blobs implements SharedBlobs {
  readonly #place: S3Place;
  readonly #options: S3BlobsOptions;
  /** Sizes of blobs that the service had at the start, or later: no request for each when a server starts. */
  readonly #stored = new Map<string, number>();
  #opened: Promise<S3Objects> | undefined;
  /** Why and until when requests fail at once: many in a row must not each wait for a service without an answer. */
  #outage: { readonly cause: unknown; readonly until: number } | undefined;

  constructor(place: S3Place, options: S3BlobsOptions = {}) {
    this.#place = place;
    this.#options = options;
  }

  async start(): Promise<void> {
    const objects = await this.#open();
    const { bucket, prefix } = this.#place;
    const probe = `incoming/${randomUUID()}`;
    try {
      await objects.putText(probe, 'Written and removed when a server starts.');
      if (!(await objects.copy(probe, probe))) throw new Error('an object that was written cannot be found');
      await objects.remove(probe);
      if (!(await this.#isOwner(objects))) throw belongsToOthers(`s3://${bucket}/${prefix}`);
      for await (const { key, size } of objects.list('blobs')) this.#stored.set(key, size);
    } catch (cause) {
      throw cause instanceof StartupError ? cause : s3StartupError(this.#place, cause);
    }
  }

  async put(sha256: string, file: string): Promise<void> {
    const key = keyOf('blobs', sha256);
    const { size } = await stat(file);
    await this.#reach(async (objects) => {
      const stored = await objects.head(key);
      if (stored?.size === size) {
        // a fresh time keeps it from being removed before its version is committed
        if (this.#ageOf(stored, objects) < FRESH_MS || (await objects.copy(key, key))) return;
      }
      await store(objects, key, { file, size });
    });
    this.#stored.set(key, size);
  }

  async share(sha256: string, file: string): Promise<void> {
    const key = keyOf('blobs', sha256);
    const { size } = await stat(file);
    if (this.#stored.get(key) === size) return;
    await this.#reach(async (objects) => {
      const stored = await objects.head(key);
      if (stored?.size !== size) await store(objects, key, { file, size });
    });
    this.#stored.set(key, size);
  }

  async fetch(sha256: string, file: string): Promise<boolean> {
    const [blob, removed] = [keyOf('blobs', sha256), keyOf('trash', sha256)];
    return this.#reach(async (objects) => {
      // one that moves meanwhile is found in the third look
      for (const key of [blob, removed, blob]) {
        const digest = await objects.get(key, file);
        if (digest === undefined) continue;
        if (digest === sha256) return true;
        // a page of something between us and the service, or a stored object that was damaged
        await rm(file, { force: true });
      }
      return false;
    });
  }

  discard(sha256: string): Promise<void> {
    return this.#reach((objects) => move(objects, sha256, 'blobs', 'trash'));
  }

  async sweep(isReferenced: (sha256: string) => Promise<boolean>): Promise<void> {
    const objects = await this.#open();
    for (const part of ['blobs', 'trash'] as const) {
      for await (const object of objects.list(part)) {
        const sha256 = basename(object.key);
        if (object.key !== `${part}/${sha256}` || !isSha256(sha256)) continue;
        const isUsed = await isReferenced(sha256);
        if (part === 'trash' && isUsed) await move(objects, sha256, 'trash', 'blobs');
        if (isUsed || this.#ageOf(object, objects) <= GRACE_MS) continue;
        if (part === 'blobs') await move(objects, sha256, 'blobs', 'trash');
        else await objects.remove(object.key);
      }
    }
    for await (const { key, changedAt } of objects.list('incoming')) {
      if (this.#ageOf({ changedAt }, objects) > GRACE_MS) await objects.remove(key);
    }
    await objects.abortUploads(this.#now(objects) - UPLOAD_MS);
  }

  #open(): Promise<S3Objects> {
    this.#opened ??= S3Objects.open(this.#place, this.#options.idleMs);
    return this.#opened;
  }

  async #reach<T>(work: (objects: S3Objects) => Promise<T>): Promise<T> {
    const { cause, until = 0 } = this.#outage ?? {};
    if (performance.now() < until) throw unavailable(cause);
    const objects = await this.#open();
    try {
      return await work(objects);
    } catch (error) {
      if (isOfThisMachine(error)) throw error;
      this.#outage = { cause: error, until: performance.now() + OUTAGE_MS };
      throw unavailable(error);
    }
  }

  /** Becomes the owner of a place that has none. */
  async #isOwner(objects: S3Objects): Promise<boolean> {
    const { owner } = this.#options;
    if (owner === undefined) return true;
    const found = await objects.getText(OWNER);
    if (found === undefined) await objects.putText(OWNER, owner);
    return (found ?? owner) === owner;
  }

  #now(objects: S3Objects): number {
    return objects.now() + (this.#options.aheadMs ?? 0);
  }

  #ageOf({ changedAt }: { readonly changedAt: number }, objects: S3Objects): number {
    return this.#now(objects) - changedAt;
  }
}

/** Errors of a local file, which say nothing about the service. */
const FILE_ERRORS = new Set(['ENOENT', 'EACCES', 'EPERM', 'EIO', 'EROFS', 'EMFILE', 'ENFILE', 'EEXIST', 'ENOTDIR']);

function isOfThisMachine(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return isFullDisk(error) || (code !== undefined && FILE_ERRORS.has(code));
}

type Part = 'blobs' | 'trash';

function keyOf(part: Part, sha256: string): string {
  if (!isSha256(sha256)) throw new Error('not a SHA-256');
  return `${part}/${sha256}`;
}

/** Stored when the service has it: something between us and the service may have answered in its place. */
async function store(objects: S3Objects, key: string, { file, size }: { file: string; size: number }): Promise<void> {
  await objects.put(key, file);
  const stored = await objects.head(key);
  if (stored?.size !== size) throw new Error('the service accepted an object and does not have it');
}

/** The copy has the time of the move. A crash between the two leaves both. */
async function move(objects: S3Objects, sha256: string, from: Part, to: Part): Promise<void> {
  if (await objects.copy(keyOf(from, sha256), keyOf(to, sha256))) await objects.remove(keyOf(from, sha256));
}
