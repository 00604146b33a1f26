import { mkdir, mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDatabase } from './open-database.ts';

const log = pino({ level: 'silent' });
let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'fgs-data-'));
});
afterEach(() => rm(dataDir, { recursive: true }));

const open = () =>
  openDatabase({ config: { dataDir, databaseUrl: undefined, sealingKey: undefined }, log, onDeath: () => {} });

async function store(): Promise<void> {
  await (await open()).storage.close();
  await mkdir(join(dataDir, 'artifacts/blobs'), { recursive: true });
  await writeFile(join(dataDir, 'artifacts/blobs', 'a'.repeat(64)), 'code');
}

const removeDatabase = async (): Promise<void> => {
  for (const name of await readdir(dataDir)) {
    if (name.startsWith('funcgraph.db')) await rm(join(dataDir, name));
  }
};

test('opens the same database again, and knows when it was made', async () => {
  const before = Date.now();
  await store();
  const { storage } = await open();
  expect(storage.bornAt).toBeGreaterThanOrEqual(before);
  expect(storage.bornAt).toBeLessThanOrEqual(Date.now());
  await storage.close();
});

test.each<[string, () => Promise<void>]>([
  ['missing', removeDatabase],
  ['empty', () => truncate(join(dataDir, 'funcgraph.db'), 0)],
])('refuses to begin anew when the database is %s beside code, and changes nothing', async (what, damage) => {
  await store();
  await damage();
  const before = (await readdir(dataDir)).sort();
  await expect(open()).rejects.toMatchObject({
    code: 'storage.missing',
    message: expect.stringContaining(`funcgraph.db is ${what}`),
    hint: expect.stringContaining('fgs backup restore'),
  });
  expect((await readdir(dataDir)).sort()).toEqual(before);
});

test('refuses a database without tables beside code', async () => {
  await store();
  await removeDatabase();
  const other = new Database(join(dataDir, 'funcgraph.db'));
  other.exec('create table of_another_program (x)');
  other.close();
  await expect(open()).rejects.toMatchObject({
    code: 'storage.missing',
    message: expect.stringContaining('no tables'),
  });
});

test('begins anew where nothing was stored, as after a first start that was killed', async () => {
  await writeFile(join(dataDir, 'funcgraph.db'), '');
  await mkdir(join(dataDir, 'artifacts/blobs'), { recursive: true });
  await writeFile(join(dataDir, 'master.key'), `${'0'.repeat(64)}\n`);
  await (await open()).storage.close();
});

test('makes no new key beside a database', async () => {
  await store();
  await rm(join(dataDir, 'master.key'));
  await expect(open()).rejects.toMatchObject({ code: 'KEY_FILE', message: expect.stringContaining('is missing') });
});
