import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Clock, Timer } from '../../lib/clock.ts';
import { CoalescedTask } from '../../lib/coalesced-task.ts';
import { StorageError } from '../errors.ts';
import type { Storage } from '../open.ts';
import type { Signals } from '../options.ts';
import { BEAT_MS, EXPIRY_MS, MARGIN_MS, mayJudgeIn, nextBeatIn } from './heartbeat-times.ts';
import {
  MembershipStore,
  type Rival,
  type SeenServer,
  type ServerDescription,
  type ServerRow,
} from './membership-store.ts';

/** Between two looks at a server whose data directory may have been copied. */
const WATCH_MS = 250;

/** What a server needs to know before it takes work that others may take over. */
export interface Member {
  /** Owner of what this server leases. Changes when others removed this server and it joined again. */
  readonly id: string;
  /** False from the moment in which others may take over what this server owns. */
  isLive(): boolean;
}

/** The other servers on the same database. */
export interface Peers {
  /** Those that may own something: also one without heartbeats, until it is removed. */
  readonly others: readonly ServerRow[];
  /** This server is drained or stops, and another one takes new work: work that may be done anywhere is left to it. */
  readonly yields: boolean;
  /** Calls back when servers came, left, changed or freed a lease, and when this one lost or regained its membership. Returns what ends it. */
  onChange(listener: () => void): () => void;
}

export interface MembershipOptions {
  readonly storage: Pick<Storage, 'db' | 'signals'>;
  /** Id of the data directory, on which one process works. */
  readonly home: string;
  /** Where that directory is; see `placeOf`. */
  readonly place: string;
  /** For people. */
  readonly name: string;
  readonly version: string;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
  /** Called with the name of a lost server whose open transactions this one has no right to end. */
  readonly onDenied?: (server: string) => void;
  /** Called once when a server with the same home, elsewhere, may be alive: `join` takes at most so many ms to see. */
  readonly onWait?: (server: string, ms: number) => void;
  /** Called once when another server with the same home is alive: the data directory was copied. */
  readonly onConflict: (error: Error) => void;
  /** Called once when this server was removed while it was drained: it is to stop. */
  readonly onRemoved?: () => void;
}

/**
 * The row of this server among those that share the database. On PostgreSQL it is extended by heartbeats; another server
 * removes it after `EXPIRY_MS` without one, by the clock of the database, and then owns nothing of it exists any more. On
 * SQLite the server is the only one and never expires.
 */
export class Membership implements Member, Peers {
  readonly #options: MembershipOptions;
  readonly #store: MembershipStore;
  readonly #listeners = new Set<() => void>();
  readonly #beats: CoalescedTask;
  #id = randomUUID();
  #others: readonly SeenServer[] = [];
  #description: ServerDescription | undefined;
  /** As other servers set it; a new process on the same home begins without. */
  #draining = false;
  /** It stops, whatever its row has. */
  #isLeaving = false;
  /** Monotonic ms, from the moment in which the last successful heartbeat was sent. */
  #liveUntil = Number.POSITIVE_INFINITY;
  /** Monotonic ms since which the membership has not lapsed: others may have had as little chance to beat before. */
  #liveSince = 0;
  #next: Timer | undefined;
  #lapse: Timer | undefined;
  #stopListening: (() => void) | undefined;
  /** Another server left, or freed a lease. */
  #hasNews = false;
  #left = false;

