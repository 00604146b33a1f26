import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HmacKey } from '../lib/hmac-key.ts';
import { ManualClock } from '../lib/manual-clock.ts';
import { Sealer } from '../lib/sealer.ts';
import { ChangeFeed, type Storage } from '../storage/index.ts';
import { openTestStorage } from '../storage/testing.ts';
import { Iam } from './iam.ts';
import type { OwnerCredentials } from './owner.ts';
import { matchesNow } from './password.ts';

const sealer = new Sealer(randomBytes(32));
const log = pino({ level: 'silent' });
const TABLES = [
  'domain',
  'project',
  'iam_user',
  'iam_group',
  'iam_group_member',
  'iam_grant',
  'iam_access_key',
] as const;

let storage: Storage;
let running: Iam[];
beforeEach(async () => {
  storage = await openTestStorage();
  running = [];
});
afterEach(async () => {
  for (const iam of running) await iam.stop();
  await storage.close();
});

/** As the next process would see the database. */
function open(parts: Pick<Storage, 'db' | 'atomic'> = storage): Iam {
  const iam = new Iam({
    storage: parts,
    feed: new ChangeFeed(parts.db),
    sealer,
    clock: new ManualClock(),
    log,
    region: 'local-1',
    functions: { enterpriseProjectOf: () => undefined, contentsOf: async () => [] },
    auditRetainDays: 1,
    consoleTimes: { idleMs: 1_800_000, mostMs: 43_200_000 },
  });
  running.push(iam);
  return iam;
}

/** As a server starts. */
async function begin(iam: Iam, keep: Parameters<Iam['ensureOwner']>[0] = async () => {}): Promise<void> {
  await iam.start();
  await iam.ensureOwner(keep);
}

async function rows(): Promise<number[]> {
  return Promise.all(TABLES.map(async (table) => (await storage.db.selectFrom(table).selectAll().execute()).length));
}

/** Whether the credentials open the account, with every right in it. */
async function enters(iam: Iam, credentials: OwnerCredentials | undefined): Promise<boolean> {
  if (credentials === undefined) return false;
  const { accessKey, secretKey, user, password, projectId } = credentials;
  const caller = iam.keys.used(accessKey);
  if (caller === undefined || caller.userName !== user) return false;
  const stored = iam.users.find(caller.domainId, caller.userId);
  const signs = iam.keys.hmacOf(accessKey)?.sign('text').equals(new HmacKey(secretKey).sign('text'));
  return (
    signs === true &&
    matchesNow(password, stored.passwordHash) &&
    iam.allows(caller, { action: 'iam:permissions:grantRoleToGroup', projectId: undefined }) &&
    iam.allows(caller, { action: 'functiongraph:function:createFunction', projectId }) &&
    iam.allows(caller, { action: 'platform:server:get', projectId: undefined })
  );
}

async function firstStart(): Promise<OwnerCredentials | undefined> {
  let made: OwnerCredentials | undefined;
  await begin(open(), async (credentials) => {
    made = credentials;
  });
  return made;
}

describe('the first account', () => {
  it('exists whole, and is made once', async () => {
    const credentials = await firstStart();
    const next = open();
    await begin(next, async () => {
      throw new Error('a second first account');
    });
    expect(await enters(next, credentials)).toBe(true);
    expect(await rows()).toEqual([1, 1, 1, 1, 1, 2, 1]);
  });

  it('is stored after its credentials are kept, and not when they cannot be', async () => {
    const full = begin(open(), () => Promise.reject(new Error('disk full')));
    await expect(full).rejects.toThrow('disk full');
    let seen: number[] = [];
    await begin(open(), async () => {
      seen = await rows();
    });
    expect(seen).toEqual([0, 0, 0, 0, 0, 0, 0]);
  });

  it('leaves nothing behind when its commit fails, and the next start makes another one', async () => {
    const broken = { db: storage.db, atomic: () => Promise.reject(new Error('killed')) };
    await expect(begin(open(broken), async () => {})).rejects.toThrow('killed');
    expect(await rows()).toEqual([0, 0, 0, 0, 0, 0, 0]);
    const credentials = await firstStart();
    const next = open();
    await begin(next);
    expect(await enters(next, credentials)).toBe(true);
  });
});

describe('a reset of credentials', () => {
  it('makes the old ones void and the new ones an administrator', async () => {
    const before = await firstStart();
    let after: OwnerCredentials | undefined;
    await open().resetOwner(async (credentials) => {
      after = credentials;
    });
    const next = open();
    await begin(next);
    expect(await enters(next, after)).toBe(true);
    expect(await enters(next, before)).toBe(false);
    expect(after?.projectId).toBe(before?.projectId);
    expect(await rows()).toEqual([1, 1, 1, 1, 1, 2, 1]);
  });

  it('admits a disabled user, and one who did not exist', async () => {
    await firstStart();
    await storage.db.updateTable('iam_user').set({ enabled: 0 }).execute();
    for (const name of ['admin', 'second']) {
      let made: OwnerCredentials | undefined;
      await open().resetOwner(async (credentials) => {
        made = credentials;
      }, name);
      const next = open();
      await begin(next);
      expect(made?.user).toBe(name);
      expect(await enters(next, made)).toBe(true);
    }
  });

  it.each(TABLES.map((table, index) => [table, index]))(
    'completes an account that a kill left without rows from %s on',
    async (_table, index) => {
      await firstStart();
      for (const table of TABLES.slice(index).reverse()) await storage.db.deleteFrom(table).execute();
      let made: OwnerCredentials | undefined;
      await open().resetOwner(async (credentials) => {
        made = credentials;
      });
      const next = open();
      await begin(next);
      expect(await enters(next, made)).toBe(true);
      expect(await rows()).toEqual([1, 1, 1, 1, 1, 2, 1]);
    },
  );
});
