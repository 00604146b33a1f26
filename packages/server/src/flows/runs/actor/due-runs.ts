import type { Logger } from 'pino';
import type { Clock, Timer } from '../../../lib/clock.ts';
import { CoalescedTask } from '../../../lib/coalesced-task.ts';
import type { RunStore } from '../store/run-store.ts';
import type { LoadedRuns } from './loaded-runs.ts';

export interface DueRunsOptions {
  readonly store: Pick<RunStore, 'inbox' | 'due' | 'nextDue'>;
  /** Due times of runs. */
  readonly clock: Clock;
  readonly log: Logger;
  /** Id of this server now. */
  readonly owner: () => string;
  readonly loaded: Pick<LoadedRuns, 'has' | 'hasRoom' | 'size'>;
  /** Loads a run, unless it has to wait after a failure. Never rejects. */
  readonly load: (run: string) => Promise<void>;
  /** Loads a run and takes its messages. Never rejects. */
  readonly deliver: (run: string) => Promise<void>;
  /** Due runs wait for room. */
  readonly crowded: () => void;
}

/** A database that did not answer is looked into again after this time. */
const AGAIN_MS = 1_000;
/** Messages whose notification did not come, since the owner changed meanwhile, are found after this time. */
const MESSAGES_EVERY_MS = 2_000;
const LONGEST_TIMER_MS = 24 * 3600 * 1000;
/** Runs read in one look. */
const MOST = 2_000;
const AT_ONCE = 16;

/** Loads the runs of this server when they have something to do: a time that has come, or a message. */
export class DueRuns {
  readonly #options: DueRunsOptions;
  readonly #look: CoalescedTask;
  #timer: Timer | undefined;
  #poll: Timer | undefined;
  #nextLook = Number.POSITIVE_INFINITY;
  /** Whether due runs wait for room. */
  #hasBacklog = false;
  #isStopped = false;

  constructor(options: DueRunsOptions) {
    this.#options = options;
    this.#look = new CoalescedTask(
      () => this.#loadDue(),
      (error) => {
        options.log.error({ err: error }, 'due runs of flows could not be read');
        this.#wakeAt(options.clock.now() + AGAIN_MS);
      },
    );
  }

  get hasBacklog(): boolean {
    return this.#hasBacklog;
  }

  start(): void {
    this.#pollMessages();
    this.look();
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
    this.#poll?.cancel();
  }

  /** Loads due runs and runs with messages, as far as there is room. */
  look(): void {
    if (!this.#isStopped) this.#look.request();
  }

  /** A due run was stored that found no room. */
  waits(): void {
    this.#hasBacklog = true;
  }

  /** A run that left memory is due then. */
  due(at: number): void {
    if (at < this.#nextLook) this.#wakeAt(Math.max(at, this.#options.clock.now()));
  }

  async #loadDue(): Promise<void> {
    const { store, owner, clock, load, loaded, crowded } = this.#options;
    const now = clock.now();
    this.#hasBacklog = false;
    await this.#readMessages();
    // projects without room are passed over, so that a backlog of one delays no other
    const full = new Set<string>();
    // those that ended, or could not be loaded
    const done = new Set<string>();
    while (!this.#isStopped) {
      const before = full.size;
      const due = await store.due(owner(), now, loaded.size + done.size + MOST, [...full]);
      const missing = due.filter(({ run }) => !loaded.has(run) && !done.has(run));
      for (let at = 0; at < missing.length && !this.#isStopped; at += AT_ONCE) {
        const batch = missing.slice(at, at + AT_ONCE).filter(({ project_id }) => {
          if (loaded.hasRoom(project_id)) return true;
          full.add(project_id);
          return false;
        });
        await Promise.all(batch.map(({ run }) => load(run)));
        for (const { run } of batch) if (!loaded.has(run)) done.add(run);
      }
      if (full.size === before && missing.length < MOST) break;
    }
    this.#hasBacklog = full.size > 0;
    if (this.#hasBacklog) crowded();
    this.#wakeAt(await store.nextDue(owner(), now));
  }

  async #readMessages(): Promise<void> {
    const { store, owner, deliver } = this.#options;
    const runs = await store.inbox.runs(owner(), MOST);
    for (let at = 0; at < runs.length && !this.#isStopped; at += AT_ONCE)
      await Promise.all(runs.slice(at, at + AT_ONCE).map(deliver));
  }

  #pollMessages(): void {
    this.#poll = this.#options.clock.after(MESSAGES_EVERY_MS, () => {
      this.#readMessages()
        .catch((error: unknown) => this.#options.log.error({ err: error }, 'messages of runs could not be read'))
        .finally(() => {
          if (!this.#isStopped) this.#pollMessages();
        });
    });
  }

  #wakeAt(at: number | undefined): void {
    this.#timer?.cancel();
    this.#nextLook = at ?? Number.POSITIVE_INFINITY;
    if (at === undefined || this.#isStopped) return;
    const ms = Math.min(Math.max(at - this.#options.clock.now(), 0), LONGEST_TIMER_MS);
    this.#timer = this.#options.clock.after(ms, () => this.look());
  }
}
