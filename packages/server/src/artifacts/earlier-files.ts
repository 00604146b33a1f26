import { closeSync, constants, fstatSync, linkSync, openSync, readSync } from 'node:fs';
import { type FileHandle, link, open, readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { writeAll } from './receive.ts';

const COPY_BYTES = 64 * 1024;

/**
 * Files of a tree of the store that another tree may share, as hard links. Both must be code of one function. Trees are
 * never written to, and sandboxes have them read-only.
 */
export class EarlierFiles {
  readonly #tree: string;
  readonly #paths: ReadonlySet<string>;

  private constructor(tree: string, paths: ReadonlySet<string>) {
    this.#tree = tree;
    this.#paths = paths;
  }

  /** Undefined when the tree cannot be listed, such as one that is removed. */
  static async of(tree: string): Promise<EarlierFiles | undefined> {
    // links are not followed, so each of these is a file of the tree itself
    const entries = await readdir(tree, { recursive: true, withFileTypes: true }).catch(noTree);
    if (entries === undefined) return undefined;
    const files = entries.filter((entry) => entry.isFile());
    return new EarlierFiles(tree, new Set(files.map(({ parentPath, name }) => relative(tree, join(parentPath, name)))));
  }

  /**
   * Makes the file at `path` of the tree known at `target`, too, when it has these contents and this mode; whether it did.
   * Does not go through the threads of Node.js, which takes several times as long for a small file. The caller lets others
   * have their turn.
   */
  linkIfSame(path: string, target: string, content: Buffer, mode: number): boolean {
    if (!this.#paths.has(path)) return false;
    const source = join(this.#tree, path);
    try {
      if (!isSame(source, content, mode)) return false;
      linkSync(source, target);
      return true;
    } catch (error) {
      if (error instanceof Error && 'code' in error && (NO_LINK.has(String(error.code)) || error.code === 'ELOOP'))
        return false;
      throw error;
    }
  }

  /** The file at a path of the tree when it has this size. */
  async open(path: string, bytes: number): Promise<EarlierFile | undefined> {
    if (!this.#paths.has(path)) return undefined;
    const source = join(this.#tree, path);
    const handle = await open(source, constants.O_RDONLY | constants.O_NOFOLLOW).catch(noTree);
    if (handle === undefined) return undefined;
    const { size, mode } = await handle.stat();
    if (size === bytes) return new EarlierFile(source, handle, mode & 0o777);
    await handle.close();
    return undefined;
  }
}

/** A file that is read along with another one, as long as they are the same. */
export class EarlierFile implements AsyncDisposable {
  readonly mode: number;
  readonly #path: string;
  readonly #handle: FileHandle;
  #same = 0;

  constructor(path: string, handle: FileHandle, mode: number) {
    this.#path = path;
    this.#handle = handle;
    this.mode = mode;
  }

  /** Whether the chunk is what comes next. */
  async continuesWith(chunk: Buffer): Promise<boolean> {
    const own = Buffer.allocUnsafe(chunk.length);
    for (let done = 0; done < own.length; ) {
      const { bytesRead } = await this.#handle.read(own, done, own.length - done, this.#same + done);
      if (bytesRead === 0) return false;
      done += bytesRead;
    }
    if (!own.equals(chunk)) return false;
    this.#same += chunk.length;
    return true;
  }

  /** Writes what was the same so far. */
  async copyTo(target: FileHandle): Promise<void> {
    const chunk = Buffer.allocUnsafe(Math.min(COPY_BYTES, this.#same));
    for (let done = 0; done < this.#same; ) {
      const { bytesRead } = await this.#handle.read(chunk, 0, Math.min(chunk.length, this.#same - done), done);
      if (bytesRead === 0) throw new Error('a file of the artifact store became shorter');
      await writeAll(target, chunk.subarray(0, bytesRead));
      done += bytesRead;
    }
  }

  /** Makes the file known at another path, too. False when the file system refuses, or the file has been removed. */
  async linkTo(path: string): Promise<boolean> {
    try {
      await link(this.#path, path);
      return true;
    } catch (error) {
      if (error instanceof Error && 'code' in error && NO_LINK.has(String(error.code))) return false;
      throw error;
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#handle.close();
  }
}

/** The file system has no hard links, not between these folders, or no further one of this file; or it is removed. */
const NO_LINK: ReadonlySet<string> = new Set(['EMLINK', 'EXDEV', 'EPERM', 'ENOTSUP', 'ENOSYS', 'ENOENT']);

function isSame(path: string, content: Buffer, mode: number): boolean {
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const stat = fstatSync(file);
    if (stat.size !== content.length || (stat.mode & 0o777) !== mode) return false;
    const own = Buffer.allocUnsafe(content.length);
    let done = 0;
    for (let read = -1; read !== 0 && done < own.length; done += read)
      read = readSync(file, own, done, own.length - done, done);
    return done === own.length && own.equals(content);
  } finally {
    closeSync(file);
  }
}

function noTree(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ELOOP'))
    return undefined;
  throw error;
}
