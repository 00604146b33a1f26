import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, describe, expect, it } from 'vitest';
import { row, storageConformance } from './conformance.ts';
import { openStorage } from './index.ts';

const dir = mkdtempSync(join(tmpdir(), 'fg-storage-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

let files = 0;
const newFile = (): string => {
  files += 1;
  return join(dir, `db-${files}.sqlite`);
};

storageConformance('in memory', (options) => openStorage({ file: ':memory:', ...options }));
storageConformance('in a file', (options) => openStorage({ file: newFile(), ...options }));

describe('a database file', () => {
  it('reports no write as stored that a raw rollback beside it undid', async () => {
    const storage = await openStorage({ file: newFile() });
    const { db } = storage;
    const [written, ended] = await Promise.allSettled([
      db.insertInto('message').values(row('a')).execute(),
      sql`rollback`.execute(db),
    ]);
    // The rollback undid the group it was in: the insert must not be reported as stored.
    expect([written.status, ended.status]).toEqual(['rejected', 'rejected']);
    await db.insertInto('message').values(row('b')).execute();
    expect(await db.selectFrom('message').select('id').execute()).toEqual([{ id: 'b' }]);
    await storage.close();
  });

  it('acknowledges no write when the disk is full, and works again when there is space', async () => {
    const storage = await openStorage({ file: newFile() });
    const { db } = storage;
    const ids = async () => {
      const rows = await db.selectFrom('message').select('id').orderBy('id').execute();
      return rows.map(({ id }) => id);
    };
    await sql`pragma max_page_count = 60`.execute(db);
    const write = (id: string, bytes: number) =>
      db
        .insertInto('message')
        .values({ ...row(id), payload: Buffer.alloc(bytes, 1) })
        .execute();
    const names = Array.from({ length: 40 }, (_, n) => `m${String(n).padStart(2, '0')}`);
    const outcomes = await Promise.allSettled(names.map((id, n) => write(id, n % 4 === 3 ? 60_000 : 100)));
    const stored = names.filter((_, n) => outcomes[n]?.status === 'fulfilled');
    expect(outcomes.some((outcome) => outcome.status === 'rejected')).toBe(true);
    expect(outcomes.find((outcome) => outcome.status === 'rejected')).toMatchObject({
      reason: { code: 'SQLITE_FULL' },
    });
    expect(await ids()).toEqual(stored);
    await sql`pragma max_page_count = 100000`.execute(db);
    await write('z', 60_000);
    expect(await ids()).toEqual([...stored, 'z']);
    await storage.close();
  });

  it('is readable by its owner only and keeps stored rows', async () => {
    const file = newFile();
    const first = await openStorage({ file });
    await first.db.insertInto('message').values(row('a')).execute();
    await first.close();
    expect(statSync(file).mode & 0o077).toBe(0);
    const second = await openStorage({ file });
    expect(await second.db.selectFrom('message').select('id').execute()).toEqual([{ id: 'a' }]);
    await second.close();
  });

  it('is refused when a newer version of the program wrote it', async () => {
    const file = newFile();
    const newer = await openStorage({ file });
    await sql`insert into kysely_migration (name, timestamp) values ('9999-future', '2030')`.execute(newer.db);
    await newer.close();
    await expect(openStorage({ file })).rejects.toMatchObject({ code: 'storage.schema', hint: expect.any(String) });
  });

  it('is refused with its name when it is no database', async () => {
    const file = newFile();
    writeFileSync(file, 'this is not a database, but long enough to look at');
    await expect(openStorage({ file })).rejects.toMatchObject({
      code: 'storage.unreadable',
      message: expect.stringContaining(file),
      hint: expect.any(String),
    });
  });
});
