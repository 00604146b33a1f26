import type { Kysely } from 'kysely';
import type { Clock, Timer } from '../../lib/clock.ts';
import type { Signals } from '../options.ts';
import type { Schema } from '../schema.ts';

/** A kind of configuration that servers hold in memory. */
export type ChangeTopic =
  | 'function'
  | 'reserved-room'
  | 'network'
  | 'file-system'
  | 'share'
  | 'dependency'
  | 'gateway-app'
  | 'gateway-group'
  | 'gateway-release'
  | 'image'
  | 'account'
  | 'project'
  | 'user'
  | 'access-key'
  | 'console-session'
  | 'revoked-token'
  | 'group'
  | 'policy'
  | 'agency'
  | 'grant'
  | 'enterprise-project'
  | 'flow-run'
  | 'flow-trigger'
  | 'cancelled-message';

/**
 * Brings memory up to date with the rows of these keys, which may be missing now; with all rows when there are no keys.
 * Called one at a time. A rejection is tried again.
 */
export type Reload = (keys: ReadonlySet<string> | undefined) => Promise<void>;

/** Rows of changes that are kept; a follower that is further behind reloads everything. */
const KEPT = 100_000;
const BATCH = 1_000;
const AGAIN_MS = 1_000;
/** Notifications may be lost with their session: the feed reads by itself after this, and up to a quarter later. */
const POLL_MS = 1_000;

export interface FeedFollowing {
  readonly signals: Signals;
  readonly clock: Clock;
}

/**
 * Follows the changes of configuration that any server commits, in the order of their numbers. Followers reload the
 * changed keys: what they read may be newer than the change, and is then read once more.
 */
export class ChangeFeed {
  readonly #db: Kysely<Schema>;
  readonly #kept: number;
  readonly #followers = new Map<ChangeTopic, Reload[]>();
  /** The last change that every follower has. */
  #at = 0;
  #running: Promise<void> | undefined;
  #again: NodeJS.Timeout | undefined;
  #stopped = false;
  #next: Promise<void> | undefined;
  #stopListening: (() => void) | undefined;
  #poll: Timer | undefined;

  constructor(db: Kysely<Schema>, options: { readonly kept?: number } = {}) {
    this.#db = db;
    this.#kept = options.kept ?? KEPT;
  }

  /** Loads all rows of the topic, then follows it. Followers of one topic are called in this order. */
  async follow(topic: ChangeTopic, reload: Reload): Promise<void> {
    if (this.#followers.size === 0) this.#at = await this.#last();
    this.#followers.set(topic, [...(this.#followers.get(topic) ?? []), reload]);
    await reload(undefined);
  }

  /** The number of the last change that every follower has. */
  get at(): number {
    return this.#at;
  }

  /** Reads what other servers commit as soon as they notify of it, and regularly. Call when all followers follow. */
  hearOthers({ signals, clock }: FeedFollowing): void {
    const read = (): void => void this.caughtUp().catch(() => {});
    this.#stopListening = signals.listen((number) => {
      if (number === undefined || number > this.#at) read();
    });
    const poll = (): void => {
      this.#poll = clock.after(POLL_MS * (1 + Math.random() / 4), () => {
        read();
        poll();
      });
    };
    poll();
    read();
  }

  /**
   * Resolves when the followers have the change of this number. A number that the database never gave is not waited for.
   */
  async notBefore(number: number): Promise<void> {
    if (number > this.#at) await this.caughtUp();
  }

  /** Resolves when the followers have everything that was committed before this call. Rejects like their reloads. */
  caughtUp(): Promise<void> {
    // A run that has begun may have read the changes before the last commit.
    if (this.#running !== undefined) {
      this.#next ??= this.#running.catch(() => {}).then(() => this.#run());
      return this.#next;
    }
    return this.#run();
  }

  /** Followers stay as they are. */
  stop(): void {
    this.#stopped = true;
    this.#stopListening?.();
    this.#poll?.cancel();
    clearTimeout(this.#again);
  }

  #run(): Promise<void> {
    this.#next = undefined;
    clearTimeout(this.#again);
    this.#running = this.#read().finally(() => {
      this.#running = undefined;
    });
    // Without this a change that could not be read would be missed until the next one.
    this.#running.catch(() => this.#tryAgain());
    return this.#running;
  }

  #tryAgain(): void {
    if (this.#stopped) return;
    this.#again = setTimeout(() => void this.caughtUp().catch(() => {}), AGAIN_MS).unref();
  }

  async #read(): Promise<void> {
    for (;;) {
      const rows = await this.#db
        .selectFrom('change')
        .selectAll()
        .where('n', '>', this.#at)
        .orderBy('n')
        .limit(BATCH)
        .execute();
      const last = Number(rows.at(-1)?.n ?? this.#at);
      if (last === this.#at) return;
      const isComplete = Number(rows[0]?.n) === this.#at + 1;
      for (const [topic, reloads] of this.#followers) {
        const keys = new Set(rows.flatMap((row) => (row.topic === topic ? [row.key] : [])));
        if (isComplete && keys.size === 0) continue;
        for (const reload of reloads) await reload(isComplete ? keys : undefined);
      }
      const trimmed = Math.floor(last / BATCH) > Math.floor(this.#at / BATCH);
      this.#at = last;
      if (trimmed)
        await this.#db
          .deleteFrom('change')
          .where('n', '<=', last - this.#kept)
          .execute();
    }
  }

  async #last(): Promise<number> {
    const row = await this.#db.selectFrom('change_counter').select('n').executeTakeFirstOrThrow();
    return Number(row.n);
  }
}
