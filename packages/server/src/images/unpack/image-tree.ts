import { chmodSync, lstatSync, mkdirSync, readlinkSync, type Stats } from 'node:fs';
import { ImageError } from '../errors.ts';
import { shown } from './layer-path.ts';
import { PathTree } from './path-tree.ts';

const MOST_LINKS = 40;
/** Components of a path after its links are resolved. */
const MOST_STEPS = 1024;

/**
 * Resolves paths of layers in a folder that becomes the root of an image. Links inside the image are followed as a
 * program in it would: an absolute one begins at the image's root, and none leads out. The folder must have no other
 * writer meanwhile.
 */
export class ImageTree {
  readonly root: string;
  readonly #onFolder: () => void;
  /** Paths known to be folders and reached without a link. */
  readonly #folders = new PathTree<true>();

  /** `onFolder` is called before each folder that `folder` makes, and may throw to refuse it. */
  constructor(root: string, onFolder: () => void) {
    this.root = root;
    this.#onFolder = onFolder;
  }

  /** The host path of a folder of the image; missing folders are created. Throws `link-loop` or `link-target`. */
  folder(components: readonly string[]): string {
    const plain = components.length === 0 ? this.root : `${this.root}/${components.join('/')}`;
    if (components.length === 0 || this.#folders.get(plain)) return plain;
    // Last component first, so that `pop` takes the next one.
    const todo = components.toReversed();
    const done: string[] = [];
    let links = 0;
    for (let part = todo.pop(); part !== undefined; part = todo.pop()) {
      if (part === '..') {
        done.pop();
        continue;
      }
      const path = `${this.root}/${[...done, part].join('/')}`;
      const found = lookAt(path);
      if (found === undefined) {
        this.#onFolder();
        makeFolder(path);
      } else if (found.isSymbolicLink()) {
        links += 1;
        if (links > MOST_LINKS) throw new ImageError('link-loop', `links form a loop: ${shown(plain)}`);
        const target = readlinkSync(path);
        if (target.startsWith('/')) done.length = 0;
        todo.push(
          ...target
            .split('/')
            .filter((each) => each !== '' && each !== '.')
            .reverse(),
        );
        if (todo.length + done.length > MOST_STEPS) {
          throw new ImageError('link-loop', `links make a path too long: ${shown(plain)}`);
        }
        continue;
      } else if (!found.isDirectory()) {
        throw new ImageError('link-target', `an entry is below a path that is no folder: ${shown(plain)}`);
      }
      done.push(part);
    }
    const path = done.length === 0 ? this.root : `${this.root}/${done.join('/')}`;
    if (path === plain) this.#folders.set(plain, true);
    return path;
  }

  /** Call after removing a folder: the next entry of this name may be a link. */
  forget(path: string): void {
    this.#folders.delete(path);
  }
}

/** The entry at a path, without following links; undefined when none exists. */
export function lookAt(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

export function makeFolder(path: string): void {
  mkdirSync(path);
  chmodSync(path, 0o755);
}
