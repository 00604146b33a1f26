import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ManualClock } from '../lib/manual-clock.ts';
import { Sealer } from '../lib/sealer.ts';
import { ChangeFeed, type Storage } from '../storage/index.ts';
import { openTestStorage } from '../storage/testing.ts';
import { Iam } from './iam.ts';
import { RevocationStore } from './revocation-store.ts';
import { Revocations } from './revocations.ts';
import type { Caller } from './types.ts';

const PASSWORD = 'Correct-Horse-1';
const QUESTION = { action: 'functiongraph:function:create', projectId: undefined };

let storage: Storage;
let writer: Iam;
/** A second server over the same database. */
let reader: Iam;
let readerFeed: ChangeFeed;
let domainId: string;

async function open(feed: ChangeFeed): Promise<Iam> {
  const iam = new Iam({
    storage,
    feed,
    sealer: new Sealer(Buffer.alloc(32, 7)),
    clock: new ManualClock(),
    log: pino({ level: 'silent' }),
    region: 'local-1',
    functions: { enterpriseProjectOf: () => undefined, contentsOf: async () => [] },
    auditRetainDays: 1,
    consoleTimes: { idleMs: 1_800_000, mostMs: 43_200_000 },
  });
  await iam.start();
  await iam.ensureOwner(async () => {});
  return iam;
}

beforeEach(async () => {
  storage = await openTestStorage();
  writer = await open(new ChangeFeed(storage.db));
  readerFeed = new ChangeFeed(storage.db);
  reader = await open(readerFeed);
  domainId = writer.tenancy.domains()[0]?.id ?? '';
});
afterEach(async () => {
  await writer.stop();
  await reader.stop();
  await storage.close();
});

const callerOf = (id: string): Caller => {
  const caller = reader.callerOf({ kind: 'user', id });
  if (caller === undefined) throw new Error('the second server does not know the user');
  return caller;
};

it('gives rights on a server that did not grant them, and takes them away there', async () => {
  const user = await writer.users.create(domainId, { name: 'u', password: PASSWORD, description: '', enabled: true });
  const group = await writer.groups.create(domainId, { name: 'g', description: '' });
  const { key } = await writer.keys.create(user.id, '');
  await readerFeed.caughtUp();
  const caller = callerOf(user.id);
  expect(reader.keys.used(key.accessKey)?.userName).toBe('u');
  expect(reader.allows(caller, QUESTION)).toBe(false);

  const grant = {
    holder: { kind: 'group', id: group.id },
    policyId: 'te_admin',
    scope: { kind: 'domain', id: domainId },
  } as const;
  await writer.groups.addMember(domainId, group.id, user.id);
  await writer.groups.grant(domainId, grant);
  await readerFeed.caughtUp();
  expect(reader.allows(caller, QUESTION)).toBe(true);

  await writer.groups.withdraw(domainId, grant);
  await writer.users.update(domainId, user.id, { name: 'renamed' });
  await readerFeed.caughtUp();
  expect(reader.allows(caller, QUESTION)).toBe(false);
  expect(reader.keys.used(key.accessKey)?.userName).toBe('renamed');

  await writer.keys.change(key.accessKey, { enabled: false }, { id: user.id, mayChangeOthers: false });
  await readerFeed.caughtUp();
  expect(reader.keys.used(key.accessKey)).toBeUndefined();
  await writer.users.remove(domainId, user.id);
  await readerFeed.caughtUp();
  expect(reader.callerOf({ kind: 'user', id: user.id })).toBeUndefined();
  expect([reader.keys.find(key.accessKey), reader.groups.members(domainId, group.id)]).toEqual([undefined, []]);
});

it('shows whole accounts with their projects, policies and agencies, and forgets them', async () => {
  const account = await writer.accounts.create({
    name: 'other',
    projectName: 'main',
    userName: 'root',
    password: PASSWORD,
  });
  const { id } = account.domain;
  const document = { Version: '1.1', Statement: [{ Effect: 'Allow', Action: ['functiongraph:*:*'] }] };
  const policy = await writer.policies.create(id, { name: 'p', description: '', document });
  const requested = { name: 'a', description: '', duration: 'FOREVER' };
  await writer.agencies.create(id, requested);
  await readerFeed.caughtUp();
  expect(reader.tenancy.accountOf(account.project.id)?.name).toBe('other');
  expect(reader.agencies.list(id).map(({ name }) => name)).toEqual(['a']);
  expect(reader.policies.custom(id)).toEqual([policy]);
  expect(reader.allows(callerOf(account.userId), { ...QUESTION, projectId: account.project.id })).toBe(true);

  await writer.accounts.remove(id);
  await readerFeed.caughtUp();
  expect(reader.tenancy.domain(id)).toBeUndefined();
  expect(reader.callerOf({ kind: 'user', id: account.userId })).toBeUndefined();
  expect([reader.agencies.list(id), reader.policies.custom(id)]).toEqual([[], []]);
  expect(reader.policies.system()).toEqual(writer.policies.system());
  expect(reader.policies.system()).not.toEqual([]);
});

it('ends a token on a server that did not revoke it, also on one that starts later, and stores no more than it must', async () => {
  const user = await writer.users.create(domainId, { name: 'u', password: PASSWORD, description: '', enabled: true });
  await readerFeed.caughtUp();
  const request = (expiresAt: number) =>
    ({ principal: { kind: 'user', id: user.id }, projectId: undefined, expiresAt }) as const;
  const now = new ManualClock().now();
  const revoke = async (text: string, by = writer.revocations) => {
    const { id = '', expiresAt } = writer.sessions.token(text) ?? { expiresAt: 0 };
    await by.add({ id, domainId, expiresAt });
  };
  const token = writer.sessions.issueToken(request(now + 60_000));
  expect(reader.sessions.token(token)).toBeDefined();
  await revoke(token);
  expect(writer.sessions.token(token)).toBeUndefined();
  await readerFeed.caughtUp();
  expect(reader.sessions.token(token)).toBeUndefined();
  const third = await open(new ChangeFeed(storage.db));
  expect(third.sessions.token(token)).toBeUndefined();
  await third.stop();

  const clock = new ManualClock();
  const { db } = storage;
  const store = new RevocationStore(db);
  const few = new Revocations({ store, feed: readerFeed, sessions: reader.sessions, clock, mostOfAccount: 2 });
  await revoke(writer.sessions.issueToken(request(now + 120_000)), few);
  const full = revoke(writer.sessions.issueToken(request(now + 120_000)), few);
  await expect(full).rejects.toMatchObject({ code: 'identity_quota' });
  clock.advance(60_000);
  await revoke(writer.sessions.issueToken(request(now + 120_000)), few);
  const rows = await db.selectFrom('revoked_token').selectAll().execute();
  expect(rows.map((row) => Number(row.expires_at))).toEqual([now + 120_000, now + 120_000]);
});
