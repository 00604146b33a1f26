import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Storage } from '../open.ts';
import { openTestStorage } from '../testing.ts';
import { ChangeFeed } from './change-feed.ts';
import { Replica } from './replica.ts';

let storage: Storage;
beforeEach(async () => {
  storage = await openTestStorage();
});
afterEach(() => storage.close());

const network = (id: string, name = id) => ({
  ...{ id, name, vpc_id: `vpc-${id}`, subnet_id: '', cidr: '172.30.0.0/24', nat: 0, host_interface: null },
  created_at: 1,
});
const insert = (...ids: string[]) =>
  storage.db
    .insertInto('network')
    .values(ids.map((id) => network(id)))
    .execute();

interface Named {
  readonly id: string;
  readonly name: string;
}

/** Networks in memory, with the keys of every load. */
async function replica(feed: ChangeFeed) {
  const loads: (readonly string[] | undefined)[] = [];
  const events: string[] = [];
  const networks = new Replica<Named>({
    feed,
    topic: 'network',
    keyOf: ({ id }) => id,
    load: async (keys) => {
      loads.push(keys);
      const query = storage.db.selectFrom('network').select(['id', 'name']).orderBy('id');
      return (keys === undefined ? query : query.where('id', 'in', [...keys])).execute();
    },
    onChange: (after, before) => events.push(`${before?.name ?? '-'}>${after?.name ?? '-'}`),
  });
  await networks.start();
  const names = () => [...networks.values()].map(({ name }) => name);
  return { networks, names, loads, events };
}

it('loads every row, then follows what any server commits: new, changed and removed rows', async () => {
  await insert('a', 'b');
  const feed = new ChangeFeed(storage.db);
  const { networks, names, loads, events } = await replica(feed);
  expect(names()).toEqual(['a', 'b']);

  await insert('c');
  await storage.db.updateTable('network').set({ name: 'B' }).where('id', '=', 'b').execute();
  await storage.db.deleteFrom('network').where('id', '=', 'a').execute();
  await networks.caughtUp();
  expect(names()).toEqual(['B', 'c']);
  expect(loads).toEqual([undefined, ['c', 'b', 'a']]);
  expect(events).toEqual(['->a', '->b', 'b>B', '->c', 'a>-']);

  await networks.caughtUp();
  expect(loads).toHaveLength(2);
});

it('numbers changes without gaps, also beside transactions that are rolled back', async () => {
  const failing = storage.db.transaction().execute(async (tx) => {
    await tx.insertInto('network').values(network('lost')).execute();
    throw new Error('changed my mind');
  });
  await Promise.allSettled([insert('a'), failing, insert('b'), insert('c')]);
  const rows = await storage.db.selectFrom('change').selectAll().orderBy('n').execute();
  expect(rows.map(({ n }) => Number(n))).toEqual([1, 2, 3]);
  expect(rows.map(({ key }) => key).sort()).toEqual(['a', 'b', 'c']);
});

it('has what was committed before the call, however many calls come while it reads', async () => {
  const feed = new ChangeFeed(storage.db);
  const { names, networks } = await replica(feed);
  const seen = await Promise.all(
    Array.from({ length: 20 }, async (_, at) => {
      const id = `n${String(at).padStart(2, '0')}`;
      await insert(id);
      await networks.caughtUp();
      return names().includes(id);
    }),
  );
  expect(seen).not.toContain(false);
});

it('reloads everything when the changes it missed are no longer kept', async () => {
  const feed = new ChangeFeed(storage.db);
  const { names, networks, loads } = await replica(feed);
  await insert('a', 'b', 'c');
  await storage.db.deleteFrom('change').where('n', '<', 3).execute();
  await networks.caughtUp();
  expect(names()).toEqual(['a', 'b', 'c']);
  expect(loads).toEqual([undefined, undefined]);
});

it('keeps the last changes only', async () => {
  const feed = new ChangeFeed(storage.db, { kept: 10 });
  const { names, networks } = await replica(feed);
  for (let at = 0; at < 11; at++) await insert(...Array.from({ length: 100 }, (_, more) => `${at}-${more}`));
  await networks.caughtUp();
  expect(names()).toHaveLength(1100);
  const { count } = await storage.db
    .selectFrom('change')
    .select(({ fn }) => fn.countAll().as('count'))
    .executeTakeFirstOrThrow();
  expect(Number(count)).toBeLessThanOrEqual(110);
});

it('tries a failed reload again by itself, and forgets no change before it', async () => {
  const feed = new ChangeFeed(storage.db);
  const seen: string[] = [];
  let fails = true;
  await feed.follow('network', async (keys) => {
    if (keys === undefined) return;
    if (fails) throw new Error('the database is away');
    seen.push(...keys);
  });
  await insert('a');
  await expect(feed.caughtUp()).rejects.toThrow('away');
  fails = false;
  await insert('b');
  await expect.poll(() => seen).toEqual(['a', 'b']);
  feed.stop();
});

it('sees rows that a foreign key removes, and no tick of a timer', async () => {
  const { db } = storage;
  const times = { created_at: 1, modified_at: 1 };
  const fn = {
    id: 'f',
    project_id: 'p',
    package: 'default',
    name: 'f',
    runtime: 'Custom',
    collected: 0,
    created_at: 1,
  };
  await db.insertInto('function').values(fn).execute();
  await db
    .insertInto('function_url')
    .values({ function_id: 'f', enabled: 1, auth: 'iam', ...times })
    .execute();
  const trigger = {
    id: 't',
    function_id: 'f',
    qualifier: 'latest',
    kind: 'TIMER',
    name: 't',
    active: 1,
    settings: '{}',
  };
  const ticks = { since: 1, fired_at: null, fired_steady: null, route_key: null };
  await db
    .insertInto('function_trigger')
    .values({ ...trigger, ...ticks, ...times })
    .execute();
  const feed = new ChangeFeed(db);
  const seen: string[][] = [];
  await feed.follow('function', async (keys) => {
    if (keys !== undefined) seen.push([...keys]);
  });
  await db.updateTable('function_trigger').set({ fired_at: 5, fired_steady: 5 }).execute();
  await feed.caughtUp();
  expect(seen).toEqual([]);
  await db.deleteFrom('function').execute();
  await feed.caughtUp();
  expect(seen).toEqual([['f']]);
});
