import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { writeDurably } from '../lib/durable-file.ts';
import { StorageError } from './errors.ts';

const SQLITE_FILE = 'funcgraph.db';
const RECORD_FILE = 'database.json';

const Id = Type.String({ minLength: 1, maxLength: 64 });
const Record = Type.Object({ kind: Type.Literal('postgres'), id: Id, home: Type.Optional(Id) });
const validator = Compile(Record);

/** The record, in a data directory, of the database that belongs to it. */
export interface DatabaseRecord {
  /** Id of its PostgreSQL database; undefined when there is none. */
  readonly postgresId: string | undefined;
  /** Names the data directory among those that share the PostgreSQL database. */
  readonly home: string | undefined;
  /** Whether it holds a SQLite database. */
  readonly sqlite: boolean;
}

export function sqliteFile(dataDir: string): string {
  return join(dataDir, SQLITE_FILE);
}

/** Throws `storage.unreadable`. */
export async function readDatabaseRecord(dataDir: string): Promise<DatabaseRecord> {
  const sqlite = await stat(sqliteFile(dataDir)).then(
    () => true,
    () => false,
  );
  const file = join(dataDir, RECORD_FILE);
  try {
    const value: unknown = JSON.parse(await readFile(file, 'utf8'));
    if (!validator.Check(value)) throw new Error('it was not written by a server');
    return { postgresId: value.id, home: value.home, sqlite };
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return { postgresId: undefined, home: undefined, sqlite };
    throw new StorageError('storage.unreadable', `cannot read ${file}: ${(cause as Error).message}`, {
      hint: 'The file names the database of the data directory. Restore it from a backup.',
      cause,
    });
  }
}

/** On disk when it resolves: a directory without the record would start with an empty database. */
export function writeDatabaseRecord(dataDir: string, names: { id: string; home: string }): Promise<void> {
  const record: Static<typeof Record> = { kind: 'postgres', ...names };
  return writeDurably(join(dataDir, RECORD_FILE), `${JSON.stringify(record)}\n`);
}

/** Throws `storage.foreign` when starting with this kind of database would ignore the data of the directory. */
export function checkDatabaseKind(record: DatabaseRecord, requested: 'sqlite' | 'postgres', dataDir: string): void {
  if (requested === 'sqlite' && record.postgresId !== undefined) {
    throw new StorageError('storage.foreign', `the data of ${dataDir} is in a PostgreSQL database`, {
      hint: 'Start with its --database-url, --database-url-file or FGS_DATABASE_URL, or with another data directory.',
    });
  }
  if (requested === 'postgres' && record.postgresId === undefined && record.sqlite) {
    throw new StorageError('storage.foreign', `the data of ${dataDir} is in SQLite, in ${SQLITE_FILE} there`, {
      hint: 'Start without a database URL, or with another data directory. docs/guides/postgresql.md describes how to move.',
    });
  }
}
