import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { noteUse } from '../lib/cached-folder.ts';
import { KeyLock } from '../lib/key-lock.ts';
import type { MayRemove } from '../lib/leftovers.ts';
import { mergeInto } from './merge-folders.ts';
import { pathExists } from './path-exists.ts';
import type { TreeParts } from './types.ts';
import { sealFolder } from './zip-extract.ts';

/** Prevents the removal of a merged tree while it is held. Releasing twice has no effect. */
export interface TreePin {
  readonly path: string;
  release(): void;
}

/** Whether an instance may still be started from the folder. */
export type IsTreeUsed = (path: string) => boolean;

const MAX_ENTRIES = 100_000;

/**
 * Code folders merged from the trees of several artifacts: `merged/<id>/`. Files are hard links, so a merged tree uses
 * no space for contents, and it outlives its source trees. A tree is visible only when it is complete.
 */
export class MergedTrees {
  readonly #dir: string;
  readonly #maxEntries: number;
  readonly #locks = new KeyLock();
  readonly #pins = new Map<string, number>();

  constructor(dir: string, maxEntries: number = MAX_ENTRIES) {
    this.#dir = dir;
    this.#maxEntries = maxEntries;
  }

  /** Call once, when `incoming/` is empty. */
  async start(): Promise<void> {
    await mkdir(join(this.#dir, 'merged'), { recursive: true });
    await sealFolder(join(this.#dir, 'merged'));
  }

  /** The path of the merged tree of these parts, whether it exists or not. */
  pathOf({ base, layers, nodePackages }: TreeParts): string {
    const parts = JSON.stringify([basename(base), layers.map((layer) => basename(layer)), nodePackages]);
    return join(this.#dir, 'merged', createHash('sha256').update(parts).digest('hex'));
  }

  /** Merges the parts unless that is done, and holds the tree. Throws `ArtifactError` and leaves no files then. */
  async hold(parts: TreeParts): Promise<TreePin> {
    const path = this.pathOf(parts);
    return this.#locks.run(path, async () => {
      if (!(await pathExists(path))) await this.#build(parts, path);
      return this.#pin(path);
    });
  }

  /** Whether a tree exists; notes that it is used. */
  has(path: string): Promise<boolean> {
    return this.#locks.run(path, async () => {
      if (!(await pathExists(path))) return false;
      await noteUse(path);
      return true;
    });
  }

  /** Removes a tree that is neither held nor used. Returns whether it was removed. */
  async remove(path: string, isUsed: IsTreeUsed): Promise<boolean> {
    return this.#locks.run(path, async () => {
      if (this.#pins.has(path) || isUsed(path)) return false;
      const doomed = this.#incoming();
      if (!(await pathExists(path))) return false;
      await rename(path, doomed);
      await rm(doomed, { recursive: true, force: true });
      return true;
    });
  }

  /** Removes unused trees, such as those of functions that changed shortly before the server stopped. */
  async sweep(isUsed: IsTreeUsed, mayRemove: MayRemove): Promise<void> {
    for (const name of await readdir(join(this.#dir, 'merged'))) {
      const path = join(this.#dir, 'merged', name);
      if (!isUsed(path) && (await mayRemove(path))) await this.remove(path, isUsed);
    }
  }

  async #build(parts: TreeParts, path: string): Promise<void> {
    const staging = this.#incoming();
    try {
      await mergeInto(staging, parts, this.#maxEntries);
      await rename(staging, path);
      // names only: the file system writes them in order, so a renamed tree is complete
      await sealFolder(join(this.#dir, 'merged'));
    } catch (error) {
      await rm(staging, { recursive: true, force: true });
      throw error;
    }
  }

  #incoming(): string {
    return join(this.#dir, 'incoming', randomUUID());
  }

  #pin(path: string): TreePin {
    this.#pins.set(path, (this.#pins.get(path) ?? 0) + 1);
    let held = true;
    const release = (): void => {
      if (!held) return;
      held = false;
      const left = (this.#pins.get(path) ?? 1) - 1;
      if (left > 0) this.#pins.set(path, left);
      else this.#pins.delete(path);
    };
    return { path, release };
  }
}
