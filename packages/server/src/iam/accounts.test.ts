import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ManualClock } from '../lib/manual-clock.ts';
import { Sealer } from '../lib/sealer.ts';
import { ChangeFeed, type Storage } from '../storage/index.ts';
import { openTestStorage } from '../storage/testing.ts';
import { Iam } from './iam.ts';

// the thread for passwords starts slowly on a busy machine
const sealer = new Sealer(randomBytes(32));
const requested = { name: 'tenant', projectName: 'default', userName: 'admin', password: 'Secret-1-word' };
const TABLES = [
  ...['domain', 'project', 'iam_user', 'iam_access_key', 'iam_group', 'iam_group_member', 'iam_grant', 'iam_policy'],
  ...['iam_agency', 'enterprise_project', 'async_status_log', 'share'],
] as ('domain' | 'project' | 'iam_user')[];

let storage: Storage;
let contents: string[];
let running: Iam[];
beforeEach(async () => {
  storage = await openTestStorage();
  contents = [];
  running = [];
});
afterEach(async () => {
  for (const iam of running) await iam.stop();
  await storage.close();
});

/** As the next process would see the database. */
async function open(parts: Pick<Storage, 'db' | 'atomic'> = storage): Promise<Iam> {
  const iam = new Iam({
    storage: parts,
    feed: new ChangeFeed(parts.db),
    sealer,
    clock: new ManualClock(),
    log: pino({ level: 'silent' }),
    region: 'local-1',
    functions: { enterpriseProjectOf: () => undefined, contentsOf: async () => contents },
    auditRetainDays: 1,
    consoleTimes: { idleMs: 1_800_000, mostMs: 43_200_000 },
  });
  running.push(iam);
  await iam.start();
  await iam.ensureOwner(async () => {});
  return iam;
}

async function rows(): Promise<Record<string, number>> {
  const counts = TABLES.map(async (table) => {
    const found = await storage.db.selectFrom(table).selectAll().execute();
    return [table, found.length] as const;
  });
  return Object.fromEntries(await Promise.all(counts));
}

it('makes an account whose administrator may do everything in it, also after a restart', async () => {
  const made = await (await open()).accounts.create(requested);
  for (const iam of running.concat(await open())) {
    const caller = iam.keys.used(made.accessKey);
    expect(caller).toMatchObject({ userName: 'admin', domainId: made.domain.id });
    if (caller === undefined) continue;
    expect(iam.allows(caller, { action: 'iam:permissions:grantRoleToGroup', projectId: undefined })).toBe(true);
    expect(iam.allows(caller, { action: 'functiongraph:function:create', projectId: made.project.id })).toBe(true);
    expect(iam.allows(caller, { action: 'platform:image:create', projectId: undefined })).toBe(false);
  }
});

it('leaves nothing of an account whose commit fails, and makes it at the next try', async () => {
  await open();
  const before = await rows();
  const broken = await open({ db: storage.db, atomic: () => Promise.reject(new Error('killed')) });
  await expect(broken.accounts.create(requested)).rejects.toThrow('killed');
  expect(await rows()).toEqual(before);
  expect(broken.tenancy.domains()).toHaveLength(1);
  await expect((await open()).accounts.create(requested)).resolves.toMatchObject({ userName: 'admin' });
});

it('makes one of two accounts of a name', async () => {
  const iam = await open();
  const results = await Promise.allSettled([iam.accounts.create(requested), iam.accounts.create(requested)]);
  expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(results.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'resource_exists' } });
});

it('deletes an account with everything of it, from memory and database, and nothing of another one', async () => {
  const iam = await open();
  const before = await rows();
  const made = await iam.accounts.create(requested);
  const { id } = made.domain;
  const { policies, agencies, groups, tenancy } = iam;
  const statement = { Effect: 'Allow', Action: ['functiongraph:*:*'] };
  const document = { Version: '1.1', Statement: [statement] };
  const policy = await policies.create(id, { name: 'own', description: '', document });
  const agency = { name: 'caller', description: '', duration: 'FOREVER' };
  const holder = { kind: 'agency', id: (await agencies.create(id, agency)).id } as const;
  const scope = { kind: 'project', id: made.project.id } as const;
  await groups.grant(id, { holder, policyId: policy.id, scope });
  await tenancy.createEnterpriseProject(id, { name: 'billing', description: '' });
  await storage.db.insertInto('async_status_log').values({ project_id: scope.id, enabled_at: 1 }).execute();
  const key = iam.sessions.issueToken({ principal: holder, projectId: undefined, expiresAt: 1e15 });
  await iam.accounts.remove(id);
  expect(await rows()).toEqual(before);
  for (const each of [iam, await open()]) {
    expect(each.tenancy.domains()).toHaveLength(1);
    expect(each.keys.hmacOf(made.accessKey)).toBeUndefined();
    expect(each.sessions.token(key)).toBeUndefined();
    expect(each.tenancy.project(scope.id)).toBeUndefined();
  }
  await expect(iam.tenancy.createProject(id, { name: 'late', description: '' })).rejects.toMatchObject({
    code: 'not_found',
  });
  await iam.accounts.create(requested);
});

it('keeps an account that holds something, in which a request works, or that looks after the machine', async () => {
  const iam = await open();
  const { domain, project } = await iam.accounts.create(requested);
  contents = ['2 functions', '1 dependency'];
  await expect(iam.accounts.remove(domain.id)).rejects.toMatchObject({
    code: 'resource_in_use',
    message: 'project default has 2 functions, 1 dependency',
  });
  contents = [];
  await iam.tenancy.gate.during(project.id, async () => {
    await expect(iam.accounts.remove(domain.id)).rejects.toMatchObject({ code: 'resource_in_use' });
  });
  const operator = iam.tenancy.domains().find((one) => one.operator)?.id ?? '';
  await expect(iam.accounts.remove(operator)).rejects.toMatchObject({ code: 'forbidden' });
  await expect(iam.accounts.remove('unknown')).rejects.toMatchObject({ code: 'not_found' });
  expect(iam.tenancy.domains()).toHaveLength(2);
});
