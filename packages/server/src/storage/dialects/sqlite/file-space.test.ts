import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, expect, it } from 'vitest';
import { row } from '../../conformance.ts';
import { openStorage, type Storage } from '../../index.ts';
import { type FileSpace, isWorthRewriting } from './file-space.ts';

const MB = 2 ** 20;
const dir = mkdtempSync(join(tmpdir(), 'fg-space-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

async function fill(storage: Storage, rows: number): Promise<void> {
  const payload = Buffer.alloc(10_000, 1);
  const insert = (n: number) =>
    storage.db
      .insertInto('message')
      .values({ ...row(`m${n}`), payload })
      .execute();
  await Promise.all(Array.from({ length: rows }, (_, n) => insert(n)));
}

const removeAll = (storage: Storage) => storage.db.deleteFrom('message').execute();

function factsOf(file: string): { autoVacuum: unknown; integrity: unknown; free: number } {
  const db = new Database(file);
  const read = (name: string): unknown => db.pragma(name, { simple: true });
  const facts = {
    autoVacuum: read('auto_vacuum'),
    integrity: read('integrity_check'),
    free: Number(read('freelist_count')),
  };
  db.close();
  return facts;
}

it.each<[string, Partial<FileSpace>, boolean]>([
  ['a small file', { pages: 10_000 }, true],
  ['a large file with few free pages', { pages: 1_000_000, freePages: 100_000 }, false],
  ['a large file that is mostly free', { pages: 1_000_000, freePages: 600_000 }, true],
  [
    'a file that is mostly free on a disk without room',
    { pages: 1_000_000, freePages: 600_000, diskFreeBytes: MB },
    false,
  ],
  ['a small file on a disk without room', { pages: 10_000, diskFreeBytes: 100 * MB }, false],
])('decides whether to rewrite %s', (_, change, expected) => {
  const space = { pageBytes: 4096, pages: 1, freePages: 0, diskFreeBytes: 1e12 };
  expect(isWorthRewriting({ ...space, ...change })).toBe(expected);
});

it('returns the space of deleted rows in steps, and writes continue in between', { timeout: 60_000 }, async () => {
  const file = join(dir, 'new.db');
  const storage = await openStorage({ file });
  await fill(storage, 4_000);
  await removeAll(storage);
  let isOver = false;
  const reclaiming = storage.reclaim().then(() => {
    isOver = true;
  });
  await storage.db.insertInto('message').values(row('meanwhile')).execute();
  expect(isOver).toBe(false);
  await reclaiming;
  // while the database is open, not only at its end
  expect(statSync(file).size).toBeLessThan(12 * MB);
  expect(await storage.db.selectFrom('message').select('id').execute()).toEqual([{ id: 'meanwhile' }]);
  await storage.close();
  const { autoVacuum, integrity, free } = factsOf(file);
  expect([autoVacuum, integrity]).toEqual([2, 'ok']);
  expect(free).toBeLessThan(1_100);
});

it('waits for an open transaction and undoes no statement of it', async () => {
  const storage = await openStorage({ file: join(dir, 'transaction.db') });
  await fill(storage, 1_000);
  await removeAll(storage);
  const failing = storage.db.transaction().execute(async (transaction) => {
    await transaction.insertInto('message').values(row('undone')).execute();
    void storage.reclaim();
    throw new Error('changed my mind');
  });
  await expect(failing).rejects.toThrow('changed my mind');
  await storage.reclaim();
  expect(await storage.db.selectFrom('message').select('id').execute()).toEqual([]);
  await storage.close();
});

it('rewrites a file of an earlier release once, at a start, and keeps its rows', { timeout: 60_000 }, async () => {
  const file = join(dir, 'old.db');
  const made = await openStorage({ file });
  await fill(made, 2_000);
  await made.db.deleteFrom('message').where('id', '!=', 'm7').execute();
  await made.close();
  const old = new Database(file);
  old.pragma('journal_mode = DELETE');
  old.pragma('auto_vacuum = NONE');
  old.exec('VACUUM');
  old.exec("create table filler as select value, zeroblob(10000) as b from json_each('[1,2,3,4,5,6,7,8,9]')");
  old.exec('insert into filler select a.value, a.b from filler a, filler b, filler c');
  old.exec('drop table filler');
  old.close();
  expect(factsOf(file)).toMatchObject({ autoVacuum: 0 });
  const before = statSync(file).size;
  const storage = await openStorage({ file });
  expect(statSync(file).size).toBeLessThan(before / 2);
  expect(await storage.db.selectFrom('message').select('id').execute()).toEqual([{ id: 'm7' }]);
  await storage.close();
  expect(factsOf(file)).toMatchObject({ autoVacuum: 2, integrity: 'ok' });
});
