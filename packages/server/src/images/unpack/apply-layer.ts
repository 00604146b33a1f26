import {
  closeSync,
  fchmodSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeSync,
} from 'node:fs';
import { ImageError } from '../errors.ts';
import type { ImageLimits } from '../image-limits.ts';
import type { ByteSource } from '../tar/byte-source.ts';
import { readTar, type TarEntry } from '../tar/read-tar.ts';
import { ImageTree, lookAt } from './image-tree.ts';
import { layerPath, shown } from './layer-path.ts';
import { PathTree } from './path-tree.ts';

/**
 * Owners are not kept: inside, one user runs everything and owns none of the files. So a file that the image gives to a
 * user other than root is as open to all as it was to its owner, while a file of root stays as closed as it was. No
 * file is writable, and set-user-id is removed.
 */
function openTo({ mode, uid, gid }: Pick<TarEntry, 'mode' | 'uid' | 'gid'>): number {
  const owner = uid === 0 ? 0 : (mode >> 6) & 0o5;
  const group = gid === 0 ? 0 : (mode >> 3) & 0o5;
  return (mode & 0o555) | owner | group;
}

/** Mode of a file on disk: writable and removable for the server. */
function fileMode(entry: Pick<TarEntry, 'mode' | 'uid' | 'gid'>): number {
  return openTo(entry) | 0o600;
}

function folderMode(entry: Pick<TarEntry, 'mode' | 'uid' | 'gid'>): number {
  return openTo(entry) | 0o700;
}

const WHITEOUT = '.wh.';
const OPAQUE = '.wh..wh..opq';
const RESERVED = '.wh..wh.';
/** Devices and pipes: the sandbox has its own `/dev`, and no other folder may have any. */
const SKIPPED = new Set(['3', '4', '6']);

/** The remaining budget of all layers of an image. */
export interface UnpackBudget {
  bytes: number;
  entries: number;
}

/**
 * Applies layers, lowest first, to a folder without other writers. It makes many small files without a pause and must
 * run in a thread of its own. Throws `ImageError` for an invalid layer; the folder is then unusable.
 */
export class LayerUnpacker {
  readonly #tree: ImageTree;
  readonly #limits: ImageLimits;
  readonly #budget: UnpackBudget;
  /** Paths of the layer that is being applied: its whiteouts apply to lower layers only. */
  #own = new PathTree<true>();
  /** Folders of this layer whose entries from lower layers are removed already. */
  #cleared = new PathTree<true>();
  /** Modes of folders are set at the end: some are not writable. */
  readonly #folderModes = new PathTree<number>();

  constructor(root: string, limits: ImageLimits) {
    this.#tree = new ImageTree(root, () => this.#countEntry());
    this.#limits = limits;
    this.#budget = { bytes: limits.unpackedBytes, entries: limits.entries };
  }

  /** Bytes of all files written. */
  get unpackedBytes(): number {
    return this.#limits.unpackedBytes - this.#budget.bytes;
  }

  async apply(source: ByteSource): Promise<void> {
    this.#own = new PathTree();
    this.#cleared = new PathTree();
    for await (const entry of readTar(source, this.#limits)) {
      this.#countEntry();
      await this.#place(entry);
    }
  }

  /** Call after the last layer. Returns the final modes of folders. */
  folderModes(): Iterable<readonly [string, number]> {
    return this.#folderModes.entries();
  }

  #countEntry(): void {
    this.#budget.entries -= 1;
    if (this.#budget.entries >= 0) return;
    throw new ImageError('too-many-entries', `the layers have more than ${this.#limits.entries} entries`);
  }

  async #place(entry: TarEntry): Promise<void> {
    const components = layerPath(entry.name, this.#limits);
    const name = components.pop();
    if (name === undefined) return;
    const folder = this.#tree.folder(components);
    const path = `${folder}/${name}`;
    if (name.startsWith(WHITEOUT)) {
      this.#whiteOut(folder, name);
      return;
    }
    if (SKIPPED.has(entry.type)) return;
    switch (entry.type) {
      case '5':
        this.#placeFolder(path, entry);
        break;
      case '0':
        await this.#placeFile(path, entry);
        break;
      case '2':
        this.#placeLink(path, entry);
        break;
      case '1':
        this.#placeHardLink(path, entry);
        break;
      default:
        throw new ImageError('entry-type', `${shown(entry.name)} has the unknown type ${shown(entry.type)}`);
    }
    this.#own.set(path, true);
  }

  #placeFolder(path: string, entry: TarEntry): void {
    const found = lookAt(path);
    if (found !== undefined && !found.isDirectory()) this.#remove(path);
    if (found === undefined || !found.isDirectory()) mkdirSync(path, 0o700);
    this.#folderModes.set(path, folderMode(entry));
  }

