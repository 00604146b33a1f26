import type { Clock } from '../../lib/clock.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { AtomicStatement } from '../../storage/index.ts';
import type { FactStore } from './fact-store.ts';
import type { Fact, Subscriber } from './types.ts';

/** Facts of one project that wait for the fan-out. */
export interface FactQuota {
  readonly facts: number;
  readonly bytes: number;
}

export interface FactsOptions {
  readonly store: Pick<FactStore, 'add' | 'usage'>;
  readonly subscribers: readonly Pick<Subscriber, 'isListening'>[];
  readonly quota: FactQuota;
  readonly clock: Clock;
  /** Reports that facts may be stored. */
  readonly wake: () => void;
  readonly onError: (error: unknown) => void;
}

const NOTHING: FactQuota = { facts: 0, bytes: 0 };
const MAX_BODY_BYTES = 256 * 1024;
/** The counts of a project know what was delivered, and what other servers added, at most this much earlier. */
const COUNT_EVERY_MS = 1_000;
/** The share of time that may go into counts. */
const COUNT_SHARE = 0.1;

/**
 * What happens in services, noted in the transaction in which it happens: when that is committed, each trigger that
 * listens gets an event, also after a crash. At least once; repeats have the same id.
 */
export class Facts {
  readonly #options: FactsOptions;
  #used = new Map<string, FactQuota>();
  /** Since the present or last count began, which may have missed them. */
  #added = new Map<string, FactQuota>();
  #countedAt = Number.NEGATIVE_INFINITY;
  #countTookMs = 0;
  #counting = false;

  constructor(options: FactsOptions) {
    this.#options = options;
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
    if (subscribers.some((one) => one.isListening(fact.source))) this.#admit(fact.projectId, bytes);
    return store.add(fact, body);
  }

  /** Call when the transaction of a fact is committed: its events are stored soon, otherwise within a second. */
  published(): void {
    this.#options.wake();
  }

  #admit(projectId: string, bytes: number): void {
    const { quota } = this.#options;
    this.#countSoon();
    const used = this.#used.get(projectId) ?? NOTHING;
    if (used.facts >= quota.facts || used.bytes + bytes > quota.bytes) {
      throw new PlatformError('backlog_full', 'too many events of the project wait for its functions and flows', {
        hint: 'Wait until some are done, or remove triggers; `fgs quotas list` shows how many events wait.',
      });
    }
    add(this.#used, projectId, { facts: 1, bytes });
    add(this.#added, projectId, { facts: 1, bytes });
  }

  #countSoon(): void {
    const { clock, store, onError } = this.#options;
    const begin = clock.monotonic();
    const pauseMs = Math.max(COUNT_EVERY_MS, this.#countTookMs / COUNT_SHARE);
    if (this.#counting || begin - this.#countedAt < pauseMs) return;
    this.#counting = true;
    this.#added = new Map();
    store
      .usage()
      .then((usage) => {
        this.#used = new Map(usage.map(({ projectId, ...used }) => [projectId, used]));
        for (const [projectId, added] of this.#added) add(this.#used, projectId, added);
      })
      .catch(onError)
      .finally(() => {
        this.#counting = false;
        this.#countedAt = clock.monotonic();
        this.#countTookMs = this.#countedAt - begin;
      });
  }
}

function add(to: Map<string, FactQuota>, projectId: string, more: FactQuota): void {
  const { facts, bytes } = to.get(projectId) ?? NOTHING;
  to.set(projectId, { facts: facts + more.facts, bytes: bytes + more.bytes });
}
