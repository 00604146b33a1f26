import { chmodSync, lstatSync, mkdirSync, readlinkSync, type Stats } from 'node:fs';
import { ImageError } from '../errors.ts';
import { shown } from './layer-path.ts';

const MOST_LINKS = 40;

/**
 * Where the entries of layers belong in a folder that is to become the root of an image. Links inside the image are
 * followed as a program in it would: an absolute one begins at the image's root, and none leads out. Nobody else may
 * write below the folder meanwhile.
 */
export class ImageTree {
  readonly root: string;
  /** Folders below the root that are known to be folders and no links. */
  readonly #folders = new Set<string>();

  constructor(root: string) {
    this.root = root;
  }

  /** The host path of a folder of the image; makes what is missing of it. Throws `link-loop` or `link-target`. */
  folder(components: readonly string[]): string {
    const plain = components.length === 0 ? this.root : `${this.root}/${components.join('/')}`;
    if (components.length === 0 || this.#folders.has(plain)) return plain;
    const todo = [...components];
    const done: string[] = [];
    for (let links = 0; todo.length > 0; ) {
      const part = todo.shift() ?? '';
      if (part === '..') {
        done.pop();
        continue;
      }
      const path = `${this.root}/${[...done, part].join('/')}`;
      const found = lookAt(path);
      if (found === undefined) makeFolder(path);
      else if (found.isSymbolicLink()) {
        links += 1;
        if (links > MOST_LINKS) throw new ImageError('link-loop', `links go round in circles: ${shown(plain)}`);
        const target = readlinkSync(path);
        if (target.startsWith('/')) done.length = 0;
        todo.unshift(...target.split('/').filter((each) => each !== '' && each !== '.'));
        continue;
      } else if (!found.isDirectory()) {
        throw new ImageError('link-target', `an entry stands inside what is no folder: ${shown(plain)}`);
      }
      done.push(part);
    }
    const path = done.length === 0 ? this.root : `${this.root}/${done.join('/')}`;
    if (path === plain) this.#folders.add(plain);
    return path;
  }

  /** A folder was removed: what comes in its place may be a link. */
  forget(path: string): void {
    for (const each of this.#folders) if (each === path || each.startsWith(`${path}/`)) this.#folders.delete(each);
  }
}

/** What stands at a path, links not followed; undefined for nothing. */
export function lookAt(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

export function makeFolder(path: string): void {
  mkdirSync(path);
  chmodSync(path, 0o755);
}
