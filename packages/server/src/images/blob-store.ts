import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { MayRemove } from '../lib/leftovers.ts';
import { isDigest } from './document.ts';
import { ImageError } from './errors.ts';

export interface BlobWish {
  /** Undefined without an announced digest; then any content is accepted. */
  readonly digest: string | undefined;
  /** The exact size, if known. */
  readonly size: number | undefined;
  readonly maxBytes: number;
}

export interface StoredBlob {
  readonly digest: string;
  readonly size: number;
}

/** Layers and configurations by the SHA-256 of their bytes. A file under its final name is complete and on disk. */
export class BlobStore {
  readonly #dir: string;
  readonly #incoming: string;

  constructor(dir: string, incoming: string) {
    this.#dir = dir;
    this.#incoming = incoming;
  }

  async start(): Promise<void> {
    await mkdir(this.#dir, { recursive: true, mode: 0o700 });
  }

  path(digest: string): string {
    if (!isDigest(digest)) throw new Error('not a digest');
    return join(this.#dir, digest.slice('sha256:'.length));
  }

  async has(digest: string): Promise<boolean> {
    return stat(this.path(digest)).then(
      () => true,
      () => false,
    );
  }

  async readAll(digest: string): Promise<Buffer> {
    return readFile(this.path(digest));
  }

  /**
   * Stores a blob after checking it against the wish. Throws `too-large` at the first byte over the limit,
   * `size-mismatch`, `digest-mismatch`; no file stays then.
   */
  async put(bytes: AsyncIterable<Uint8Array>, wish: BlobWish): Promise<StoredBlob> {
    const temporary = join(this.#incoming, randomUUID());
    const file = await open(temporary, 'wx', 0o600);
    try {
      const hash = createHash('sha256');
      let size = 0;
      for await (const chunk of bytes) {
        size += chunk.length;
        if (size > Math.min(wish.maxBytes, wish.size ?? wish.maxBytes)) throw tooMuch(wish);
        hash.update(chunk);
        for (let done = 0; done < chunk.length; ) done += (await file.write(chunk, done)).bytesWritten;
      }
      const digest = `sha256:${hash.digest('hex')}`;
      if (wish.size !== undefined && size !== wish.size) {
        throw new ImageError(
          'size-mismatch',
          `a part of the image has ${size} bytes where ${wish.size} were announced`,
        );
      }
      if (wish.digest !== undefined && digest !== wish.digest) {
        throw new ImageError('digest-mismatch', `a part of the image does not match its digest: ${wish.digest}`, {
          hint: 'It was changed or damaged on the way. Try again, or take the image from elsewhere.',
        });
      }
      await file.sync();
      await rename(temporary, this.path(digest));
      return { digest, size };
    } finally {
      await file.close();
      await rm(temporary, { force: true });
    }
  }

  /** Removes blobs that `isReferenced` rejects, if `mayRemove` allows it. */
  async sweep(isReferenced: (digest: string) => boolean, mayRemove: MayRemove): Promise<void> {
    for (const name of await readdir(this.#dir)) {
      const path = join(this.#dir, name);
      if (!isReferenced(`sha256:${name}`) && (await mayRemove(path))) await rm(path, { force: true });
    }
  }
}

function tooMuch({ size, maxBytes }: BlobWish): ImageError {
  if (size !== undefined && size <= maxBytes) {
    return new ImageError('size-mismatch', `a part of the image has more than the ${size} bytes that were announced`);
  }
  return new ImageError('too-large', `the image is larger than ${maxBytes} bytes`, {
    hint: 'Make it smaller, or start the server with more: FGS_IMAGE_SIZE=4GB fgs start',
  });
}
