import { type RunEvent, RunHistory } from '@funcgraph/flow';
import { idOf } from '../../../lib/ids.ts';
import type { Append } from '../store/append.ts';
import type { PayloadStore } from '../store/payload-store.ts';
import type { RunStore } from '../store/run-store.ts';

/** Where the events of a run go; the store is the log of standard runs. */
export interface RunLog extends Pick<RunStore, 'append' | 'saveSnapshot'> {
  readonly payloads: Pick<PayloadStore, 'put'>;
  /** Of a run whose log is in memory, after its end. */
  history?(): RunHistory;
}

/** Events and values beyond that are not kept for the answer and the log lines of a run. */
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * The log of an express run, which has no history: events stay in memory until its end. A stored run is removed then; until
 * then it would start again as a whole after a crash.
 */
export class ExpressLog implements RunLog {
  readonly #store: Pick<RunStore, 'remove'> | undefined;
  readonly #events: string[];
  /** Its values stay in memory. */
  readonly payloads = { put: () => Promise.resolve() };
  #bytes = 0;
  #history: RunHistory | undefined;

  /** Without a store for a run that exists in memory only. */
  constructor(begun: readonly RunEvent[], store?: Pick<RunStore, 'remove'>) {
    this.#store = store;
    this.#events = [JSON.stringify(begun)];
  }

  async append({ run, epoch, end, also, events, bytes }: Append): Promise<boolean> {
    this.#bytes += bytes;
    if (this.#bytes <= MOST_BYTES || end !== undefined) this.#events.push(events);
    return end === undefined || this.#store === undefined || this.#store.remove(run, epoch, also);
  }

  history(): RunHistory {
    if (this.#history === undefined) {
      this.#history = new RunHistory(idOf);
      for (const text of this.#events) for (const event of JSON.parse(text) as RunEvent[]) this.#history.add(event);
    }
    return this.#history;
  }

  saveSnapshot(): Promise<void> {
    return Promise.resolve();
  }
}
