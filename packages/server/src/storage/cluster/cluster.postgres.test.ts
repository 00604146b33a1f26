import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../lib/manual-clock.ts';
import { ChangeFeed, Duty, Leases, Membership, type Storage } from '../index.ts';
import { newPlace } from '../testing.ts';
import { openAt } from '../testing-place.ts';
import { BEAT_MS, EXPIRY_MS } from './heartbeat-times.ts';

const PATIENCE = { timeout: 120_000, interval: 10 };

interface Server {
  readonly storage: Storage;
  readonly clock: ManualClock;
  readonly membership: Membership;
  readonly leases: Leases;
  readonly errors: unknown[];
  readonly conflicts: Error[];
}

let place: string;
let servers: Server[];
beforeEach(async () => {
  place = await newPlace('');
  servers = [];
});
afterEach(async () => {
  for (const { membership, storage } of servers) {
    await membership.leave();
    await storage.close();
  }
});

/** A server whose own time stands still: its heartbeats come when the test lets time pass. */
async function join(home: string): Promise<Server> {
  const storage = await openAt(place);
  const clock = new ManualClock();
  const errors: unknown[] = [];
  const conflicts: Error[] = [];
  const membership = await Membership.join({
    storage,
    home,
    place: `/${home}`,
    name: home,
    version: '1',
    clock,
    onError: (error) => errors.push(error),
    onConflict: (error) => conflicts.push(error),
  });
  const server = { storage, clock, membership, leases: new Leases(storage, membership), errors, conflicts };
  servers.push(server);
  return server;
}

const expire = ({ storage, membership }: Server) =>
  storage.db.updateTable('server').set({ expires_at: 1 }).where('id', '=', membership.id).execute();

/** Lets as much time pass as an expiry takes, with an answer to each heartbeat. */
async function beatSteadily({ clock, membership }: Server): Promise<void> {
  for (let ms = 0; ms <= EXPIRY_MS; ms += BEAT_MS) {
    clock.advance(BEAT_MS);
    await membership.look();
  }
}

/** Lets the server beat until `done`. Each heartbeat has time for its answer, which counts from when it was sent. */
async function beatUntil(server: Server, done: () => boolean): Promise<void> {
  await expect
    .poll(
      () => {
        server.clock.advance(BEAT_MS);
        return done();
      },
      { ...PATIENCE, interval: 200 },
    )
    .toBe(true);
}
const names = ({ membership }: Server) => membership.others.map(({ name }) => name).sort();

