import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ManualClock } from '../../lib/manual-clock.ts';
import { Sealer } from '../../lib/sealer.ts';
import { ChangeFeed, type Storage } from '../../storage/index.ts';
import { openTestStorage } from '../../storage/testing.ts';
import { Iam } from '../iam.ts';
import type { User } from '../types.ts';

const MINUTE_MS = 60_000;

let storage: Storage;
let clock: ManualClock;
let feeds: ChangeFeed[];
let one: Iam;
/** Another server with the same database. */
let other: Iam;
let user: User;
let accessKey: string;

async function open(): Promise<Iam> {
  const feed = new ChangeFeed(storage.db);
  feeds.push(feed);
  const iam = new Iam({
    ...{ storage, feed, clock, log: pino({ level: 'silent' }), region: 'local-1', auditRetainDays: 1 },
    sealer: new Sealer(Buffer.alloc(32, 7)),
    functions: { enterpriseProjectOf: () => undefined, contentsOf: async () => [] },
    consoleTimes: { idleMs: 30 * MINUTE_MS, mostMs: 12 * 60 * MINUTE_MS },
  });
  await iam.start();
  await iam.ensureOwner(async (credentials) => {
    accessKey = credentials.accessKey;
  });
  return iam;
}

beforeEach(async () => {
  storage = await openTestStorage();
  clock = new ManualClock();
  feeds = [];
  one = await open();
  other = await open();
  const [first] = one.users.list(one.tenancy.domains()[0]?.id ?? '');
  if (first === undefined) throw new Error('no user');
  user = first;
});
afterEach(async () => {
  await one.stop();
  await other.stop();
  await storage.close();
});

const followed = (): Promise<unknown> => Promise.all(feeds.map((feed) => feed.caughtUp()));

it('begins and ends a session on all servers', async () => {
  const { secret, caller } = await one.console.begin(user);
  await followed();
  expect((await other.console.use(secret, true))?.consoleSession).toBe(caller.consoleSession);
  await other.console.end(caller.consoleSession ?? '');
  await followed();
  expect(await one.console.use(secret, true)).toBeUndefined();
});

it('keeps a session that another server knows as used, and stores no text that signs in', async () => {
  const { secret } = await one.console.begin(user);
  await followed();
  clock.advance(29 * MINUTE_MS);
  expect(await other.console.use(secret, true)).toBeDefined();
  await other.console.stop();
  clock.advance(29 * MINUTE_MS);
  expect(await one.console.use(secret, true)).toBeDefined();
  const rows = await storage.db.selectFrom('console_session').selectAll().execute();
  expect(rows).toHaveLength(1);
  expect(JSON.stringify(rows)).not.toContain(secret);
});

it('takes a link once, although several servers get it at the same time', async () => {
  const { token } = one.signInLinks.issue(user, accessKey);
  const redeem = async (iam: Iam): Promise<boolean> => {
    const link = iam.signInLinks.read(token);
    if (link === undefined) throw new Error('not read');
    return iam.console.begin(user, link).then(
      () => true,
      () => false,
    );
  };
  const results = await Promise.all([one, other, one, other].map(redeem));
  expect(results.filter(Boolean)).toHaveLength(1);
  expect(await storage.db.selectFrom('console_session').selectAll().execute()).toHaveLength(1);
});
