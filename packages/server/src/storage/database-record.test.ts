import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkDatabaseKind, readDatabaseRecord, sqliteFile, writeDatabaseRecord } from './database-record.ts';

describe('the database record of a data directory', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'fg-record-'));
  });
  afterEach(() => rm(dir, { recursive: true }));

  it('is empty at first and accepts either kind', async () => {
    const record = await readDatabaseRecord(dir);
    expect(record).toEqual({ postgresId: undefined, sqlite: false });
    expect(() => checkDatabaseKind(record, 'sqlite', dir)).not.toThrow();
    expect(() => checkDatabaseKind(record, 'postgres', dir)).not.toThrow();
  });

  it('is SQLite where its file is, and then PostgreSQL would be empty', async () => {
    await writeFile(sqliteFile(dir), '');
    const record = await readDatabaseRecord(dir);
    expect(() => checkDatabaseKind(record, 'sqlite', dir)).not.toThrow();
    expect(() => checkDatabaseKind(record, 'postgres', dir)).toThrow(
      expect.objectContaining({ code: 'storage.foreign', hint: expect.stringContaining('without a database URL') }),
    );
  });

  it('is the id of a PostgreSQL database, and then SQLite would be empty', async () => {
    await writeDatabaseRecord(dir, { id: 'an-id', home: 'h' });
    const record = await readDatabaseRecord(dir);
    expect(record.postgresId).toBe('an-id');
    expect(() => checkDatabaseKind(record, 'postgres', dir)).not.toThrow();
    expect(() => checkDatabaseKind(record, 'sqlite', dir)).toThrow(
      expect.objectContaining({ code: 'storage.foreign', hint: expect.stringContaining('--database-url') }),
    );
  });

  it.each(['', '{"kind":"postgres"}', '{"kind":"mysql","id":"x"}'])(
    'is not guessed when %j stands there',
    async (text) => {
      await writeDatabaseRecord(dir, { id: 'an-id', home: 'h' });
      const file = join(dir, 'database.json');
      await writeFile(file, text);
      await expect(readDatabaseRecord(dir)).rejects.toMatchObject({ code: 'storage.unreadable' });
      expect(await readFile(file, 'utf8')).toBe(text);
    },
  );
});