describe('a membership', () => {
  it('shows the others what its server can do, also after it was lost', async () => {
    const one = await join('one');
    const other = await join('other');
    const description = { address: '10.0.0.5:8090', runtimes: ['Node.js20.15'], memoryMb: 512, processors: 2 };
    await one.membership.describe(description);
    const seen = () => other.membership.others.map((row) => row.description);
    await expect.poll(seen, PATIENCE).toEqual([description]);
    await other.storage.db.deleteFrom('server').where('id', '=', one.membership.id).execute();
    await beatUntil(other, () => other.membership.others.length === 0);
    await beatUntil(one, () => one.membership.isLive());
    await expect.poll(seen, PATIENCE).toEqual([description]);
  });

  it('is seen by the others, and gone for them when its server leaves', async () => {
    const a = await join('a');
    const b = await join('b');
    expect(names(b)).toEqual(['a']);
    await beatUntil(a, () => names(a)[0] === 'b');
    await b.membership.leave();
    // announced by the database, without a heartbeat of its own
    await expect.poll(() => names(a), PATIENCE).toEqual([]);
  });

  it('ends when the server does not beat, but only by a server that has beaten all that time', async () => {
    const a = await join('a');
    const b = await join('b');
    await expire(a);
    // its time stands still, so that it has not beaten all that time, however slow the machine is
    const livePeer = async () => {
      await b.membership.look();
      return b.membership.livePeer;
    };
    await expect.poll(livePeer, PATIENCE).toBeUndefined();
    expect(names(b)).toEqual(['a']);
    expect(await b.storage.db.selectFrom('server').select('id').execute()).toHaveLength(2);
    // the database was unavailable to both, for example: the first heartbeat brings it back
    await beatUntil(a, () => a.membership.livePeer !== undefined);
    await beatUntil(b, () => b.membership.livePeer !== undefined);
    const before = a.membership.id;
    await beatSteadily(b);
    await expire(a);
    let reported = 0;
    b.membership.onChange(() => {
      reported += 1;
    });
    await beatUntil(b, () => reported > 0);
    const rows = await b.storage.db.selectFrom('server').select('id').execute();
    expect(rows.map(({ id }) => id)).not.toContain(before);
    // it lives after all, and hears of it
    await beatUntil(a, () => a.membership.id !== before);
    await expect.poll(() => a.membership.isLive(), PATIENCE).toBe(true);
  });

  it('does not count any more once its heartbeats fail for as long as others wait', async () => {
    const a = await join('a');
    await a.storage.db.schema.alterTable('server').renameTo('server_elsewhere').execute();
    a.clock.advance(EXPIRY_MS - 1);
    expect(a.membership.isLive()).toBe(true);
    a.clock.advance(1);
    expect(a.membership.isLive()).toBe(false);
    expect(await a.leases.acquire('work')).toBeUndefined();
    await expect.poll(() => a.errors.length, PATIENCE).toBeGreaterThan(0);
    await a.storage.db.schema.alterTable('server_elsewhere').renameTo('server').execute();
    await beatUntil(a, () => a.membership.isLive());
  });

  it('replaces that of an earlier process on the same data directory at once', async () => {
    const a = await join('a');
    const again = await join('a');
    expect(names(again)).toEqual([]);
    expect(again.membership.id).not.toBe(a.membership.id);
    // one that lives after all learns of it and ends
    await beatUntil(a, () => a.conflicts.length > 0);
    expect(a.conflicts[0]).toMatchObject({ code: 'storage.locked', hint: expect.stringContaining('data directory') });
    expect(a.membership.isLive()).toBe(false);
  });

  describe('of a data directory that is elsewhere now', () => {
    const copied = { code: 'storage.locked', hint: expect.stringContaining('data directory of its own') };

    /** The outcome of a start from a copy, while the test lets time pass for the server that was there. */
    async function startFromCopy(of: Server, onWait: () => Promise<void>): Promise<{ name: string; error?: unknown }> {
      const storage = await openAt(place);
      const clock = new ManualClock();
      const waits: number[] = [];
      let outcome: { name: string; error?: unknown } | undefined;
      const joining = Membership.join({
        ...{ storage, home: 'a', place: '/copy', name: 'copy', version: '1', clock },
        onError: () => {},
        onConflict: () => {},
        onWait: (server, ms) => {
          expect(server).toBe('a');
          waits.push(ms);
        },
      }).then(
        async (membership) => {
          await membership.leave();
          outcome = { name: 'joined' };
        },
        (error: unknown) => {
          outcome = { name: 'refused', error };
        },
      );
      await expect.poll(() => waits.length, PATIENCE).toBe(1);
      expect(of.membership.isLive()).toBe(true);
      await onWait();
      await expect
        .poll(() => {
          clock.advance(1000);
          return outcome;
        }, PATIENCE)
        .toBeDefined();
      await joining;
      await storage.close();
      if (outcome === undefined) throw new Error('no outcome');
      return outcome;
    }

    it('stays when its server sends heartbeats: the copy is refused', async () => {
      const a = await join('a');
      expect(await startFromCopy(a, () => a.membership.look())).toEqual({
        name: 'refused',
        error: expect.objectContaining(copied),
      });
      await a.membership.look();
      expect([a.membership.isLive(), a.conflicts]).toEqual([true, []]);
    });

    it('stays when its server joined anew meanwhile', async () => {
      const a = await join('a');
      const outcome = await startFromCopy(a, async () => {
        const { id } = a.membership;
        await a.storage.db
          .updateTable('server')
          .set({ id: `${id}-new` })
          .where('id', '=', id)
          .execute();
      });
      expect(outcome).toMatchObject({ name: 'refused' });
    });

    it('is replaced when its server sends none', async () => {
      const a = await join('a');
      expect(await startFromCopy(a, async () => void (await expire(a)))).toEqual({ name: 'joined' });
    });

    it('is replaced when its server leaves', async () => {
      const a = await join('a');
      expect(await startFromCopy(a, () => a.membership.leave())).toEqual({ name: 'joined' });
    });

    it('is of one of two copies that start at the same moment', async () => {
      const starts = await Promise.all(
        ['/one', '/two'].map(async (folder) => {
          const [storage, clock] = [await openAt(place), new ManualClock()];
          const joining = Membership.join({
            ...{ storage, home: 'a', place: folder, name: folder, version: '1', clock },
            onError: () => {},
            onConflict: () => {},
          });
          return { storage, clock, joining };
        }),
      );
      const first = await Promise.race(starts.map(({ joining }) => joining));
      const outcomes: PromiseSettledResult<Membership>[] = [];
      const settled = Promise.allSettled(starts.map(({ joining }) => joining)).then((all) => outcomes.push(...all));
      await expect
        .poll(async () => {
          await first.look();
          for (const { clock } of starts) clock.advance(1000);
          return outcomes.length;
        }, PATIENCE)
        .toBe(2);
      await settled;
      const refused = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
      expect(refused).toEqual([expect.objectContaining(copied)]);
      expect(first.isLive()).toBe(true);
      await first.leave();
      for (const { storage } of starts) await storage.close();
    });

    it('counts like that of a server of an older version, whose place is not known', async () => {
      const a = await join('a');
      await a.storage.db.updateTable('server').set({ place: null }).execute();
      expect(await startFromCopy(a, async () => void (await expire(a)))).toEqual({ name: 'joined' });
    });
  });
});

