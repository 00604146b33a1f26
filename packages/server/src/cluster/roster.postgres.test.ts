import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../lib/manual-clock.ts';
import { Leases, Membership, type Storage } from '../storage/index.ts';
import { newPlace } from '../storage/testing.ts';
import { openAt } from '../storage/testing-place.ts';
import { type NodeLoad, openLoadDoor, Roster } from './roster.ts';
import { RosterStore } from './roster-store.ts';
import { startTwoTestNodes, type TestNode } from './testing.ts';

const PATIENCE = { timeout: 120_000, interval: 50 };
const IDLE: NodeLoad = { running: 0, waiting: 0, instances: 1, memoryMb: 128 };

let storage: Storage;
let nodes: readonly [TestNode, TestNode];
let members: readonly [Membership, Membership];
let removed: string[];
let loadOfSecond: NodeLoad;
let roster: Roster;

/** A server whose own time stands still: it hears of changes, and sends no heartbeats of its own. */
async function join({ home, name }: { readonly home: string; readonly name: string }): Promise<Membership> {
  return Membership.join({
    ...{ storage, home, place: home, name, version: '1', clock: new ManualClock() },
    // a busy machine answers late
    onError: () => {},
    onConflict: () => {},
    onRemoved: () => removed.push(name),
  });
}

beforeEach(async () => {
  removed = [];
  loadOfSecond = IDLE;
  storage = await openAt(await newPlace(''));
  nodes = await startTwoTestNodes();
  const [first, second] = nodes;
  members = [await join(first.node), await join(second.node)];
  // a look at the servers that came late would remove one that a test lets expire
  await expect.poll(() => members.map(({ others }) => others.length), PATIENCE).toEqual([1, 1]);
  openLoadDoor(second.listener, () => loadOfSecond);
  roster = new Roster({
    store: new RosterStore(storage),
    ...{ membership: members[0], nodes: first.nodes, connections: first.connections, isShared: true },
    load: () => IDLE,
  });
});
afterEach(async () => {
  for (const member of members) await member.leave().catch(() => {});
  for (const node of nodes) await node.stop();
  await storage.close();
});

/** Both send no heartbeats: on a busy machine a test takes longer than they live. */
const keepAlive = () =>
  storage.db
    .updateTable('server')
    .set({ expires_at: Date.now() + 3_600_000 })
    .execute();
const home = (at: 0 | 1): string => nodes[at].node.home;
const second = async () => (await roster.list()).find(({ home: one }) => one === home(1));
const expire = () => storage.db.updateTable('server').set({ expires_at: 1 }).where('home', '=', home(1)).execute();

describe('the list of servers', () => {
  it('has the description, the load, the work and the heartbeat of each', async () => {
    const [a, b] = members;
    await b.describe({ address: '10.0.0.6:8090', runtimes: ['Python3.9'], memoryMb: 512, processors: 2 });
    await new Leases(storage, a).acquire('triggers');
    loadOfSecond = { running: 3, waiting: 1, instances: 4, memoryMb: 512 };
    const lives = { live: true, draining: false };
    const described = { address: '10.0.0.6:8090', runtimes: ['Python3.9'], memoryMb: 512, processors: 2 };
    const listed = async () => {
      await keepAlive();
      return roster.list();
    };
    await expect.poll(listed, PATIENCE).toMatchObject([
      { ...lives, home: home(0), isSelf: true, leases: ['triggers'], load: IDLE },
      { ...lives, ...described, isSelf: false, leases: [], load: loadOfSecond },
    ]);
    const other = await second();
    const [row] = await storage.db.selectFrom('server').select('joined_at').where('home', '=', home(1)).execute();
    expect(other?.beatAt).toBeGreaterThanOrEqual(row?.joined_at ?? Number.POSITIVE_INFINITY);
  });

  it('has no load of a server that answers nonsense or is gone, and the rest of it', async () => {
    loadOfSecond = { ...IDLE, running: -1 };
    await keepAlive();
    expect(await second()).toMatchObject({ live: true, load: null });
    await expire();
    expect(await second()).toMatchObject({ live: false, load: null, name: 'second' });
  });
});

describe('a server', () => {
  it('that is drained is so for itself and for the others at once, until that ends', async () => {
    const seen = () => [members[1].self.draining, members[0].others[0]?.draining];
    expect(await roster.drain(home(1))).toMatchObject({ draining: true });
    await expect.poll(seen, PATIENCE).toEqual([true, true]);
    expect(await roster.undrain(home(1))).toMatchObject({ draining: false });
    await expect.poll(seen, PATIENCE).toEqual([false, false]);
  });

  it('that is in service or runs calls is not removed', async () => {
    const refused = { code: 'server_in_service', hint: expect.stringContaining('fgs cluster') };
    await keepAlive();
    await expect(roster.remove(home(1))).rejects.toMatchObject(refused);
    await roster.drain(home(1));
    loadOfSecond = { ...IDLE, running: 2 };
    const seesLoad = async () => {
      await keepAlive();
      return (await second())?.load?.running;
    };
    await expect.poll(seesLoad, PATIENCE).toBe(2);
    await expect(roster.remove(home(1))).rejects.toMatchObject(refused);
    expect(await roster.list()).toHaveLength(2);
    expect(removed).toEqual([]);
  });

  it('that is drained and idle is removed, and stops instead of joining again', async () => {
    await roster.drain(home(1));
    await expect.poll(() => members[1].self.draining, PATIENCE).toBe(true);
    await roster.remove(home(1));
    await expect.poll(() => removed, PATIENCE).toEqual(['second']);
    expect(members[1].isLive()).toBe(false);
    expect((await roster.list()).map(({ name }) => name)).toEqual(['first']);
  });

  it('that is gone is removed without draining', async () => {
    await expire();
    await roster.remove(home(1));
    expect((await roster.list()).map(({ name }) => name)).toEqual(['first']);
  });

  it('with an unknown id is not found', async () => {
    for (const change of ['drain', 'undrain', 'remove'] as const) {
      await expect(roster[change]('x')).rejects.toMatchObject({ code: 'not_found' });
    }
  });
});
