import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { setImmediate as breathe } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { FileEntry } from './collect.ts';
import { type PackedFile, packSmall } from './pack-small.ts';

export interface DeflateJob {
  readonly batch: number;
  readonly sources: readonly string[];
}

interface Deflated extends Omit<PackedFile, 'data'> {
  /** After compression. */
  readonly bytes: number;
}

/** `data` holds the files one after another. */
export type DeflateResult =
  | { readonly batch: number; readonly files: readonly Deflated[]; readonly data: Uint8Array }
  | { readonly batch: number; readonly error: string };

interface Batch {
  readonly entries: readonly FileEntry[];
  readonly packed: Promise<readonly PackedFile[]>;
  ended: boolean;
  done(packed: readonly PackedFile[]): void;
  fail(error: Error): void;
}

/** Beside the main thread. */
const MOST_THREADS = 3;
/** Batches of this size are worth sending to a thread. */
const BATCH_BYTES = 512 * 1024;
const BATCH_FILES = 64;
/** Of a thread: one that it works on, and others, as the main thread hears of its results late. */
const BATCHES_AHEAD = 4;
/** Fewer are compressed before threads have started. */
const LEAST_FILES = 256;
const LEAST_BYTES = 4 * 1024 * 1024;

/**
 * Reads and compresses many small files in threads. They begin at once, and work in the order of the files. The main thread
 * takes its share while it waits for them.
 */
export class DeflateThreads implements AsyncDisposable {
  readonly #batches: readonly Batch[];
  readonly #places = new Map<FileEntry, readonly [batch: Batch, index: number]>();
  readonly #threads: readonly Worker[];
  #next = 0;

  private constructor(entries: readonly FileEntry[]) {
    this.#batches = batchesOf(entries).map(openBatch);
    for (const batch of this.#batches) {
      for (const [at, entry] of batch.entries.entries()) this.#places.set(entry, [batch, at]);
    }
    const threads = Math.min(MOST_THREADS, availableParallelism() - 1, this.#batches.length);
    this.#threads = Array.from({ length: threads }, () => this.#start());
  }

  /** Undefined when that is not worth it. */
  static of(entries: readonly FileEntry[]): DeflateThreads | undefined {
    const bytes = entries.reduce((sum, { size }) => sum + size, 0);
    return entries.length < LEAST_FILES || bytes < LEAST_BYTES ? undefined : new DeflateThreads(entries);
  }

  /** Undefined for a file that is none of these. Rejects when files of its batch cannot be read. */
  packed(entry: FileEntry): Promise<PackedFile> | undefined {
    const place = this.#places.get(entry);
    if (place === undefined) return undefined;
    const [batch, index] = place;
    return this.#packed(batch).then((packed) => packed[index] as PackedFile);
  }

  async #packed(batch: Batch): Promise<readonly PackedFile[]> {
    while (!batch.ended) {
      const own = this.#take();
      if (own === undefined) break;
      packHere(own);
      // a thread may have a result, and be without work
      await breathe();
    }
    return await batch.packed;
  }

  #take(): Batch | undefined {
    const batch = this.#batches[this.#next];
    this.#next += 1;
    return batch;
  }

  #start(): Worker {
    const [extension, execArgv] = import.meta.url.endsWith('.ts')
      ? ['.ts', ['--conditions=@funcgraph/source']]
      : ['.js', []];
    const thread = new Worker(new URL(`./deflate-thread${extension}`, import.meta.url), { execArgv });
    thread.on('message', (result: DeflateResult) => {
      const batch = this.#batches[result.batch];
      if ('error' in result) batch?.fail(new Error(result.error));
      else batch?.done(packedOf(result.files, result.data));
      this.#giveNext(thread);
    });
    const failAll = (error: Error): void => {
      for (const batch of this.#batches) batch.fail(error);
    };
    thread.on('error', failAll);
    thread.on('exit', () => failAll(new Error('a thread that compresses files has ended')));
    for (let ahead = 0; ahead < BATCHES_AHEAD; ahead += 1) this.#giveNext(thread);
    return thread;
  }

  #giveNext(thread: Worker): void {
    const at = this.#next;
    const batch = this.#take();
    if (batch === undefined) return;
    const sources = batch.entries.map(({ source }) => source);
    thread.postMessage({ batch: at, sources } satisfies DeflateJob);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.terminate()));
  }
}

function batchesOf(entries: readonly FileEntry[]): FileEntry[][] {
  const batches: FileEntry[][] = [];
  let batch: FileEntry[] = [];
  let bytes = 0;
  for (const entry of entries) {
    if (bytes >= BATCH_BYTES || batch.length === 0 || batch.length >= BATCH_FILES) {
      batch = [];
      batches.push(batch);
      bytes = 0;
    }
    batch.push(entry);
    bytes += entry.size;
  }
  return batches;
}

function openBatch(entries: readonly FileEntry[]): Batch {
  const { promise: packed, resolve, reject } = Promise.withResolvers<readonly PackedFile[]>();
  // an error of a file before it ends the archive, and then nothing waits for this one
  packed.catch(() => undefined);
  const batch: Batch = {
    ...{ entries, packed, ended: false },
    done: (files) => {
      batch.ended = true;
      resolve(files);
    },
    fail: (error) => {
      batch.ended = true;
      reject(error);
    },
  };
  return batch;
}

function packHere({ entries, done, fail }: Batch): void {
  try {
    done(entries.map(({ source }) => packSmall(readFileSync(source))));
  } catch (error) {
    fail(error as Error);
  }
}

function packedOf(files: readonly Deflated[], data: Uint8Array): PackedFile[] {
  let at = 0;
  return files.map(({ bytes, ...file }) => {
    const own = Buffer.from(data.buffer, data.byteOffset + at, bytes);
    at += bytes;
    return { ...file, data: own };
  });
}
