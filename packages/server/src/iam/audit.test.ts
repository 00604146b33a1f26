import { sql } from 'kysely';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ManualClock } from '../lib/manual-clock.ts';
import type { Storage } from '../storage/index.ts';
import { openTestStorage } from '../storage/testing.ts';
import { Audit, type AuditNote } from './audit.ts';
import { AuditStore, LOGIN_OPERATIONS } from './audit-store.ts';

const HOUR_MS = 3_600_000;
const NOTE: AuditNote = {
  domainId: 'a1',
  projectId: 'p1',
  userId: 'ann',
  userName: 'ann',
  accessKey: 'AK',
  sourceIp: '203.0.113.7',
  operation: 'deleteFunction',
  action: 'functiongraph:function:delete',
  resource: 'function:default/hello',
  status: 204,
  errorCode: '',
  requestId: 'r1',
};
const REFUSED: AuditNote = { ...NOTE, status: 403, errorCode: 'FSS.0403' };

let storage: Storage;
let clock: ManualClock;
let audit: Audit;
let warnings: string[];
beforeEach(async () => {
  storage = await openTestStorage();
  clock = new ManualClock(30 * 24 * HOUR_MS);
  warnings = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => warnings.push(line) });
  audit = new Audit({ store: new AuditStore(storage), clock, log, retainDays: 7, ownerOf: () => 'a1' });
});
afterEach(async () => {
  audit.stop();
  await storage.close();
});

async function count(
  of: Partial<{ domain_id: string; user_id: string; error_code: string; operation: string }>,
): Promise<number> {
  let query = storage.db.selectFrom('audit_entry').select('id');
  for (const [column, value] of Object.entries(of)) query = query.where(sql.ref(column), '=', value);
  return (await query.execute()).length;
}

it('many refused requests of one user hide neither changes nor refused requests of others', async () => {
  for (let n = 0; n < 200; n += 1) await audit.note(REFUSED);
  await audit.note(NOTE);
  await audit.note({ ...REFUSED, userId: 'bob' });
  await audit.note({ ...REFUSED, domainId: 'a2', userId: 'eve' });
  expect(await count({ user_id: 'ann', error_code: 'FSS.0403' })).toBe(60);
  expect(await count({ user_id: 'ann', error_code: '' })).toBe(1);
  expect(await count({ user_id: 'bob' })).toBe(1);
  expect(await count({ domain_id: 'a2' })).toBe(1);
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain('"domainId":"a1"');
  clock.advance(60_000);
  await audit.note(REFUSED);
  expect(await count({ user_id: 'ann', error_code: 'FSS.0403' })).toBe(61);
});

it('many users of an account have no more records of refused requests than the account', async () => {
  for (let n = 0; n < 700; n += 1) await audit.note({ ...REFUSED, userId: `user-${n}` });
  expect(await count({ domain_id: 'a1' })).toBe(600);
});

it('failed logins of one account hide no failed logins of another', async () => {
  const login = { ...REFUSED, userId: '', accessKey: '', userName: 'guess' };
  for (let n = 0; n < 100; n += 1) await audit.note({ ...login, domainId: '' });
  for (let n = 0; n < 100; n += 1) await audit.note(login);
  await audit.note({ ...login, domainId: 'a2' });
  expect(await count({ domain_id: '' })).toBe(60);
  expect(await count({ domain_id: 'a1' })).toBe(60);
  expect(await count({ domain_id: 'a2' })).toBe(1);
});

const LOGIN: AuditNote = { ...NOTE, operation: 'createToken', action: 'iam:tokens:create', status: 201 };

it('many logins of one user hide neither changes nor refused requests, nor logins of others', async () => {
  for (let n = 0; n < 100; n += 1) await audit.note(LOGIN);
  for (let n = 0; n < 100; n += 1) await audit.note(NOTE);
  await audit.note(REFUSED);
  await audit.note({ ...LOGIN, userId: 'bob' });
  await audit.note({ ...LOGIN, domainId: 'a2', userId: 'eve' });
  expect(await count({ user_id: 'ann', operation: 'createToken' })).toBe(60);
  expect(await count({ user_id: 'ann', operation: NOTE.operation, error_code: '' })).toBe(100);
  expect(await count({ user_id: 'ann', error_code: REFUSED.errorCode })).toBe(1);
  expect(await count({ user_id: 'bob' })).toBe(1);
  expect(await count({ domain_id: 'a2' })).toBe(1);
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain('too many logins of an account');
  clock.advance(60_000);
  await audit.note(LOGIN);
  expect(await count({ user_id: 'ann', operation: 'createToken' })).toBe(61);
});

