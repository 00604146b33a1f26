import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { row } from './conformance.ts';
import { openStorage, writeEmptyDatabase } from './index.ts';

const dir = mkdtempSync(join(tmpdir(), 'fg-template-'));
const template = join(dir, 'empty.sqlite');
beforeAll(() => writeEmptyDatabase(template));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Everything in a file but the times of its migrations. */
function contentOf(file: string): unknown {
  const db = new Database(file, { readonly: true });
  const objects = db.prepare('select type, name, sql from sqlite_schema order by type, name').all();
  const tables = db.prepare("select name from sqlite_schema where type = 'table'").pluck().all();
  const rows = tables.map((table) => [
    table,
    db.prepare(table === 'kysely_migration' ? `select name from "${table}"` : `select * from "${table}"`).all(),
  ]);
  const settings = ['auto_vacuum', 'journal_mode', 'page_size'].map((name) => db.pragma(name, { simple: true }));
  db.close();
  return { objects, rows, settings };
}

it('makes the same database as all migrations, born at its first start', async () => {
  const [copied, migrated] = [join(dir, 'copied.sqlite'), join(dir, 'migrated.sqlite')];
  const begun = Date.now();
  const first = await openStorage({ file: copied, template });
  const { bornAt } = first;
  expect(bornAt).toBeGreaterThanOrEqual(begun);
  await first.close();
  await (await openStorage({ file: migrated })).close();
  expect(contentOf(copied)).toEqual(contentOf(migrated));
  expect(statSync(copied).mode & 0o777).toBe(0o600);
  const second = await openStorage({ file: copied, template });
  expect(second.bornAt).toBe(bornAt);
  await second.close();
});

it('replaces no database', async () => {
  const file = join(dir, 'kept.sqlite');
  const first = await openStorage({ file });
  await first.db.insertInto('message').values(row('a')).execute();
  await first.close();
  const second = await openStorage({ file, template });
  expect(await second.db.selectFrom('message').select('id').execute()).toEqual([{ id: 'a' }]);
  await second.close();
});

it('is what a database in memory begins with', async () => {
  const memory = { file: ':memory:', template } as const;
  const storage = await openStorage(memory);
  await storage.db.insertInto('message').values(row('a')).execute();
  const other = await openStorage(memory);
  expect(await other.db.selectFrom('message').selectAll().execute()).toEqual([]);
  await storage.close();
  await other.close();
});

it('makes no tables where files show that a database is missing', async () => {
  const opening = openStorage({ file: join(dir, 'missing.sqlite'), template, mustHaveTables: true });
  await expect(opening).rejects.toMatchObject({ code: 'storage.missing' });
});
