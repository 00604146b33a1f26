import type { Clock } from '../lib/clock.ts';
import { PlatformError } from '../lib/platform-error.ts';

/** What waits in an outbox for its fan-out. */
export interface BacklogSize {
  readonly entries: number;
  readonly bytes: number;
}

export interface ProjectBacklog extends BacklogSize {
  readonly projectId: string;
}

export interface BacklogOptions {
  /** Counts what waits, by project. */
  readonly usage: () => Promise<readonly ProjectBacklog[]>;
  /** Limit of each project. */
  readonly quota: BacklogSize;
  readonly clock: Clock;
  /** Message and hint of the refusal. */
  readonly refusal: readonly [string, string];
  readonly onError: (error: unknown) => void;
}

const NOTHING: BacklogSize = { entries: 0, bytes: 0 };
/** A count knows what was delivered, and what other servers added, at most this much earlier. */
const COUNT_EVERY_MS = 1_000;
/** The share of time that may go into counts. */
const COUNT_SHARE = 0.1;

/** Admits entries to an outbox within the quota of their project. */
export class Backlog {
  readonly #options: BacklogOptions;
  #used = new Map<string, BacklogSize>();
  /** Since the present or last count began, which may have missed them. */
  #added = new Map<string, BacklogSize>();
  #countedAt = Number.NEGATIVE_INFINITY;
  #countTookMs = 0;
  #counting = false;

  constructor(options: BacklogOptions) {
    this.#options = options;
  }

  /** Throws `backlog_full` when the project has no room for one more entry of so many bytes. */
  admit(projectId: string, bytes: number): void {
    const { quota, refusal } = this.#options;
    this.#countSoon();
    const used = this.#used.get(projectId) ?? NOTHING;
    if (used.entries >= quota.entries || used.bytes + bytes > quota.bytes) {
      const [message, hint] = refusal;
      throw new PlatformError('backlog_full', message, { hint });
    }
    add(this.#used, projectId, { entries: 1, bytes });
    add(this.#added, projectId, { entries: 1, bytes });
  }

  #countSoon(): void {
    const { clock, usage, onError } = this.#options;
    const begin = clock.monotonic();
    const pauseMs = Math.max(COUNT_EVERY_MS, this.#countTookMs / COUNT_SHARE);
    if (this.#counting || begin - this.#countedAt < pauseMs) return;
    this.#counting = true;
    this.#added = new Map();
    usage()
      .then((projects) => {
        this.#used = new Map(projects.map(({ projectId, entries, bytes }) => [projectId, { entries, bytes }]));
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

function add(to: Map<string, BacklogSize>, projectId: string, more: BacklogSize): void {
  const { entries, bytes } = to.get(projectId) ?? NOTHING;
  to.set(projectId, { entries: entries + more.entries, bytes: bytes + more.bytes });
}
