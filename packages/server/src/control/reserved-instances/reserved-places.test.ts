import { beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../lib/manual-clock.ts';
import { HANDOVER_MS, ReservedPlaces } from './reserved-places.ts';
import type { ReservedRoom } from './reserved-room-store.ts';

const ID = 'f:latest';

/** Servers on one database, whose rows and changes are here. */
class Cluster {
  readonly rooms: ReservedRoom[] = [];
  readonly clock = new ManualClock();
  readonly servers: { home: string; draining: boolean; places: ReservedPlaces; tell: () => void }[] = [];
  readonly #reloads: ((keys: ReadonlySet<string> | undefined) => Promise<void>)[] = [];

  async join(home: string): Promise<ReservedPlaces> {
    const listeners = new Set<() => void>();
    const others = () => this.servers.filter((one) => one.home !== home);
    const places = new ReservedPlaces({
      member: { id: home },
      nodes: {
        self: { home, draining: false },
        get others() {
          return others();
        },
        onChange: (listener) => {
          listeners.add(listener);
          return () => listeners.delete(listener);
        },
      },
      store: {
        load: async (keys) => this.rooms.filter(({ reservation }) => keys?.includes(reservation) ?? true),
        set: async (id, reservation, most) => {
          await this.#remove(id, reservation);
          this.rooms.push({ home: id, reservation, most });
          await this.#changed(reservation);
        },
        remove: (id, reservation) => this.#remove(id, reservation).then(() => this.#changed(reservation)),
      },
      feed: {
        follow: async (_, reload) => {
          this.#reloads.push(reload);
          await reload(undefined);
        },
        caughtUp: async () => {},
      },
      clock: this.clock,
      onError: (error) => {
        throw error;
      },
    });
    this.servers.push({ home, draining: false, places, tell: () => listeners.forEach((listener) => void listener()) });
    await places.start();
    this.tellAll();
    return places;
  }

  leave(home: string): void {
    const at = this.servers.findIndex((one) => one.home === home);
    for (const { places } of this.servers.splice(at, 1)) places.stop();
    this.tellAll();
  }

  shares(count: number): number[] {
    return this.servers.map(({ places }) => places.share(ID, count));
  }

  tellAll(): void {
    for (const { tell } of this.servers) tell();
  }

  async #remove(home: string, reservation: string): Promise<void> {
    const at = this.rooms.findIndex((room) => room.home === home && room.reservation === reservation);
    if (at >= 0) this.rooms.splice(at, 1);
  }

  async #changed(reservation: string): Promise<void> {
    for (const reload of this.#reloads) await reload(new Set([reservation]));
  }
}

const sum = (all: readonly number[]): number => all.reduce((a, b) => a + b, 0);

describe('the places of reserved instances', () => {
  let cluster: Cluster;
  beforeEach(() => {
    cluster = new Cluster();
  });

  it('are all here without other servers', async () => {
    const only = await cluster.join('a');
    expect([only.share(ID, 5), only.hasOthers]).toEqual([5, false]);
  });

  it('stay where they are until a server that came had time to start its own', async () => {
    await cluster.join('a');
    await cluster.join('b');
    const [first, second] = cluster.shares(4);
    expect([first, second]).toEqual([4, 2]);
    cluster.clock.advance(HANDOVER_MS);
    expect(cluster.shares(4)).toEqual([2, 2]);
  });

  it('are those of a server that left at once', async () => {
    await cluster.join('a');
    await cluster.join('b');
    cluster.clock.advance(HANDOVER_MS);
    const reported: unknown[] = [];
    cluster.servers[0]?.places.onChange((reservations) => reported.push(reservations));
    cluster.leave('b');
    expect([cluster.shares(4), reported]).toEqual([[4], [undefined]]);
  });

  it('are with the others while a server drains', async () => {
    await cluster.join('a');
    await cluster.join('b');
    cluster.clock.advance(HANDOVER_MS);
    const [, b] = cluster.servers;
    if (b !== undefined) b.draining = true;
    cluster.tellAll();
    expect(cluster.shares(4)[0]).toBe(4);
  });

  it('are with the others when a server has no room, and come back with it', async () => {
    const a = await cluster.join('a');
    await cluster.join('b');
    await cluster.join('c');
    cluster.clock.advance(HANDOVER_MS);
    const reported: unknown[] = [];
    cluster.servers[2]?.places.onChange((reservations) => reported.push(...(reservations ?? [])));
    a.note(ID, 1);
    await expect.poll(() => reported).toEqual([ID]);
    expect([cluster.shares(9)[0], sum(cluster.shares(9)), a.limit(ID)]).toEqual([1, 9, 1]);
    a.note(ID, undefined);
    await expect.poll(() => reported).toEqual([ID, ID]);
    expect(cluster.shares(9)).toEqual([3, 3, 3]);
  });
});
