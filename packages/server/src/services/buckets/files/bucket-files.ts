import { copyFile, link, mkdir, open, readdir, rename, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder } from '../../../lib/durable-file.ts';
import { FolderSyncs } from '../../../lib/folder-syncs.ts';
import { isFullDisk } from '../../../lib/full-disk.ts';
import { newRequestId } from '../../../lib/ids.ts';
import type { MayRemove } from '../../../lib/leftovers.ts';
import { StartupError } from '../../../lib/startup-error.ts';
import type { Digested } from '../digests.ts';
import { BucketError } from '../errors.ts';
import type { Body } from '../types.ts';
import { CurrentShard } from './current-shard.ts';
import { type Piece, readPieces } from './file-reader.ts';
import { writeBody } from './write-body.ts';

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const NO_LINK = new Set(['EMLINK', 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EXDEV']);
/** On a small file system less space stays free than configured. */
const FREE_SHARE = 0.1;
/** Names that are looked up at once by a sweep. */
const SWEEP_NAMES = 500;

export interface BucketFilesOptions {
  readonly dir: string;
  /** Other servers work on the folder, too. */
  readonly isShared: boolean;
  /** Space that writes leave free on the file system. */
  readonly minFreeBytes: number;
}

export interface Received extends Digested {
  readonly file: string;
}

/** Part of a stored file. */
export interface StoredPiece extends Omit<Piece, 'path'> {
  readonly file: string;
}

/**
 * Bytes of objects: `files/<shard>/<id>`, written once, in `incoming/`. A file gets its name when it is whole, and is on
 * disk before a row refers to it. Files that no row refers to are found by `sweep`.
 */
export class BucketFiles {
  readonly #options: BucketFilesOptions;
  readonly #syncs = new FolderSyncs();
  readonly #shards = new CurrentShard();

  constructor(options: BucketFilesOptions) {
    this.#options = options;
  }

  /** Creates the folders. Throws `StartupError` when they cannot be used. */
  async start(): Promise<void> {
    const { dir, isShared } = this.#options;
    try {
      if (!isShared) await rm(this.#incoming(), { recursive: true, force: true });
      await mkdir(this.#incoming(), { recursive: true, mode: 0o700 });
      await mkdir(join(dir, 'files'), { recursive: true, mode: 0o700 });
      await syncFolder(dir);
    } catch (cause) {
      throw new StartupError('buckets', `cannot store objects in ${dir}: ${(cause as Error).message}`, {
        hint: 'Let the user who runs the server write to that folder, and free space on its file system.',
        cause,
      });
    }
  }

  /** Moves the files of another folder here, such as those from before servers shared one. */
  async adopt(dir: string): Promise<void> {
    const folder = join(dir, 'files');
    for (const shard of await readdir(folder).catch(noNames)) {
      for (const file of await readdir(join(folder, shard))) {
        if (!ID.test(file)) continue;
        const incoming = join(this.#incoming(), file);
        await copyFile(join(folder, shard, file), incoming);
        await syncFile(await this.#place(incoming, file));
        await this.#syncs.sync(this.#shard(shard));
        await rm(join(folder, shard, file));
      }
    }
  }

  /** Throws `InsufficientStorage` when so many bytes more leave too little space free. */
  async checkRoom(bytes: number): Promise<void> {
    if ((await this.#spareBytes()) < bytes) throw noRoom();
  }

  /** Whether writes are refused, or soon will be. */
  async isLow(): Promise<boolean> {
    return (await this.#spareBytes()) <= 0;
  }

  /** Stores a body under a new id. On disk when it resolves; nothing is left when it rejects. */
  receive(body: Body): Promise<Received> {
    return this.#publish((path, place) => writeBody(path, body, place));
  }

  /** Stores the bytes of files a second time, under new ids in the same order; by links where that is possible. */
  async duplicate(files: readonly string[]): Promise<string[]> {
    const made: string[] = [];
    try {
      for (const file of files) made.push(await this.#duplicateOne(file));
      const shards = new Set(made.map(shardOf));
      for (const shard of shards) await this.#syncs.sync(this.#shard(shard));
      return made;
    } catch (error) {
      await this.remove(made);
      throw isFullDisk(error) ? noRoom(error) : error;
    }
  }

  /** Rejects with ENOENT when the first file is missing. Iterate it to the end, or return from it. */
  read(pieces: readonly StoredPiece[]): Promise<AsyncIterable<Uint8Array>> {
    return readPieces(pieces.map(({ file, ...piece }) => ({ ...piece, path: this.path(file) })));
  }

  async remove(files: readonly string[]): Promise<void> {
    for (const file of files) await rm(this.path(file), { force: true });
  }

  /** Removes files that no row knows, and unfinished ones, both when they are old enough. Returns how many. */
  async sweep(
    known: (files: readonly string[]) => Promise<ReadonlySet<string>>,
    mayRemove: MayRemove,
    signal: AbortSignal,
  ): Promise<number> {
    let removed = 0;
    const remove = async (path: string): Promise<void> => {
      if (!(await mayRemove(path))) return;
      await rm(path, { force: true });
      removed += 1;
    };
    for (const name of await readdir(this.#incoming())) await remove(join(this.#incoming(), name));
    for (const shard of await readdir(join(this.#options.dir, 'files'))) {
      const names = (await readdir(this.#shard(shard))).filter((name) => ID.test(name));
      for (let at = 0; at < names.length && !signal.aborted; at += SWEEP_NAMES) {
        const group = names.slice(at, at + SWEEP_NAMES);
        const referred = await known(group);
        for (const name of group) if (!referred.has(name)) await remove(this.path(name));
      }
    }
    return removed;
  }

  path(file: string): string {
    if (!ID.test(file)) throw new Error('not the id of a file');
    return join(this.#shard(shardOf(file)), file);
  }

  /** `write` calls `place` when the file is whole, and makes it durable after that: one journal has both. */
  async #publish<T>(
    write: (path: string, place: () => Promise<string>) => Promise<T>,
  ): Promise<T & { readonly file: string }> {
    const file = this.#newFile();
    const incoming = join(this.#incoming(), file);
    try {
      const written = await write(incoming, () => this.#place(incoming, file));
      await this.#syncs.sync(this.#shard(shardOf(file)));
      return { ...written, file };
    } catch (error) {
      await rm(incoming, { force: true });
      await rm(this.path(file), { force: true });
      throw isFullDisk(error) ? noRoom(error) : error;
    }
  }

  async #duplicateOne(file: string): Promise<string> {
    const copy = this.#newFile();
    try {
      await this.#inShard(copy, (path) => link(this.path(file), path));
      return copy;
    } catch (error) {
      if (!NO_LINK.has(String((error as NodeJS.ErrnoException).code))) throw error;
    }
    const published = await this.#publish(async (path, place) => {
      await copyFile(this.path(file), path);
      await syncFile(await place());
    });
    return published.file;
  }

  #newFile(): string {
    return newRequestId().slice(0, -2) + this.#shards.next();
  }

  /** Returns the path. */
  async #place(incoming: string, file: string): Promise<string> {
    await this.#inShard(file, (path) => rename(incoming, path));
    return this.path(file);
  }

  /** Folders of files are made when they are needed first. */
  async #inShard(file: string, place: (path: string) => Promise<void>): Promise<void> {
    const path = this.path(file);
    try {
      await place(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      await mkdir(this.#shard(shardOf(file)), { recursive: true, mode: 0o700 });
      await syncFolder(join(this.#options.dir, 'files'));
      await place(path);
    }
  }

  async #spareBytes(): Promise<number> {
    const { dir, minFreeBytes } = this.#options;
    const { bavail, blocks, bsize } = await statfs(dir);
    return bavail * bsize - Math.min(minFreeBytes, blocks * bsize * FREE_SHARE);
  }

  #shard(shard: string): string {
    return join(this.#options.dir, 'files', shard);
  }

  #incoming(): string {
    return join(this.#options.dir, 'incoming');
  }
}

/** The end of the id. */
function shardOf(file: string): string {
  return file.slice(-2);
}

async function syncFile(path: string): Promise<void> {
  await using file = await open(path, 'r');
  await file.sync();
}

function noNames(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return [];
  throw error;
}

function noRoom(cause?: unknown): BucketError {
  return new BucketError('InsufficientStorage', 'The disk of the server has no room for this. Nothing was stored.', {
    cause,
  });
}
