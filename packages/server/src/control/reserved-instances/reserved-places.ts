import type { Clock, Timer } from '../../lib/clock.ts';
import type { ChangeFeed, Member } from '../../storage/index.ts';
import type { ReservedRoom, ReservedRoomStore } from './reserved-room-store.ts';
import { type ReservedPlace, reservedShares } from './reserved-share.ts';

interface Node {
  readonly home: string;
  readonly draining: boolean;
}

export interface ReservedPlacesOptions {
  readonly member: Pick<Member, 'id'>;
  readonly nodes: { readonly self: Node; readonly others: readonly Node[]; onChange(listener: () => void): () => void };
  readonly store: Pick<ReservedRoomStore, 'load' | 'set' | 'remove'>;
  readonly feed: Pick<ChangeFeed, 'follow' | 'caughtUp'>;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
}

/** The others keep their instances until a server that came has had this long to start its own. */
export const HANDOVER_MS = 15_000;

/**
 * Which share of the reserved instances this server keeps. All servers reckon it alike, from the servers that exist and
 * from notes in the database of those that have too little room.
 */
export class ReservedPlaces {
  readonly #options: ReservedPlacesOptions;
  readonly #rooms = new Map<string, readonly ReservedRoom[]>();
  readonly #listeners = new Set<(reservations: ReadonlySet<string> | undefined) => void>();
  /** Homes of the others. */
  #known: ReadonlySet<string> = new Set();
  /** Those that came a moment ago. */
  readonly #arriving = new Map<string, Timer>();
  #stopListening: (() => void) | undefined;

  constructor(options: ReservedPlacesOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { nodes, feed } = this.#options;
    this.#known = new Set(nodes.others.map(({ home }) => home));
    this.#stopListening = nodes.onChange(() => this.#nodesChanged());
    await feed.follow('reserved-room', (keys) => this.#reload(keys));
  }

  stop(): void {
    this.#stopListening?.();
    for (const timer of this.#arriving.values()) timer.cancel();
  }

  /** True while reserved instances are shared out between servers. */
  get hasOthers(): boolean {
    return this.#options.nodes.others.length > 0;
  }

  /** Calls back with the reservations whose shares may have changed; without any when all may have. */
  onChange(listener: (reservations: ReadonlySet<string> | undefined) => void): void {
    this.#listeners.add(listener);
  }

  /** How many of `count` this server keeps. More for a moment, while a new server starts its own. */
  share(reservation: string, count: number): number {
    const all = this.#options.nodes.others;
    if (all.length === 0) return count;
    const settled = all.filter(({ home }) => !this.#arriving.has(home));
    const now = this.#ofThis(reservation, count, all);
    return settled.length === all.length ? now : Math.max(now, this.#ofThis(reservation, count, settled));
  }

  /** The share of this server in a number that belongs to no single reservation. */
  shareOf(name: string, count: number): number {
    return this.#ofThis(name, count, this.#options.nodes.others);
  }

  /** The number that this server has noted; undefined when it has room for its share. */
  limit(reservation: string): number | undefined {
    return this.#rooms.get(reservation)?.find(({ home }) => home === this.#options.nodes.self.home)?.most;
  }

  /** Notes that this server has room for so many and no more; undefined: for its share. */
  note(reservation: string, most: number | undefined): void {
    const { store, member, feed, onError } = this.#options;
    if (this.limit(reservation) === most) return;
    const noted = most === undefined ? store.remove(member.id, reservation) : store.set(member.id, reservation, most);
    noted.then(() => feed.caughtUp()).catch(onError);
  }

  #ofThis(id: string, count: number, others: readonly Node[]): number {
    const { self } = this.#options.nodes;
    const rooms = new Map(this.#rooms.get(id)?.map(({ home, most }) => [home, most]));
    const places = [self, ...others].map(
      ({ home, draining }): ReservedPlace => ({ home, most: draining ? 0 : rooms.get(home) }),
    );
    return reservedShares(id, count, places).get(self.home) ?? 0;
  }

  #nodesChanged(): void {
    const { nodes, clock } = this.#options;
    const homes = new Set(nodes.others.map(({ home }) => home));
    for (const [home, timer] of this.#arriving) {
      if (homes.has(home)) continue;
      timer.cancel();
      this.#arriving.delete(home);
    }
    for (const home of homes) {
      if (this.#known.has(home)) continue;
      const timer = clock.after(HANDOVER_MS, () => {
        this.#arriving.delete(home);
        this.#tell(undefined);
      });
      this.#arriving.set(home, timer);
    }
    this.#known = homes;
    this.#tell(undefined);
  }

  async #reload(keys: ReadonlySet<string> | undefined): Promise<void> {
    const rooms = await this.#options.store.load(keys === undefined ? undefined : [...keys]);
    for (const key of keys ?? [...this.#rooms.keys()]) this.#rooms.delete(key);
    for (const room of rooms) this.#rooms.set(room.reservation, [...(this.#rooms.get(room.reservation) ?? []), room]);
    this.#tell(keys);
  }

  #tell(reservations: ReadonlySet<string> | undefined): void {
    for (const listener of this.#listeners) listener(reservations);
  }
}