it('the oldest logins of an account beyond a number are removed, and nothing else', async () => {
  const store = new AuditStore(storage);
  for (let n = 0; n < 5; n += 1) await audit.note({ ...LOGIN, requestId: `login-${n}` });
  for (let n = 0; n < 5; n += 1) await audit.note({ ...LOGIN, operation: 'deleteConsoleSession' });
  for (let n = 0; n < 20; n += 1) await audit.note(NOTE);
  for (let n = 0; n < 20; n += 1) await audit.note({ ...LOGIN, errorCode: 'FSS.0401', status: 401 });
  for (let n = 0; n < 7; n += 1) await audit.note({ ...LOGIN, domainId: 'a2' });
  await store.dropBeyond('logins', 7);
  const left = storage.db.selectFrom('audit_entry').select('request_id').where('domain_id', '=', 'a1');
  const logins = await left.where('operation', '=', 'createToken').where('error_code', '=', '').orderBy('id').execute();
  expect(logins.map(({ request_id }) => request_id)).toEqual(['login-3', 'login-4']);
  expect(await count({ operation: 'deleteConsoleSession' })).toBe(5);
  expect(await count({ operation: NOTE.operation })).toBe(20);
  expect(await count({ error_code: 'FSS.0401' })).toBe(20);
  expect(await count({ domain_id: 'a2' })).toBe(7);
});

it('the index of logins has the operations that count as logins', async () => {
  const rows = sql<{ sql: string }>`select sql from sqlite_master where name = 'audit_entry_login'`;
  const [index] = (await rows.execute(storage.db)).rows;
  const named = index?.sql.match(/(?<=')\w+(?=')/g);
  expect(named).toEqual(LOGIN_OPERATIONS);
});

it('a record has a bounded size, whatever the client sends', async () => {
  const long = '\u20ac\0'.repeat(50_000);
  const texts = { projectId: long, userName: long, sourceIp: long, resource: long, requestId: long };
  await audit.note({ ...REFUSED, ...texts });
  const [row] = await storage.db.selectFrom('audit_entry').selectAll().execute();
  const text = JSON.stringify(row);
  expect(Buffer.byteLength(text)).toBeLessThan(4096);
  expect(row?.project_id).toContain('\u20ac');
  expect(row?.project_id).not.toContain('\0');
});

it('the oldest refused requests beyond 100,000 of an account are removed, and no change', async () => {
  audit.start();
  await audit.note(NOTE);
  const at = clock.now();
  await sql`insert into audit_entry (id, at, domain_id, project_id, user_id, user_name, access_key, source_ip, operation,
      action, resource, status, error_code, request_id)
    with recursive n(i) as (select 1 union all select i + 1 from n where i < 102500)
    select 'old-' || (1000000 + i), ${at}, 'a1', '', 'ann', 'ann', '', '', 'x', 'x', 'x', 403, 'FSS.0403', '' from n`.execute(
    storage.db,
  );
  await audit.note({ ...REFUSED, domainId: 'a2', resource: 'kept' });
  clock.advance(HOUR_MS);
  await expect.poll(() => count({ error_code: 'FSS.0403', domain_id: 'a1' }), { timeout: 60_000 }).toBe(100_000);
  expect(await count({ error_code: '' })).toBe(1);
  expect(await count({ domain_id: 'a2' })).toBe(1);
  const oldest = await storage.db
    .selectFrom('audit_entry')
    .select('id')
    .where('id', 'like', 'old-%')
    .orderBy('id')
    .limit(1);
  expect(await oldest.execute()).toEqual([{ id: 'old-1002501' }]);
});
