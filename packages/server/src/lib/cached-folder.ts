import { lstat, readdir, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';

/** What was made or used a moment ago may be about to be used: it is not removed. */
export const JUST_USED_MS = 60_000;

export interface CachedPath {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  /** Ms since the epoch. */
  readonly usedAt: number;
}

/**
 * The files or folders of a folder, with their sizes and when they were last used. Their content never changes, so each is
 * measured once. The time of use is that of the file, so it outlives the process.
 */
export class CachedFolder {
  readonly #dir: string;
  readonly #bytes = new Map<string, number>();

  constructor(dir: string) {
    this.#dir = dir;
  }

  async list(): Promise<readonly CachedPath[]> {
    const names = await readdir(this.#dir);
    const known = new Set(names);
    for (const name of this.#bytes.keys()) if (!known.has(name)) this.#bytes.delete(name);
    const found: CachedPath[] = [];
    for (const name of names) {
      const path = join(this.#dir, name);
      // one that is removed meanwhile has no size
      const file = await stat(path).catch(() => undefined);
      if (file === undefined) continue;
      const bytes = file.isDirectory() ? await this.#measured(name, path) : file.size;
      found.push({ name, path, bytes, usedAt: file.mtimeMs });
    }
    return found;
  }

  async #measured(name: string, path: string): Promise<number> {
    const known = this.#bytes.get(name);
    if (known !== undefined) return known;
    const bytes = await bytesBelow(path);
    this.#bytes.set(name, bytes);
    return bytes;
  }
}

/** Notes that a file or folder is used now. Nothing happens when it does not exist. */
export async function noteUse(path: string): Promise<void> {
  const now = new Date();
  await utimes(path, now, now).catch(() => {});
}

/** Whether it was made or used a moment ago, and so may be about to be used: `ByteCache` waits as long. */
export async function isJustUsed(path: string): Promise<boolean> {
  const file = await stat(path).catch(() => undefined);
  return file !== undefined && file.mtimeMs > Date.now() - JUST_USED_MS;
}

async function bytesBelow(dir: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(dir, { withFileTypes: true }).catch(() => [])) {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) bytes += await bytesBelow(path);
    else bytes += (await lstat(path).catch(() => undefined))?.size ?? 0;
  }
  return bytes;
}
