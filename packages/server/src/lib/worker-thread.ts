import {
  parentPort,
  type ResourceLimits,
  receiveMessageOnPort,
  type Transferable,
  Worker,
  workerData,
} from 'node:worker_threads';
import { SlotMap } from './slot-map.ts';

/** An error as it crosses a thread boundary: all fields that a caller may branch on or print are kept. */
interface WireError {
  readonly name: string;
  readonly message: string;
  readonly stack?: string | undefined;
  readonly code?: string | undefined;
  readonly hint?: string | undefined;
}

type ToWorker<Call> = { readonly first: number; readonly calls: readonly Call[] } | 'close';

type FromWorker<Result> =
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly error: WireError }
  | { readonly kind: 'results'; readonly results: ReadonlyArray<readonly [id: number, result: Result]> }
  | { readonly kind: 'errors'; readonly errors: ReadonlyArray<readonly [id: number, error: WireError]> };

export interface WorkerThreadOptions {
  /** `import.meta.url` of the caller; the entry is looked up beside it, in the same form (sources or built). */
  readonly from: string;
  /** The entry without its extension, for example `./engine-thread`. It must call `serveCalls`. */
  readonly entry: string;
  readonly name: string;
  /** Passed to the `open` function of `serveCalls`; must be cloneable. */
  readonly data?: unknown;
  /** Calls that may wait for an answer at once; one more is refused with `thread.overloaded`. */
  readonly maxPending: number;
  /** Of its heap and stack, but not of its buffers. A thread that exceeds them dies. */
  readonly limits?: ResourceLimits;
  /** Called once when the thread ends without having been closed. Every open and later call is rejected. */
  readonly onDeath?: (error: Error) => void;
}

/**
 * A thread that answers calls in order. Calls of one turn of the event loop travel in one message, and the thread takes
 * everything that has arrived at once, so a busy thread sees bigger batches instead of more messages.
 * Errors keep their name, message, `code` and `hint`.
 */
export class WorkerThread<Call, Result> {
  readonly #worker: Worker;
  readonly #options: WorkerThreadOptions;
  readonly #pending = new SlotMap<number, { resolve: (result: Result) => void; reject: (error: Error) => void }>();
  #outbox: Call[] = [];
  #transfer: Transferable[] = [];
  #nextId = 0;
  #ended: Error | undefined;
  #closing: Promise<void> | undefined;

  private constructor(worker: Worker, options: WorkerThreadOptions) {
    this.#worker = worker;
    this.#options = options;
  }

  /** Resolves once the entry's `open` has returned; rejects with its error. */
  static start<Call, Result>(options: WorkerThreadOptions): Promise<WorkerThread<Call, Result>> {
    const worker = startWorker(options);
    const thread = new WorkerThread<Call, Result>(worker, options);
    return new Promise((resolve, reject) => {
      let settled = false;
      worker.on('message', (message: FromWorker<Result>) => {
        if (message.kind === 'ready') {
          settled = true;
          resolve(thread);
        } else if (message.kind === 'failed') {
          settled = true;
          reject(fromWire(message.error));
        } else thread.#receive(message);
      });
      const end = (error: Error): void => {
        if (!settled) reject(error);
        else if (thread.#closing === undefined && thread.#ended === undefined) options.onDeath?.(error);
        thread.#end(error);
      };
      worker.on('error', (error) => end(error instanceof Error ? error : new Error(String(error))));
      worker.on('exit', (code) => end(threadError('thread.ended', `${options.name} thread ended with code ${code}`)));
    });
  }

  /** Calls that wait for an answer now. */
  get pending(): number {
    return this.#pending.size;
  }

  /**
   * Buffers in `transfer` become unusable for the caller. Rejects with `thread.overloaded` or `thread.ended` when not
   * taken.
   */
  call(call: Call, transfer?: readonly Transferable[]): Promise<Result> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    if (this.#closing !== undefined) {
      return Promise.reject(threadError('thread.ended', `${this.#options.name} thread is closed`));
    }
    if (this.#pending.size >= this.#options.maxPending) {
      return Promise.reject(
        threadError(
          'thread.overloaded',
          `${this.#options.name} thread has ${this.#pending.size} open calls`,
          'The disk is slower than the load. Try again later.',
        ),
      );
    }
    // at the end of the turn: requests of several clients, each read by a callback of its own, share a message
    if (this.#outbox.length === 0) setImmediate(() => this.#post());
    this.#outbox.push(call);
    if (transfer !== undefined) this.#transfer.push(...transfer);
    const id = this.#nextId;
    this.#nextId += 1;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
    });
  }

  /** Answers every call made so far, then ends the thread. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Ends the thread at once, whatever it does. Rejects the calls that wait for an answer. Idempotent. */
  terminate(): Promise<void> {
    this.#closing ??= this.#worker.terminate().then(() => undefined);
    return this.#closing;
  }

  async #close(): Promise<void> {
    if (this.#ended !== undefined) return;
    const exited = new Promise<void>((resolve) => this.#worker.once('exit', () => resolve()));
    this.#post();
    this.#worker.postMessage('close' satisfies ToWorker<Call>);
    await exited;
  }

  #post(): void {
    const calls = this.#outbox;
    const transfer = this.#transfer;
    if (calls.length === 0) return;
    this.#outbox = [];
    this.#transfer = [];
    const first = this.#nextId - calls.length;
    try {
      this.#worker.postMessage({ first, calls } satisfies ToWorker<Call>, transfer);
    } catch (error) {
      for (let id = first; id < this.#nextId; id += 1) this.#take(id)?.reject(error as Error);
    }
  }

  #receive(message: FromWorker<Result>): void {
    if (message.kind === 'results') {
      for (const [id, result] of message.results) this.#take(id)?.resolve(result);
    } else if (message.kind === 'errors') {
      for (const [id, error] of message.errors) this.#take(id)?.reject(fromWire(error));
    }
  }

  #take(id: number): { resolve: (result: Result) => void; reject: (error: Error) => void } | undefined {
    const waiter = this.#pending.get(id);
    this.#pending.delete(id);
    return waiter;
  }

  #end(error: Error): void {
    this.#ended ??= error;
    for (const waiter of this.#pending.values()) waiter.reject(this.#ended);
    this.#pending.clear();
  }
}

