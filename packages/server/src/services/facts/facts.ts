import type { AtomicStatement } from '../../storage/index.ts';
import { Backlog, type BacklogOptions } from '../backlog.ts';
import type { FactStore } from './fact-store.ts';
import type { Fact, Subscriber } from './types.ts';

export interface FactsOptions extends Pick<BacklogOptions, 'quota' | 'clock' | 'onError'> {
  readonly store: Pick<FactStore, 'add' | 'usage'>;
  readonly subscribers: readonly Pick<Subscriber, 'isListening'>[];
  /** Reports that facts may be stored. */
  readonly wake: () => void;
}

const MAX_BODY_BYTES = 256 * 1024;
const REFUSAL = [
  'too many events of the project wait for its functions and flows',
  'Wait until some are done, or remove triggers; `fgs quotas list` shows how many events wait.',
] as const;

/**
 * What happens in services, noted in the transaction in which it happens: when that is committed, each trigger that
 * listens gets an event, also after a crash. At least once; repeats have the same id.
 */
export class Facts {
  readonly #options: FactsOptions;
  readonly #backlog: Backlog;

  constructor(options: FactsOptions) {
    this.#options = options;
    this.#backlog = new Backlog({ ...options, usage: () => options.store.usage(), refusal: REFUSAL });
  }

  /**
   * The statement for the transaction of the change; call `published` when that is committed. It stores nothing when no
   * trigger listens to the source. Throws `backlog_full`, before anything changes, while too many facts of the project
   * wait: a change that triggers would not hear of must not be made.
   */
  note(fact: Fact): AtomicStatement {
    const { store, subscribers } = this.#options;
    const body = JSON.stringify(fact.body);
    const bytes = Buffer.byteLength(body);
    if (bytes > MAX_BODY_BYTES) throw new Error(`the fact of ${fact.source} has ${bytes} bytes`);
    if (subscribers.some((one) => one.isListening(fact.source))) this.#backlog.admit(fact.projectId, bytes);
    return store.add(fact, body);
  }

  /** Call when the transaction of a fact is committed: its events are stored soon, otherwise within a second. */
  published(): void {
    this.#options.wake();
  }
}
