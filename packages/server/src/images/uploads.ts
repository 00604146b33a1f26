import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock, Timer } from '../lib/clock.ts';
import { KeyLock } from '../lib/key-lock.ts';
import type { MayRemove } from '../lib/leftovers.ts';
import { PlatformError } from '../lib/platform-error.ts';

/** Most concurrent uploads. */
const MOST_UPLOADS = 8;
const IDLE_MS = 30 * 60 * 1000;

interface Upload {
  readonly path: string;
  size: number;
  timer: Timer | undefined;
}

/**
 * Archives that arrive in pieces, each one signed request: none must be held in memory, and no request takes long. An
 * upload without a further piece for 30 minutes is removed.
 */
export class Uploads {
  readonly #dir: string;
  readonly #maxBytes: number;
  readonly #clock: Clock;
  readonly #locks = new KeyLock();
  readonly #uploads = new Map<string, Upload>();
  readonly #inUse = new Set<string>();

  constructor(dir: string, maxBytes: number, clock: Clock) {
    this.#dir = dir;
    this.#maxBytes = maxBytes;
    this.#clock = clock;
  }

  async start(): Promise<void> {
    await mkdir(this.#dir, { recursive: true, mode: 0o700 });
  }

  /** Removes leftovers of an earlier process. */
  async sweep(mayRemove: MayRemove): Promise<void> {
    for (const name of await readdir(this.#dir)) {
      const path = join(this.#dir, name);
      if (this.#uploads.has(name) || this.#inUse.has(name)) continue;
      if (await mayRemove(path)) await rm(path, { recursive: true, force: true });
    }
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#uploads.keys()].map((id) => this.drop(id)));
  }

  /** Throws `overloaded` for too many concurrent uploads. */
  async begin(): Promise<string> {
    if (this.#uploads.size >= MOST_UPLOADS) {
      throw new PlatformError('overloaded', `${MOST_UPLOADS} archives are being sent already`, {
        hint: 'Wait until one is done.',
      });
    }
    const id = randomBytes(16).toString('hex');
    const upload: Upload = { path: join(this.#dir, id), size: 0, timer: undefined };
    this.#uploads.set(id, upload);
    this.#watch(id, upload);
    await (await open(upload.path, 'wx', 0o600)).close();
    return id;
  }

  /**
   * Adds a piece; `offset` must be where the last one ended. Returns the size so far. Throws `not_found`,
   * `invalid_request`, `body_too_large`.
   */
  append(id: string, offset: number, piece: Buffer): Promise<number> {
    return this.#locks.run(id, async () => {
      const upload = this.#find(id);
      if (offset !== upload.size) {
        throw new PlatformError('invalid_request', `the next piece begins at ${upload.size}, not at ${offset}`);
      }
      if (upload.size + piece.length > this.#maxBytes) {
        await this.drop(id);
        throw new PlatformError('body_too_large', `the archive is larger than ${this.#maxBytes} bytes`, {
          hint: 'Make the image smaller, or start the server with more: FGS_IMAGE_SIZE=4GB fgs start',
        });
      }
      const file = await open(upload.path, 'r+');
      try {
        for (let done = 0; done < piece.length; ) {
          done += (await file.write(piece, done, piece.length - done, upload.size + done)).bytesWritten;
        }
      } finally {
        await file.close();
      }
      upload.size += piece.length;
      this.#watch(id, upload);
      return upload.size;
    });
  }

  /** Runs `work` with the file of a finished upload and then removes the file. Throws `not_found`. */
  async use<T>(id: string, work: (path: string) => Promise<T>): Promise<T> {
    const upload = await this.#locks.run(id, async () => {
      const found = this.#find(id);
      found.timer?.cancel();
      this.#uploads.delete(id);
      this.#inUse.add(id);
      return found;
    });
    try {
      return await work(upload.path);
    } finally {
      await rm(upload.path, { force: true });
      this.#inUse.delete(id);
    }
  }

  /** No effect on an unknown id. */
  async drop(id: string): Promise<void> {
    const upload = this.#uploads.get(id);
    if (upload === undefined) return;
    upload.timer?.cancel();
    this.#uploads.delete(id);
    await rm(upload.path, { force: true });
  }

  #find(id: string): Upload {
    const upload = this.#uploads.get(id);
    if (upload !== undefined) return upload;
    throw new PlatformError('not_found', 'there is no such upload, or it was not continued in time');
  }

  #watch(id: string, upload: Upload): void {
    upload.timer?.cancel();
    upload.timer = this.#clock.after(IDLE_MS, () => void this.drop(id));
  }
}
