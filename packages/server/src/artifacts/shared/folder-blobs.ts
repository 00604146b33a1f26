import { randomUUID } from 'node:crypto';
import { copyFile, mkdir, open, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isFullDisk } from '../../lib/full-disk.ts';
import { StartupError } from '../../lib/startup-error.ts';
import { sealFolder } from '../zip-extract.ts';
import {
  belongsToOthers,
  digestOf,
  GRACE_MS,
  isSha256,
  OWNER,
  type SharedBlobs,
  type SharedBlobsOptions,
  unavailable,
} from './shared-blobs.ts';

export interface FolderBlobsOptions extends SharedBlobsOptions {
  readonly now?: () => number;
}

/**
 * Shared bytes in a folder that all servers mount: `blobs/<sha256>`, and `trash/<sha256>` of removed ones. Files under
 * their final names are complete; `incoming/` holds the others.
 */
export class FolderBlobs implements SharedBlobs {
  readonly #dir: string;
  readonly #now: () => number;
  readonly #owner: string | undefined;

  constructor(dir: string, { owner, now = Date.now }: FolderBlobsOptions = {}) {
    this.#dir = dir;
    this.#now = now;
    this.#owner = owner;
  }

  async start(): Promise<void> {
    try {
      for (const part of ['blobs', 'trash', 'incoming'])
        await mkdir(join(this.#dir, part), { recursive: true, mode: 0o700 });
      const probe = join(this.#dir, 'incoming', randomUUID());
      await mkdir(probe);
      await rm(probe, { recursive: true });
      if ((await this.#claim()) === this.#owner) return;
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
    throw belongsToOthers(this.#dir);
  }

  async put(sha256: string, file: string): Promise<void> {
    const target = this.#path('blobs', sha256);
    // a fresh time keeps it from being removed before its version is committed
    if ((await this.#touch(target)) && (await isAsLong(target, file))) return;
    await this.#store(target, file);
  }

  async share(sha256: string, file: string): Promise<void> {
    const target = this.#path('blobs', sha256);
    if (!(await isAsLong(target, file))) await this.#store(target, file);
  }

  async fetch(sha256: string, file: string): Promise<boolean> {
    for (const part of ['blobs', 'trash', 'blobs'] as const) {
      // one that moves from one folder to the other meanwhile is found in the third look
      const copied = await copyFile(this.#path(part, sha256), file).then(() => true, isMissing);
      if (!copied) continue;
      if ((await digestOf(file)) === sha256) return true;
      await rm(file, { force: true });
      return false;
    }
    // without its folder, such as when the file system is not mounted, a blob is not lost
    await stat(join(this.#dir, 'blobs')).catch((error: unknown) => {
      throw unavailable(error);
    });
    return false;
  }

  async discard(sha256: string): Promise<void> {
    const blob = this.#path('blobs', sha256);
    // the time of the removal
    if (!(await this.#touch(blob))) return;
    await rename(blob, this.#path('trash', sha256)).catch(isMissing);
  }

  async sweep(isReferenced: (sha256: string) => Promise<boolean>): Promise<void> {
    for (const part of ['blobs', 'trash'] as const) {
      for (const sha256 of await readdir(join(this.#dir, part))) {
        if (!isSha256(sha256)) continue;
        const isUsed = await isReferenced(sha256);
        if (part === 'trash' && isUsed)
          await rename(this.#path('trash', sha256), this.#path('blobs', sha256)).catch(isMissing);
        if (isUsed || !(await this.#isOld(this.#path(part, sha256)))) continue;
        if (part === 'blobs') await this.discard(sha256);
        else await rm(this.#path('trash', sha256), { force: true });
      }
    }
    for (const name of await readdir(join(this.#dir, 'incoming'))) {
      const path = join(this.#dir, 'incoming', name);
      if (await this.#isOld(path)) await rm(path, { force: true, recursive: true });
    }
  }

  /** The owner, which is this one when there was none. */
  async #claim(): Promise<string | undefined> {
    if (this.#owner === undefined) return undefined;
    const path = join(this.#dir, OWNER);
    await writeFile(path, this.#owner, { flag: 'wx', mode: 0o600 }).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    });
    return readFile(path, 'utf8');
  }

  async #store(target: string, file: string): Promise<void> {
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
    } catch (error) {
      throw isFullDisk(error) ? error : unavailable(error);
    } finally {
      await rm(incoming, { force: true }).catch(() => {});
    }
  }

  /** False for a file that does not exist. */
  #touch(path: string): Promise<boolean> {
    const now = new Date(this.#now());
    return utimes(path, now, now).then(() => true, isMissing);
  }

  async #isOld(path: string): Promise<boolean> {
    const file = await stat(path).catch(isMissing);
    return file !== false && this.#now() - file.mtimeMs > GRACE_MS;
  }

  #path(part: 'blobs' | 'trash', sha256: string): string {
    if (!isSha256(sha256)) throw new Error('not a SHA-256');
    return join(this.#dir, part, sha256);
  }
}

/** A stored file that was cut off, as by a full disk, is stored again. */
async function isAsLong(stored: string, file: string): Promise<boolean> {
  const found = await stat(stored).catch(isMissing);
  return found !== false && found.size === (await stat(file)).size;
}

/** False for a file that does not exist; other errors are those of the file system. */
function isMissing(error: unknown): false {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
  throw unavailable(error);
}
