import type { Logger } from 'pino';
import { pauseAfter } from '../../lib/pause-after.ts';
import { WorkerThread } from '../../lib/worker-thread.ts';
import type { BrokerBatch, BrokerSession } from './broker-session.ts';
import { type OpenSession, Quarantine } from './quarantine.ts';
import type { ReaderAnswer, ReaderCall, ReaderData, ReadOrder } from './reader-calls.ts';

export interface BrokerReadersOptions {
  /** Memory for what brokers send and targets have not handled. */
  readonly roomBytes: number;
  /** Called with exceptions of clients of brokers after their sessions. */
  readonly onLate: (triggerId: string, error: Error) => void;
  readonly log: Pick<Logger, 'error'>;
  /** Of the heap of the thread; twice the room unless set. */
  readonly heapMb?: number;
}

type Thread = WorkerThread<ReaderCall, ReaderAnswer>;

const MB = 1024 * 1024;
/** One waits for each session, and each has some batches. */
const MAX_CALLS = 1_000_000;
/** The objects of a response take more than the bytes that are counted for them. */
const HEAP_FACTOR = 2;
/** A client passes all records of a response as arguments. */
const STACK_MB = 16;
/** Before the thread starts again after it ended. */
const PAUSES = { firstMs: 1_000, mostMs: 60_000 };
/** A thread that lived for longer ended for a new reason. */
const CALM_MS = 10 * 60_000;
const ENDED = 'the reader of the server ended; it starts again later';
const OUT_OF_MEMORY = 'ERR_WORKER_OUT_OF_MEMORY';
/** Of sessions that the log names. */
const MOST_NAMED = 5;

/**
 * Reads from brokers in a thread, which starts with the first session: to unpack and decode what brokers send takes seconds,
 * during which the server would answer no call. When the thread dies, all its sessions fail; a session ends when the batches
 * in progress have ended, so that the next one runs none of them beside itself. When it dies for want of memory, the triggers
 * of the project that held the most wait longer than the others.
 */
export class BrokerReaders {
  readonly #options: BrokerReadersOptions;
  #thread: Promise<Thread> | undefined;
  /** By their numbers. */
  readonly #open = new Map<number, { readonly order: ReadOrder; readonly held: Int32Array }>();
  readonly #quarantine = new Quarantine();
  #session = 0;
  #deaths = 0;
  /** By `performance.now`. */
  #notBefore = 0;

  constructor(options: BrokerReadersOptions) {
    this.#options = options;
  }

  async read(order: ReadOrder, { signal, onConnected, handle }: BrokerSession): Promise<void> {
    this.#checkQuarantine(order);
    const { promise, thread } = await this.#started();
    signal.throwIfAborted();
    const session = this.#session;
    this.#session += 1;
    const held = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    const running = new Set<Promise<void>>();
    const run = async (number: number, batch: BrokerBatch): Promise<void> => {
      const error = await handle(batch).then(() => undefined, textOf);
      // a thread that has died meanwhile acknowledges nothing: the batch is delivered again
      await thread.call({ op: 'handled', session, batch: number, error }).catch(() => undefined);
    };
    const end = (): void => void thread.call({ op: 'end', session }).catch(() => undefined);
    try {
      this.#open.set(session, { order, held });
      await thread.call({ op: 'open', session, order, held });
      signal.addEventListener('abort', end, { once: true });
      if (signal.aborted) end();
      for (;;) {
        const news = await thread.call({ op: 'next', session });
        if (news.kind === 'over') return;
        if (news.kind === 'connected') onConnected();
        if (news.kind !== 'batch') continue;
        const work = run(news.number, news.batch).finally(() => running.delete(work));
        running.add(work);
      }
    } catch (error) {
      if (this.#thread === promise) throw error;
      this.#checkQuarantine(order);
      throw new Error(ENDED);
    } finally {
      this.#open.delete(session);
      signal.removeEventListener('abort', end);
      await Promise.all(running);
    }
  }

  /** Ends the thread at once; `read` starts another one. */
  async stop(): Promise<void> {
    const thread = this.#thread;
    this.#thread = undefined;
    await (await thread?.catch(() => undefined))?.terminate();
  }

  async #started(): Promise<{ readonly promise: Promise<Thread>; readonly thread: Thread }> {
    if (this.#thread === undefined && performance.now() < this.#notBefore) throw new Error(ENDED);
    this.#thread ??= this.#start();
    const promise = this.#thread;
    return { promise, thread: await promise };
  }

  #start(): Promise<Thread> {
    const { roomBytes, log, heapMb = (HEAP_FACTOR * roomBytes) / MB } = this.#options;
    const from = performance.now();
    const died = (error: unknown): void => {
      if (this.#thread === starting) this.#thread = undefined;
      const now = performance.now();
      this.#deaths = now - from > CALM_MS ? 1 : this.#deaths + 1;
      this.#notBefore = now + pauseAfter(this.#deaths, PAUSES);
      const open = this.#held();
      const blamed = isOutOfMemory(error) ? this.#quarantine.blame(open, now) : [];
      log.error(
        { err: error, blamed, held: open.slice(0, MOST_NAMED) },
        'the thread that reads from brokers ended; it starts again',
      );
    };
    const starting = WorkerThread.start<ReaderCall, ReaderAnswer>({
      from: import.meta.url,
      entry: './reader-thread',
      name: 'brokers',
      data: { roomBytes } satisfies ReaderData,
      maxPending: MAX_CALLS,
      limits: { maxOldGenerationSizeMb: heapMb, stackSizeMb: STACK_MB },
      onDeath: died,
    });
    starting.then((thread) => this.#listen(thread), died);
    return starting;
  }

  #checkQuarantine(order: ReadOrder): void {
    const refusal = this.#quarantine.refusal(order, performance.now());
    if (refusal !== undefined) throw new Error(refusal);
  }

  /** The sessions, the largest first. */
  #held(): readonly OpenSession[] {
    const all = [...this.#open.values()].map(({ order: { triggerId, owner }, held }) => ({
      ...{ triggerId, owner },
      bytes: Atomics.load(held, 0),
    }));
    return all.toSorted((one, other) => other.bytes - one.bytes);
  }

  async #listen(thread: Thread): Promise<void> {
    for (;;) {
      const news = await thread.call({ op: 'late' }).catch(() => undefined);
      if (news?.kind !== 'late') return;
      this.#options.onLate(news.triggerId, news.error);
    }
  }
}

function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === OUT_OF_MEMORY;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown';
}