describe('a lease', () => {
  it('has one owner, and a higher epoch with each', async () => {
    const [a, b] = [await join('a'), await join('b')];
    const first = await a.leases.acquire('work');
    expect(first).toMatchObject({ epoch: 1, owner: a.membership.id });
    expect(await b.leases.acquire('work')).toBeUndefined();
    if (first === undefined) throw new Error('not acquired');
    await a.leases.release(first);
    expect(await b.leases.acquire('work')).toMatchObject({ epoch: 2 });
    expect(await a.leases.owns(first)).toBe(false);
  });

  it('of a server that is gone goes to another one, and undoes writes of the former owner', async () => {
    const [a, b] = [await join('a'), await join('b')];
    const old = await a.leases.acquire('work');
    if (old === undefined) throw new Error('not acquired');
    const write = (server: Server, key: string) => ({
      query: server.storage.db.insertInto('lease').values({ name: key, owner: '', epoch: 1 }).compile(),
    });
    await a.storage.atomic([a.leases.guard(old), write(a, 'written by a')]);
    await a.storage.db.deleteFrom('server').where('id', '=', a.membership.id).execute();
    expect(await b.leases.acquire('work')).toMatchObject({ epoch: 2 });
    await expect(a.storage.atomic([a.leases.guard(old), write(a, 'late')])).rejects.toMatchObject({
      code: 'storage.guard',
    });
    const rows = await b.storage.db.selectFrom('lease').select('name').orderBy('name').execute();
    expect(rows.map(({ name }) => name)).toEqual(['work', 'written by a']);
  });

  it('is taken by one of many at the same moment', async () => {
    const all = await Promise.all(['a', 'b', 'c', 'd'].map(join));
    const taken = await Promise.all(all.map(({ leases }) => leases.acquire('work')));
    expect(taken.filter((lease) => lease !== undefined)).toHaveLength(1);
  });
});