/** One call inside the thread. Exactly one of `resolve` and `reject` must be called; later ones are ignored. */
export interface PendingCall<Call, Result> {
  readonly call: Call;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

export interface CallHandler<Call, Result> {
  /**
   * Answers every call before it returns, or later with a `flush` behind it. `flush` sends the answers given so far without
   * waiting for the others.
   */
  handle(calls: ReadonlyArray<PendingCall<Call, Result>>, flush: () => void): void;
  /** The thread ends when it has returned or resolved. */
  close(): void | Promise<void>;
}

/** The thread's side. Takes all calls that have arrived, hands them to the handler as one batch, answers in one message. */
export function serveCalls<Call, Result>(open: (data: unknown) => CallHandler<Call, Result>): void {
  const port = parentPort;
  if (port === null) throw new Error('serveCalls must run in a worker thread');
  let handler: CallHandler<Call, Result>;
  try {
    handler = open(workerData);
  } catch (error) {
    port.postMessage({ kind: 'failed', error: toWire(error) } satisfies FromWorker<Result>);
    port.close();
    return;
  }
  let results: Array<readonly [number, Result]> = [];
  let errors: Array<readonly [number, WireError]> = [];
  const flush = (): void => {
    if (results.length > 0) port.postMessage({ kind: 'results', results } satisfies FromWorker<Result>);
    if (errors.length > 0) port.postMessage({ kind: 'errors', errors } satisfies FromWorker<Result>);
    results = [];
    errors = [];
  };
  const slot = (id: number, call: Call): PendingCall<Call, Result> => ({
    call,
    resolve: (result) => results.push([id, result]),
    reject: (error) => errors.push([id, toWire(error)]),
  });
  port.on('message', (first: ToWorker<Call>) => {
    const batch: PendingCall<Call, Result>[] = [];
    let message: ToWorker<Call> | undefined = first;
    while (message !== undefined && message !== 'close') {
      const base = message.first;
      message.calls.forEach((call, index) => {
        batch.push(slot(base + index, call));
      });
      message = receiveMessageOnPort(port)?.message as ToWorker<Call> | undefined;
    }
    if (batch.length > 0) handler.handle(batch, flush);
    flush();
    if (message === 'close') void Promise.resolve(handler.close()).finally(() => port.close());
  });
  port.postMessage({ kind: 'ready' } satisfies FromWorker<Result>);
}

/** A plain thread, for work without calls and answers. */
export function startWorker(options: Pick<WorkerThreadOptions, 'from' | 'entry' | 'name' | 'data' | 'limits'>): Worker {
  const { from, entry, name, data, limits = {} } = options;
  const [extension, execArgv] = from.endsWith('.ts') ? ['.ts', ['--conditions=@funcgraph/source']] : ['.js', []];
  return new Worker(new URL(`${entry}${extension}`, from), {
    name,
    workerData: data,
    execArgv,
    resourceLimits: limits,
  });
}

function threadError(code: string, message: string, hint?: string): Error {
  return Object.assign(new Error(message), { code }, hint === undefined ? {} : { hint });
}

function toWire(error: unknown): WireError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const { code, hint } = error as { code?: unknown; hint?: unknown };
  return {
    name: error.name,
    message: error.message,
    stack: error.stack,
    code: typeof code === 'string' ? code : undefined,
    hint: typeof hint === 'string' ? hint : undefined,
  };
}

function fromWire(wire: WireError): Error {
  const error = new Error(wire.message);
  error.name = wire.name;
  if (wire.stack !== undefined) error.stack = wire.stack;
  return Object.assign(
    error,
    wire.code === undefined ? {} : { code: wire.code },
    wire.hint === undefined ? {} : { hint: wire.hint },
  );
}
