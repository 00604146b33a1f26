import type { Append, Payload } from '../store/append.ts';
import type { RunStore } from '../store/run-store.ts';

/** Where the events of a run go; the store is the log of standard runs. */
export type RunLog = Pick<RunStore, 'append' | 'putPayloads' | 'payload' | 'saveSnapshot'>;

/**
 * The log of an express run, which has no history: its values stay in memory. A stored run is removed when it ends; until
 * then it would start again as a whole after a crash.
 */
export class ExpressLog implements RunLog {
  readonly #store: Pick<RunStore, 'remove' | 'payload'> | undefined;
  readonly #payloads = new Map<string, Buffer>();

  /** Without a store for a run that exists in memory only. */
  constructor(store?: Pick<RunStore, 'remove' | 'payload'>) {
    this.#store = store;
  }

  async append({ run, epoch, end, also }: Append): Promise<boolean> {
    return end === undefined || this.#store === undefined || this.#store.remove(run, epoch, also);
  }

  putPayloads(_run: string, payloads: readonly Payload[]): Promise<void> {
    for (const { digest, bytes } of payloads) {
      this.#payloads.set(digest, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    }
    return Promise.resolve();
  }

  async payload(run: string, digest: string): Promise<Buffer | undefined> {
    return this.#payloads.get(digest) ?? this.#store?.payload(run, digest);
  }

  saveSnapshot(): Promise<void> {
    return Promise.resolve();
  }
}