  async #placeFile(path: string, entry: TarEntry): Promise<void> {
    this.#budget.bytes -= entry.size;
    if (this.#budget.bytes < 0) {
      throw new ImageError('unpacked-too-large', `unpacked, the image is over ${this.#limits.unpackedBytes} bytes`);
    }
    this.#clear(path);
    // `wx` fails instead of following a link: the old entry was removed.
    const file = openSync(path, 'wx', 0o600);
    try {
      for await (const piece of entry.content()) {
        for (let done = 0; done < piece.length; ) done += writeSync(file, piece, done);
      }
      fchmodSync(file, fileMode(entry));
    } finally {
      closeSync(file);
    }
  }

  /** The target is text that only the kernel of a sandbox resolves, inside the image. */
  #placeLink(path: string, entry: TarEntry): void {
    const { linkName } = entry;
    if (linkName === '' || Buffer.byteLength(linkName) > this.#limits.pathBytes) {
      throw new ImageError('link-target', `the link ${shown(entry.name)} has no usable target`);
    }
    this.#clear(path);
    symlinkSync(linkName, path);
  }

  #placeHardLink(path: string, entry: TarEntry): void {
    const components = layerPath(entry.linkName, this.#limits);
    const name = components.pop();
    const target = name === undefined ? undefined : `${this.#tree.folder(components)}/${name}`;
    const found = target === undefined ? undefined : lookAt(target);
    if (target === undefined || found === undefined || !(found.isFile() || found.isSymbolicLink())) {
      throw new ImageError(
        'link-target',
        `${shown(entry.name)} is a link to ${shown(entry.linkName)}, which is no file`,
      );
    }
    if (target === path) return;
    this.#clear(path);
    linkSync(target, path);
  }

  #whiteOut(folder: string, name: string): void {
    if (name === OPAQUE) {
      this.#removeBelow(folder);
      return;
    }
    // Internal notes of a storage driver.
    if (name.startsWith(RESERVED)) return;
    const hidden = name.slice(WHITEOUT.length);
    if (hidden === '' || hidden === '.' || hidden === '..') {
      throw new ImageError('traversal', `a whiteout hides ${shown(hidden)}`);
    }
    this.#hideChild(`${folder}/${hidden}`);
  }

  #hideChild(path: string): void {
    if (this.#own.get(path) || this.#cleared.hasAtOrAbove(path)) return;
    if (this.#own.hasBelow(path)) this.#removeBelow(path);
    else this.#remove(path);
  }

  /** Removes entries of lower layers from a folder. Entries of this layer stay. Reads each folder once per layer. */
  #removeBelow(folder: string): void {
    if (this.#cleared.hasAtOrAbove(folder)) return;
    for (const name of readdirSync(folder)) {
      const path = `${folder}/${name}`;
      if (!this.#own.get(path) && !this.#own.hasBelow(path)) this.#remove(path);
      else if (lookAt(path)?.isDirectory() === true) this.#removeBelow(path);
    }
    this.#cleared.set(folder, true);
  }

  #clear(path: string): void {
    if (lookAt(path) !== undefined) this.#remove(path);
  }

  /** Follows no link. Cached facts about paths below a removed folder are invalid afterwards. */
  #remove(path: string): void {
    const isFolder = lookAt(path)?.isDirectory() === true;
    rmSync(path, { recursive: true, force: true });
    if (!isFolder) return;
    this.#tree.forget(path);
    this.#folderModes.delete(path);
    this.#own.delete(path);
  }
}