  private constructor(options: MembershipOptions) {
    this.#options = options;
    this.#store = new MembershipStore(options.storage);
    this.#beats = new CoalescedTask(
      () => this.#beat(),
      (error) => this.#failed(error),
    );
  }

  /**
   * Replaces the membership of an earlier process on the same home: at once when that was at the same place, and elsewhere
   * when it sends no heartbeats. Rejects with `storage.locked` when a server on a copy of the data directory lives.
   */
  static async join(options: MembershipOptions): Promise<Membership> {
    const membership = new Membership(options);
    const { signals } = options.storage;
    if (signals === undefined) {
      await membership.#store.addAlone(membership.#row());
      return membership;
    }
    await membership.#addOrWait(signals);
    membership.#stopListening = signals.listen((number) => {
      if (number !== undefined) return;
      membership.#hasNews = true;
      membership.#beats.request();
    });
    await membership.#beat();
    return membership;
  }

  get id(): string {
    return this.#id;
  }

  get others(): readonly ServerRow[] {
    return this.#others;
  }

  /** This server as the others see it. */
  get self(): ServerRow {
    return this.#row();
  }

  /** Others that send heartbeats. */
  get live(): readonly ServerRow[] {
    return this.#others.filter(({ leftMs }) => leftMs > 0);
  }

  /** Another server that sends heartbeats; undefined for the only one. */
  get livePeer(): ServerRow | undefined {
    return this.live[0];
  }

  get yields(): boolean {
    return this.#draining && this.live.some(({ draining }) => !draining);
  }

  isLive(): boolean {
    return !this.#left && this.#options.clock.monotonic() < this.#liveUntil;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Shows the others what this server can do. Rejects while the database is unreachable. */
  async describe(description: ServerDescription): Promise<void> {
    this.#description = description;
    const { signals } = this.#options.storage;
    if (signals !== undefined) await this.#store.describe(signals, this.#id, description);
  }

  /**
   * Call before the work ends: work that may be done anywhere goes to others now, here at once and there when they hear of
   * it. Rejects while the database is unreachable.
   */
  async withdraw(): Promise<void> {
    this.#isLeaving = true;
    this.#draining = true;
    this.#tell();
    const { signals } = this.#options.storage;
    if (signals !== undefined) await this.#store.drain(signals, this.#id);
  }

  /** Looks at the rows of all servers now. */
  async look(): Promise<void> {
    this.#beats.request();
    await this.#beats.idle();
  }

  /** Gives up everything that this server owns. Call when its work has ended. */
  async leave(): Promise<void> {
    this.#left = true;
    this.#stopListening?.();
    this.#next?.cancel();
    this.#lapse?.cancel();
    await this.#beats.idle();
    await this.#store.remove(this.#options.storage.signals, this.#id);
  }

  #row(): ServerRow {
    const { home, name, version } = this.#options;
    return { id: this.#id, home, name, version, description: this.#description, draining: this.#draining };
  }

  async #addOrWait(signals: Signals): Promise<void> {
    const { home, clock, onWait } = this.#options;
    let first: Rival | undefined;
    while (!(await this.#add(signals, this.#options.place))) {
      const rival = await this.#store.ofHome(signals, home);
      if (rival === undefined) continue;
      if (first !== undefined && (rival.id !== first.id || rival.expiresAt > first.expiresAt)) throw copied();
      if (first === undefined) onWait?.(rival.name, rival.leftMs);
      first ??= rival;
      const ms = Math.min(WATCH_MS, Math.max(0, rival.leftMs) + MARGIN_MS);
      await new Promise<void>((resolve) => void clock.after(ms, resolve));
    }
  }

  /**
   * Replaces a server of the same home that was at `formerPlace`, even if it has not expired. Returns false when another
   * server of that home remains, which may live.
   */
  async #add(signals: Signals, formerPlace: string | null): Promise<boolean> {
    const { clock, home, place } = this.#options;
    this.#reportDenied(await this.#store.endReplaced(signals, home, formerPlace));
    const sentAt = clock.monotonic();
    const { sessionName: sessions } = signals;
    if (!(await this.#store.add(this.#row(), { place, formerPlace, expiryMs: EXPIRY_MS, sessions }))) return false;
    this.#renewed(sentAt);
    this.#liveSince = sentAt;
    return true;
  }

  #beatIn(ms: number): void {
    this.#next?.cancel();
    this.#next = this.#options.clock.after(ms, () => this.#beats.request());
  }

  #failed(error: unknown): void {
    if (error instanceof StorageError && error.code === 'storage.locked') {
      this.#left = true;
      this.#options.onConflict(error);
      return;
    }
    this.#options.onError(error);
    this.#beatIn(BEAT_MS / 4);
  }

  async #beat(): Promise<void> {
    const { storage, clock } = this.#options;
    const { signals } = storage;
    if (signals === undefined || this.#left) return;
    const hasNews = this.#hasNews;
    this.#hasNews = false;
    const sentAt = clock.monotonic();
    const { renewed, servers } = await this.#store.beat(signals, this.#id, EXPIRY_MS);
    if (this.#left) return;
    const wasLive = this.isLive();
    if (renewed) {
      this.#renewed(sentAt);
      if (!wasLive) this.#liveSince = sentAt;
    } else if (this.#draining && !this.#isLeaving) {
      this.#liveUntil = 0;
      this.#left = true;
      this.#tell();
      this.#options.onRemoved?.();
      return;
    } else {
      this.#liveUntil = 0;
      this.#id = randomUUID();
      if (!(await this.#add(signals, null))) throw copied();
    }
    const judgeIn = mayJudgeIn(clock.monotonic() - this.#liveSince);
    const others = servers.filter(({ id }) => id !== this.#id);
    // while no server could beat, none is dead
    const live = others.filter(({ leftMs }) => leftMs > 0);
    const removed = judgeIn === 0 && live.length < others.length ? await this.#removeExpired(signals) : 0;
    const draining = this.#isLeaving || (servers.find(({ id }) => id === this.#id)?.draining ?? this.#draining);
    const isSame =
      !hasNews && wasLive && renewed && removed === 0 && draining === this.#draining && same(others, this.#others);
    this.#draining = draining;
    this.#others = removed === 0 ? others : live;
    this.#beatIn(nextBeatIn(this.#others, judgeIn, clock.monotonic() - sentAt));
    if (!isSame) this.#tell();
  }

  async #removeExpired(signals: Signals): Promise<number> {
    const { removed, denied } = await this.#store.removeExpired(signals, this.#id);
    this.#reportDenied(denied);
    return removed;
  }

  #reportDenied(servers: readonly string[]): void {
    for (const server of servers) this.#options.onDenied?.(server);
  }

  #renewed(sentAt: number): void {
    const { clock } = this.#options;
    this.#liveUntil = sentAt + EXPIRY_MS;
    this.#lapse?.cancel();
    this.#lapse = clock.after(this.#liveUntil - clock.monotonic(), () => this.#tell());
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

function same(a: readonly SeenServer[], b: readonly SeenServer[]): boolean {
  const plain = (servers: readonly SeenServer[]): unknown =>
    new Map(servers.map((one) => [one.id, { ...one, leftMs: 0 }]));
  return isDeepStrictEqual(plain(a), plain(b));
}

function copied(): StorageError {
  return new StorageError('storage.locked', 'another server with a copy of this data directory is running', {
    hint: 'Each server needs a data directory of its own: begin a new one, and share the key with --key-file.',
  });
}
