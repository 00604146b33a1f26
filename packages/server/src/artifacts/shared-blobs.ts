import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, mkdir, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { StartupError } from '../lib/startup-error.ts';
import { pathExists } from './path-exists.ts';
import { sealFolder } from './zip-extract.ts';

/** Longer than any time between an upload and the commit of the version that refers to it. */
const GRACE_MS = 60 * 60 * 1000;
const SHA256 = /^[0-9a-f]{64}$/;

/**
 * Stored bytes by their SHA-256 in a folder that servers share: `blobs/<sha256>`. Each server copies what it needs into
 * its own store. A removed blob stays in `trash/` for an hour and is found there too, so that a removal by one server
 * never races an upload by another one. Files under their final names are complete; `incoming/` holds the others.
 */
export class SharedBlobs {
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** Throws `StartupError` when the folder cannot be used. */
  async start(): Promise<void> {
    try {
      for (const part of ['blobs', 'trash', 'incoming'])
        await mkdir(join(this.#dir, part), { recursive: true, mode: 0o700 });
      const probe = join(this.#dir, 'incoming', randomUUID());
      await mkdir(probe);
      await rm(probe, { recursive: true });
    } catch (cause) {
      throw new StartupError(
        'artifacts',
        `cannot use the shared artifacts in ${this.#dir}: ${(cause as Error).message}`,
        {
          hint: 'Name a folder that every server mounts and that the user who runs the server may write, with --artifacts.',
          cause,
        },
      );
    }
  }

  /** Copies a file to all servers; its bytes must have the digest. On disk when it resolves. */
  async put(sha256: string, file: string): Promise<void> {
    const target = this.#path('blobs', sha256);
    const now = new Date();
    // a fresh time keeps it from being removed before its version is committed
    if (await utimes(target, now, now).then(() => true, isMissing)) return;
    const incoming = join(this.#dir, 'incoming', randomUUID());
    try {
      await copyFile(file, incoming);
      const copy = await open(incoming, 'r');
      try {
        await copy.sync();
      } finally {
        await copy.close();
      }
      await rename(incoming, target);
      await sealFolder(join(this.#dir, 'blobs'));
    } finally {
      await rm(incoming, { force: true });
    }
  }

  /** Copies the bytes into a new file; false, with no file, when they are missing or damaged. */
  async fetch(sha256: string, file: string): Promise<boolean> {
    for (const part of ['blobs', 'trash', 'blobs'] as const) {
      // one that moves from one folder to the other meanwhile is found in the third look
      const copied = await copyFile(this.#path(part, sha256), file).then(() => true, isMissing);
      if (!copied) continue;
      if ((await digestOf(file)) === sha256) return true;
      await rm(file, { force: true });
      return false;
    }
    return false;
  }

  /** Moves a blob that no version refers to into the trash. */
  async discard(sha256: string): Promise<void> {
    const now = new Date();
    const blob = this.#path('blobs', sha256);
    // the time of the removal
    if (!(await utimes(blob, now, now).then(() => true, isMissing))) return;
    await rename(blob, this.#path('trash', sha256)).catch(isMissing);
  }

  /** Discards old blobs without references, empties the trash of the last hour, and gives back what is used again. */
  async sweep(isReferenced: (sha256: string) => Promise<boolean>): Promise<void> {
    for (const part of ['blobs', 'trash'] as const) {
      for (const sha256 of await readdir(join(this.#dir, part))) {
        if (!SHA256.test(sha256)) continue;
        const isUsed = await isReferenced(sha256);
        if (part === 'trash' && isUsed)
          await rename(this.#path('trash', sha256), this.#path('blobs', sha256)).catch(isMissing);
        if (isUsed || !(await isOld(this.#path(part, sha256)))) continue;
        if (part === 'blobs') await this.discard(sha256);
        else await rm(this.#path('trash', sha256), { force: true });
      }
    }
    for (const name of await readdir(join(this.#dir, 'incoming'))) {
      const path = join(this.#dir, 'incoming', name);
      if (await isOld(path)) await rm(path, { force: true, recursive: true });
    }
  }

  #path(part: 'blobs' | 'trash', sha256: string): string {
    if (!SHA256.test(sha256)) throw new Error('not a SHA-256');
    return join(this.#dir, part, sha256);
  }
}

export async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

async function isOld(path: string): Promise<boolean> {
  if (!(await pathExists(path))) return false;
  const { mtimeMs } = await stat(path);
  return Date.now() - mtimeMs > GRACE_MS;
}

/** False for a file that does not exist; other errors are thrown. */
function isMissing(error: unknown): boolean {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
  throw error;
}
