import { randomUUID } from 'node:crypto';
import { copyFile, mkdir, open, readdir, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { syncFolder } from '../../lib/durable-file.ts';
import { isFullDisk } from '../../lib/full-disk.ts';
import { unavailable } from './shared-blobs.ts';
import { checkFileName, type SharedFiles } from './shared-files.ts';

/**
 * Shared files in one part of the folder that all servers mount. `incoming/` of the folder, which is cleared of old files,
 * holds those that are not complete.
 */
export class FolderFiles implements SharedFiles {
  readonly #folder: string;
  readonly #dir: string;

  constructor(folder: string, part: string) {
    this.#folder = folder;
    this.#dir = join(folder, part);
  }

  put(name: string, file: string): Promise<void> {
    return this.#make(name, (incoming) => copyFile(file, incoming));
  }

  mark(name: string): Promise<void> {
    return this.#make(name, (incoming) => writeFile(incoming, '', { mode: 0o600 }));
  }

  async read(name: string, maxBytes: number): Promise<Buffer | undefined> {
    const path = this.#path(name);
    const file = await stat(path).catch(missing);
    if (file === undefined) return undefined;
    if (file.size > maxBytes) throw new Error(`a shared file of ${file.size} bytes`);
    return readFile(path).catch(missing);
  }

  async list(folder: string): Promise<readonly string[]> {
    const dir = this.#path(folder);
    const entries = await readdir(dir, { recursive: true, withFileTypes: true }).catch(missing);
    // without its folder, such as when the file system is not mounted, nothing is known to be missing
    if (entries === undefined) await this.#mounted();
    return (entries ?? [])
      .filter((entry) => entry.isFile())
      .map((entry) => relative(this.#dir, join(entry.parentPath, entry.name)));
  }

  async remove(name: string): Promise<void> {
    const path = this.#path(name);
    await rm(path, { force: true }).catch(missing);
    // fails while there are others; folders of the first level stay
    if (name.split('/').length > 2) await rmdir(dirname(path)).catch(() => {});
  }

  async #make(name: string, write: (incoming: string) => Promise<unknown>): Promise<void> {
    const target = this.#path(name);
    const incoming = join(this.#folder, 'incoming', randomUUID());
    try {
      await this.#mounted();
      await write(incoming);
      const copy = await open(incoming, 'r');
      try {
        await copy.sync();
      } finally {
        await copy.close();
      }
      await mkdir(dirname(target), { recursive: true, mode: 0o700 });
      await rename(incoming, target);
      await syncFolder(dirname(target));
    } catch (error) {
      throw isFullDisk(error) ? error : unavailable(error);
    } finally {
      await rm(incoming, { force: true }).catch(() => {});
    }
  }

  async #mounted(): Promise<void> {
    await stat(join(this.#folder, 'blobs')).catch((error: unknown) => {
      throw unavailable(error);
    });
  }

  #path(name: string): string {
    return join(this.#dir, checkFileName(name));
  }
}

/** Undefined for a file that does not exist; other errors are those of the file system. */
function missing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
  throw unavailable(error);
}