it('does the work of all on one server, and goes on elsewhere when that one leaves, expires or is refused', async () => {
  const [a, b] = [await join('a'), await join('b')];
  const doing = new Set<string>();
  const duty = (server: Server, name: string): Duty =>
    new Duty({
      name: 'work',
      leases: server.leases,
      peers: server.membership,
      clock: server.clock,
      begin: () => void doing.add(name),
      end: () => void doing.delete(name),
      onError: (error) => server.errors.push(error),
    });
  const [ofA, ofB] = [duty(a, 'a'), duty(b, 'b')];
  await ofA.start();
  await ofB.start();
  expect([...doing]).toEqual(['a']);
  await beatSteadily(b);
  await expire(a);
  await beatUntil(b, () => doing.has('b'));
  // It has heard nothing yet. A write under its lease would be refused, and then it reads its lease again.
  ofA.doubt();
  await expect.poll(() => [...doing], PATIENCE).toEqual(['b']);
  // a server that stops its work, and stays for its running calls
  await ofB.stop();
  await expect.poll(() => [...doing], PATIENCE).toEqual(['a']);
  await ofA.stop();
  expect([...doing]).toEqual([]);
  expect([...a.errors, ...b.errors]).toEqual([]);
});

describe('a server that is drained or stops', () => {
  const dutyOf = (server: Server, doing: Set<string>) =>
    new Duty({
      ...{ name: 'work', leases: server.leases, peers: server.membership, clock: server.clock },
      begin: () => void doing.add(server.membership.self.name),
      end: () => void doing.delete(server.membership.self.name),
      onError: (error) => server.errors.push(error),
    });

  it('hands its work to another one without a heartbeat, and takes none while the other has no reason to stop', async () => {
    const [a, b] = [await join('a'), await join('b')];
    await beatUntil(a, () => names(a).includes('b'));
    const doing = new Set<string>();
    const duties = [dutyOf(a, doing), dutyOf(b, doing)];
    for (const duty of duties) await duty.start();
    expect([...doing]).toEqual(['a']);
    await a.membership.withdraw();
    expect(a.membership.yields).toBe(true);
    await expect.poll(() => [...doing], PATIENCE).toEqual(['b']);
    await expect.poll(() => b.membership.others.map(({ draining }) => draining), PATIENCE).toEqual([true]);
    // its row says that it is drained no more, but it stops
    await a.storage.db.updateTable('server').set({ draining: 0 }).execute();
    await a.membership.look();
    expect(a.membership.self.draining).toBe(true);
    for (const duty of duties) await duty.stop();
    expect([...a.errors, ...b.errors]).toEqual([]);
  });

  it('goes on with its work when no other one takes new work', async () => {
    const a = await join('a');
    const doing = new Set<string>();
    const duty = dutyOf(a, doing);
    await duty.start();
    await a.membership.withdraw();
    expect([a.membership.yields, [...doing]]).toEqual([false, ['a']]);
    await duty.stop();
  });
});

describe('a change of another server', () => {
  const network = (id: string) => ({
    ...{ id, name: id, vpc_id: `vpc-${id}`, subnet_id: '', cidr: '172.30.0.0/24', nat: 0, host_interface: null },
    created_at: 1,
  });
  const insert = (storage: Storage, id: string) => storage.db.insertInto('network').values(network(id)).execute();

  it('is heard at once, after a lost session by reading, and can be waited for by its number', async () => {
    const [writer, reader] = [await openAt(place), await openAt(place)];
    const { signals } = reader;
    if (signals === undefined) throw new Error('no signals');
    const feed = new ChangeFeed(reader.db);
    const seen: string[] = [];
    await feed.follow('network', async (keys) => void seen.push(...(keys ?? [])));
    // it reads by itself only when time passes
    const clock = new ManualClock();
    feed.hearOthers({ signals, clock });
    await insert(writer, 'a');
    await expect.poll(() => seen).toEqual(['a']);
    await signals
      .ask(
        `select pg_terminate_backend(pid) from pg_stat_activity where query like 'listen %'
      and datname = current_database()`,
        [],
      )
      .catch(() => {});
    await insert(writer, 'b');
    const later = () => {
      clock.advance(1_000);
      return seen;
    };
    await expect.poll(later, PATIENCE).toEqual(['a', 'b']);
    feed.stop();
    // a read that was under way would see the next change
    await feed.caughtUp();
    await insert(writer, 'c');
    await feed.notBefore(feed.at);
    expect(seen).toEqual(['a', 'b']);
    await feed.notBefore(feed.at + 1);
    expect(seen).toEqual(['a', 'b', 'c']);
    await feed.notBefore(Number.MAX_SAFE_INTEGER);
    await writer.close();
    await reader.close();
  });
});
