import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { posix } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ImageError } from '../errors.ts';
import type { ImageLimits } from '../image-limits.ts';
import { FileSource, readAt } from '../tar/byte-source.ts';
import { readTar } from '../tar/read-tar.ts';
import { compressionOf, decompressed, isDecompressionError } from '../unpack/decompress.ts';

const MOST_FILES = 20_000;
const MOST_LINKS = 8;

interface Place {
  readonly offset: number;
  readonly size: number;
}

/** The files of an archive on disk, read in place. Names are only keys: no file is written under them. */
export class ArchiveFiles implements AsyncDisposable {
  readonly #file: FileHandle;
  readonly #path: string;
  readonly #temporary: string | undefined;
  readonly #places = new Map<string, Place>();
  /** Old archives store a shared layer once, with links to it. */
  readonly #links = new Map<string, string>();

  private constructor(file: FileHandle, path: string, temporary: string | undefined) {
    this.#file = file;
    this.#path = path;
    this.#temporary = temporary;
  }

  /**
   * `path` may be compressed; a decompressed copy is then made beside it. Throws `ImageError` for a file that is no
   * archive.
   */
  static async open(path: string, limits: ImageLimits): Promise<ArchiveFiles> {
    const compression = await compressionOf(path);
    const temporary = compression === 'none' ? undefined : `${path}.${randomUUID()}`;
    try {
      if (temporary !== undefined) {
        const bytes = bounded(decompressed(path, compression), limits.archiveBytes);
        await pipeline(bytes, createWriteStream(temporary, { mode: 0o600 }));
      }
      const used = temporary ?? path;
      const files = new ArchiveFiles(await open(used, 'r'), used, temporary);
      try {
        await files.#index(limits);
        return files;
      } catch (error) {
        await files.#file.close();
        throw error;
      }
    } catch (error) {
      if (temporary !== undefined) await rm(temporary, { force: true });
      if (!isDecompressionError(error)) throw error;
      throw new ImageError('compression', `the archive cannot be decompressed: ${error.message}`, { cause: error });
    }
  }

  has(name: string): boolean {
    return this.#find(name) !== undefined;
  }

  /** Throws `missing-blob` and `too-large`. */
  async read(name: string, maxBytes: number): Promise<Buffer> {
    const { offset, size } = this.#place(name);
    if (size > maxBytes) throw new ImageError('too-large', `${JSON.stringify(name)} is larger than ${maxBytes} bytes`);
    return readAt(this.#file, offset, size);
  }

  /** Like `read`, and checks the SHA-256. Throws `digest-mismatch`. */
  async readChecked(name: string, digest: string, maxBytes: number): Promise<Buffer> {
    const bytes = await this.read(name, maxBytes);
    if (`sha256:${createHash('sha256').update(bytes).digest('hex')}` === digest) return bytes;
    throw new ImageError('digest-mismatch', `a part of the image does not match its digest: ${digest}`);
  }

  /** Throws `missing-blob` at once; read errors come from the stream. */
  stream(name: string): AsyncIterable<Buffer> {
    const { offset, size } = this.#place(name);
    if (size === 0) return empty();
    return createReadStream(this.#path, { start: offset, end: offset + size - 1, highWaterMark: 256 << 10 });
  }

  size(name: string): number {
    return this.#place(name).size;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
    if (this.#temporary !== undefined) await rm(this.#temporary, { force: true });
  }

  async #index({ extendedBytes }: ImageLimits): Promise<void> {
    const { size } = await this.#file.stat();
    for await (const entry of readTar(new FileSource(this.#file, size), { entries: MOST_FILES, extendedBytes })) {
      const name = normal(entry.name);
      if (entry.type === '0') this.#places.set(name, { offset: entry.offset, size: entry.size });
      if (entry.type === '1') this.#links.set(name, normal(entry.linkName));
      if (entry.type === '2') this.#links.set(name, normal(posix.join(posix.dirname(name), entry.linkName)));
    }
  }

  #find(name: string): Place | undefined {
    let at = normal(name);
    for (let links = 0; links < MOST_LINKS; links++) {
      const place = this.#places.get(at);
      if (place !== undefined) return place;
      const next = this.#links.get(at);
      if (next === undefined) return undefined;
      at = next;
    }
    return undefined;
  }

  #place(name: string): Place {
    const place = this.#find(name);
    if (place === undefined) {
      throw new ImageError('missing-blob', `the archive has no ${JSON.stringify(name.slice(0, 200))}`, {
        hint: 'Save the image again; the archive is not complete.',
      });
    }
    return place;
  }
}

function normal(name: string): string {
  return posix
    .normalize(name)
    .replace(/^(?:\.?\/)+/, '')
    .replace(/\/$/, '');
}

async function* bounded(bytes: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<Buffer> {
  let size = 0;
  for await (const chunk of bytes) {
    size += chunk.length;
    if (size > maxBytes) throw new ImageError('too-large', `the archive is larger than ${maxBytes} bytes`);
    yield chunk;
  }
}

async function* empty(): AsyncGenerator<Buffer> {}
