import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { HashedBody } from '../../iam/index.ts';
import { type ReadOptions, takeBody } from './read-body.ts';

/** Number of large bodies in memory at once, from parsing to the end of their operation; others wait on disk. */
const LOADED_AT_ONCE = 2;
const FOLDER = 'spool';

/** Keeps large bodies on disk until their sender is authenticated, and until it is their turn to be loaded. */
export class Spool {
  readonly #folder: string;
  readonly #waiting: (() => void)[] = [];
  #loaded = 0;

  constructor(dataDir: string) {
    this.#folder = join(dataDir, FOLDER);
  }

  /** Throws like `takeBody`. The received body must be closed. */
  async receive(request: IncomingMessage, response: ServerResponse, options: ReadOptions): Promise<SpooledBody> {
    const file = await this.#nameless();
    try {
      const hash = createHash('sha256');
      let bytes = 0;
      await takeBody(request, response, options, (piece) => {
        hash.update(piece);
        bytes += piece.length;
        return writeAll(file, piece);
      });
      return new SpooledBody(file, { bytes, sha256: hash.digest('hex') }, () => this.#turn());
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** A file that disappears with the process, however that ends. */
  async #nameless(): Promise<FileHandle> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const path = join(this.#folder, randomUUID());
    const file = await open(path, 'wx+', 0o600);
    await rm(path);
    return file;
  }

  async #turn(): Promise<() => void> {
    if (this.#loaded >= LOADED_AT_ONCE) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#loaded += 1;
    return () => {
      const next = this.#waiting.shift();
      if (next === undefined) this.#loaded -= 1;
      else next();
    };
  }
}

async function writeAll(file: FileHandle, piece: Buffer): Promise<void> {
  for (let at = 0; at < piece.length; ) at += (await file.write(piece, at)).bytesWritten;
}

/** A whole body on disk. */
export class SpooledBody {
  /** The parts of a request that a signature covers. */
  readonly proof: HashedBody;
  readonly #file: FileHandle;
  readonly #turn: () => Promise<() => void>;
  #leave = (): void => {};

  constructor(file: FileHandle, proof: HashedBody, turn: () => Promise<() => void>) {
    this.#file = file;
    this.proof = proof;
    this.#turn = turn;
  }

  /** Waits for its turn. Once only. */
  async load(): Promise<Buffer> {
    this.#leave = await this.#turn();
    const bytes = Buffer.allocUnsafeSlow(this.proof.bytes);
    for (let at = 0; at < bytes.length; ) {
      const { bytesRead } = await this.#file.read(bytes, at, bytes.length - at, at);
      if (bytesRead === 0) throw new Error('a spooled body is shorter than it was');
      at += bytesRead;
    }
    return bytes;
  }

  async close(): Promise<void> {
    this.#leave();
    await this.#file.close();
  }
}
