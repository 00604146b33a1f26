import { existsSync, type FSWatcher, lstatSync, readdirSync, watch } from 'node:fs';
import { basename, join } from 'node:path';
import { systemCode } from '../../framework/index.ts';
import { isWithin } from './affected.ts';

/** The folder was removed or replaced, or may not be read. */
const GONE: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM']);

/**
 * Reports paths below a folder that change, appear or disappear, with one watch for each folder. The recursive watch of
 * Node.js watches each file, and no longer sees one that was replaced by a rename, which is how many editors save.
 */
export class TreeWatch {
  readonly #watchers = new Map<string, FSWatcher>();
  readonly #onChange: (path: string) => void;
  readonly #onError: (error: unknown) => void;

  constructor(root: string, onChange: (path: string) => void, onError: (error: unknown) => void) {
    this.#onChange = onChange;
    this.#onError = onError;
    this.#add(root, { isNew: false });
  }

  close(): void {
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  /** Files may have been written to a new folder before it was watched, so they are reported. */
  #add(folder: string, { isNew }: { readonly isNew: boolean }): void {
    try {
      const watcher = watch(folder, (event, name) => {
        if (name !== null) this.#changed(event, folder, name);
      });
      watcher.on('error', (error) => this.#fail(error));
      this.#watchers.set(folder, watcher);
      for (const entry of readdirSync(folder, { withFileTypes: true })) {
        const path = join(folder, entry.name);
        if (isNew) this.#onChange(path);
        if (entry.isDirectory() && !this.#watchers.has(path)) this.#add(path, { isNew });
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  #changed(event: string, folder: string, name: string): void {
    // the folder itself was removed; the watch of its parent reports that
    if (name === basename(folder) && !existsSync(folder)) return;
    const path = join(folder, name);
    if (event === 'rename' && this.#watchers.has(path)) this.#forget(path);
    this.#onChange(path);
    if (!this.#watchers.has(path) && isFolder(path)) this.#add(path, { isNew: true });
  }

  /** The watch of a folder follows it to its new name. */
  #forget(gone: string): void {
    for (const [folder, watcher] of this.#watchers) {
      if (!isWithin(folder, gone)) continue;
      watcher.close();
      this.#watchers.delete(folder);
    }
  }

  #fail(error: unknown): void {
    if (!GONE.has(systemCode(error))) this.#onError(error);
  }
}

function isFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
