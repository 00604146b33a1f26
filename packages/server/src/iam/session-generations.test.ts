import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../lib/manual-clock.ts';
import { Sealer } from '../lib/sealer.ts';
import { ChangeFeed, type Storage } from '../storage/index.ts';
import { openTestStorage } from '../storage/testing.ts';
import { Iam } from './iam.ts';
import type { User } from './types.ts';
import type { UserChange } from './users.ts';

const PASSWORD = 'Correct-Horse-1';
const NEW = 'Correct-Horse-2';
const NOON = Date.UTC(2026, 0, 1, 12);
const TEN_MINUTES = 600_000;

interface Server {
  readonly iam: Iam;
  readonly feed: ChangeFeed;
}

let storage: Storage;
let one: Server;
/** Works on the same database, with a clock that is ten minutes ahead. */
let ahead: Server;
let domainId: string;
let user: User;
let accessKey: string;

async function open(now: number): Promise<Server> {
  const feed = new ChangeFeed(storage.db);
  const iam = new Iam({
    ...{ storage, feed, clock: new ManualClock(now), log: pino({ level: 'silent' }), region: 'local-1' },
    sealer: new Sealer(Buffer.alloc(32, 7)),
    functions: { enterpriseProjectOf: () => undefined, contentsOf: async () => [] },
    auditRetainDays: 1,
    consoleTimes: { idleMs: 1_800_000, mostMs: 43_200_000 },
    passwordCost: 2,
  });
  await iam.start();
  await iam.ensureOwner(async () => {});
  return { iam, feed };
}

beforeEach(async () => {
  storage = await openTestStorage();
  one = await open(NOON);
  ahead = await open(NOON + TEN_MINUTES);
  domainId = one.iam.tenancy.domains()[0]?.id ?? '';
  const requested = { name: 'ada', password: PASSWORD, description: '', enabled: true };
  user = await one.iam.users.create(domainId, requested);
  accessKey = (await one.iam.keys.create(user.id, '')).key.accessKey;
  await ahead.feed.caughtUp();
});
afterEach(async () => {
  await one.iam.stop();
  await ahead.iam.stop();
  await storage.close();
});

const login = (password: string) => ({ user: 'ada', password, client: '::1' });
const change = (by: Server, to: UserChange): Promise<User> => by.iam.users.update(domainId, user.id, to);
const userAt = ({ iam }: Server): User => iam.users.find(domainId, user.id);

/** All that a user may have of a server. Returns which of them are valid at servers that have every change. */
async function everything(of: Server): Promise<(at: Server) => Promise<string[]>> {
  const { iam } = of;
  const { token } = await iam.logins.withPassword(login(PASSWORD));
  const expiresAt = NOON + 2 * TEN_MINUTES;
  const principal = { kind: 'user', id: user.id } as const;
  const key = iam.sessions.issueKey({ principal, projectId: undefined, expiresAt });
  const { secret } = await iam.console.begin(userAt(of));
  const link = iam.signInLinks.issue(userAt(of), accessKey).token;
  return async (at) => {
    await at.feed.caughtUp();
    const read = at.iam.signInLinks.read(link);
    const valid = {
      token: at.iam.sessions.token(token) !== undefined,
      key: at.iam.sessions.temporaryKey(key.securityToken) !== undefined,
      session: at.iam.console.find(secret) !== undefined,
      link: read !== undefined && at.iam.console.userOf(read) !== undefined,
    };
    return Object.entries(valid).flatMap(([name, is]) => (is ? [name] : []));
  };
}

const ALL = ['token', 'key', 'session', 'link'];

describe('sessions of a server whose clock is ten minutes ahead', () => {
  it.each<{ name: string; changes: UserChange[] }>([
    { name: 'a new password', changes: [{ password: NEW }] },
    { name: 'disabling the user, who is enabled again', changes: [{ enabled: false }, { enabled: true }] },
  ])('end with $name on another server', async ({ changes }) => {
    const valid = await everything(ahead);
    expect(await valid(one)).toEqual(ALL);
    for (const to of changes) await change(one, to);
    for (const server of [one, ahead]) expect(await valid(server)).toEqual([]);
    expect(await storage.db.selectFrom('console_session').selectAll().execute()).toEqual([]);
  });

  it('do not end with other changes of the user', async () => {
    const valid = await everything(ahead);
    await change(one, { description: 'mathematician' });
    await change(one, { enabled: true });
    for (const server of [one, ahead]) expect(await valid(server)).toEqual(ALL);
  });
});

it('a user signs in with a new password at once on a server whose clock is behind', async () => {
  await change(ahead, { password: NEW });
  await one.feed.caughtUp();
  const { token } = await one.iam.logins.withPassword(login(NEW));
  const { secret } = await one.iam.console.begin(userAt(one));
  await ahead.feed.caughtUp();
  for (const { iam } of [one, ahead]) {
    expect(iam.sessions.token(token)?.caller.userId).toBe(user.id);
    expect(iam.console.find(secret)?.userId).toBe(user.id);
  }
});

it('a server that has not heard of a new password yet begins nothing that outlives it', async () => {
  await change(one, { password: NEW });
  const before = userAt(ahead);
  expect(before.passwordHash).toBe(user.passwordHash);
  const { token } = await ahead.iam.logins.withPassword(login(PASSWORD));
  await expect(ahead.iam.console.begin(before)).rejects.toMatchObject({ code: 'unauthenticated' });
  await ahead.feed.caughtUp();
  for (const { iam } of [one, ahead]) expect(iam.sessions.token(token)).toBeUndefined();
  expect(await storage.db.selectFrom('console_session').selectAll().execute()).toEqual([]);
});

it('a session that begins while the password changes ends, whichever comes first', async () => {
  for (let round = 0; round < 10; round += 1) {
    const before = userAt(ahead);
    const begun = Array.from({ length: 4 }, () => ahead.iam.console.begin(before).catch(() => undefined));
    const hash = `scrypt$00$${round}`;
    await Promise.all([...begun, storage.db.updateTable('iam_user').set({ password_hash: hash }).execute()]);
    expect(await storage.db.selectFrom('console_session').selectAll().execute()).toEqual([]);
    await ahead.feed.caughtUp();
  }
});

it('sessions end when a server of the version before changes the password', async () => {
  const valid = await everything(one);
  // it writes all columns that it knows
  const row = { name: 'ada', password_hash: 'scrypt$00$00', description: '', enabled: 1, sessions_from: NOON };
  await storage.db.updateTable('iam_user').set(row).where('id', '=', user.id).execute();
  for (const server of [one, ahead]) expect(await valid(server)).toEqual([]);
});

it('a change on a server that has not heard of a new password leaves it', async () => {
  await change(one, { password: NEW });
  await change(ahead, { description: 'mathematician' });
  await one.feed.caughtUp();
  expect(userAt(one).description).toBe('mathematician');
  await expect(one.iam.logins.withPassword(login(NEW))).resolves.toMatchObject({ method: 'password' });
});

it('no generation comes twice, also when the database goes back to a backup', async () => {
  const rows = () => storage.db.selectFrom('session_generation').selectAll().execute();
  const backup = await rows();
  await change(one, { password: NEW });
  const { token } = await one.iam.logins.withPassword(login(NEW));
  const [lost] = await rows();
  await storage.db.deleteFrom('session_generation').execute();
  for (const row of backup) await storage.db.insertInto('session_generation').values(row).execute();
  await change(one, { password: PASSWORD });
  expect((await rows()).map(({ generation }) => generation)).not.toContain(lost?.generation);
  expect(one.iam.sessions.token(token)).toBeUndefined();
});
