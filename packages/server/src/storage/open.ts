import { isDeepStrictEqual } from 'node:util';
import { type CompiledQuery, Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import type { AtomicResult, AtomicStatement } from './atomic.ts';
import { openPostgres } from './dialects/postgres/open.ts';
import { openSqlite } from './dialects/sqlite/open.ts';
import { StorageError } from './errors.ts';
import { migrations } from './migrations/index.ts';
import type { OpenedDatabase, Signals, StorageCheck, StorageOptions } from './options.ts';
import type { Schema } from './schema.ts';

/**
 * The database. A statement or transaction is on disk when its promise resolves; later calls see it. Calls that are not
 * awaited may run in any order. Transactions take turns; in SQLite one blocks all other statements, too: never wait for
 * other work inside one, and abort it when one of its statements failed. While PostgreSQL is unreachable, every call is
 * rejected with the platform error `unavailable` and not stored; only a commit that was in flight waits until its result
 * is known.
 */
export interface Storage {
  readonly kind: OpenedDatabase['kind'];
  /** Id of a PostgreSQL database; part of its dumps. */
  readonly id: string | undefined;
  readonly db: Kysely<Schema>;
  /** Undefined where one process uses the database. */
  readonly signals: Signals | undefined;
  /** When the database was made, in ms since the epoch. */
  readonly bornAt: number;
  /**
   * Runs statements that are known beforehand, all or none. Far cheaper than a transaction: it travels in one message,
   * blocks no other caller, and shares its fsync with others. Rejects with the error of the statement that failed, or
   * with `storage.guard`.
   */
  atomic(statements: readonly AtomicStatement[]): Promise<readonly AtomicResult[]>;
  /**
   * Settles like `work`, but rejects with `unavailable` instead of waiting for an unavailable database. `work` is not
   * cancelled: an interrupted commit settles after PostgreSQL is reachable again, and the code that awaits it
   * continues.
   */
  unlessUnavailable<T>(work: Promise<T>): Promise<T>;
  /**
   * Returns the space of deleted rows to the file system, 64 MB at most, in small steps: other statements wait some
   * milliseconds for each. PostgreSQL does this itself.
   */
  reclaim(): Promise<void>;
  /** Never rejects. */
  check(): Promise<StorageCheck>;
  /** Answers earlier calls, then closes the database. Idempotent. */
  close(): Promise<void>;
}

/** Time of the steps in a template. It becomes the time of the first start with a copy. */
const UNBORN = new Date(0).toISOString();

/** Writes the template of `SqliteStorageOptions` to a file that does not exist. */
export async function writeEmptyDatabase(file: string): Promise<void> {
  const database = await openSqlite({ file });
  try {
    await migrate(database, false);
    const db = new Kysely<MigrationSchema>({ dialect: database.dialect });
    await db.updateTable('kysely_migration').set({ timestamp: UNBORN }).execute();
  } finally {
    await database.close();
  }
}

/** The migrator's own table. */
interface MigrationSchema {
  kysely_migration: { name: string; timestamp: string };
}

/**
 * Opens the database and brings its schema up to date. Throws `storage.unreadable` when it cannot be used,
 * `storage.missing` when it must have tables and has none, `storage.schema` when a migration fails or a newer version
 * of the program wrote it; for PostgreSQL also `storage.foreign` when it was begun with another sealing key, or the data
 * directory belongs to another one.
 */
export async function openStorage(options: StorageOptions): Promise<Storage> {
  const database = await ('url' in options ? openPostgres(options) : openSqlite(options));
  let bornAt: number;
  try {
    const mustHaveTables = 'file' in options && options.mustHaveTables === true;
    bornAt = await migrate(database, mustHaveTables);
    await database.migrated(options.maxTransactionMs ?? 10_000);
  } catch (error) {
    await database.close();
    throw error;
  }
  const db = new Kysely<Schema>({ dialect: database.dialect });
  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    // A query built by Kysely reaches the driver some microtasks after the call.
    await new Promise((resolve) => setImmediate(resolve));
    await db.destroy();
    await database.close();
  };
  return {
    kind: database.kind,
    id: database.id,
    db,
    signals: database.signals,
    bornAt,
    atomic: (statements) => database.atomic(statements),
    unlessUnavailable: (work) => database.unlessUnavailable(work),
    reclaim: () => database.reclaim(),
    check: () => database.check(),
    close: () => {
      closed ??= close();
      return closed;
    },
  };
}

/** Returns the time of the first step. */
async function migrate(database: OpenedDatabase, mustHaveTables: boolean): Promise<number> {
  const { place, schema } = database;
  const db = new Kysely<Schema & MigrationSchema>({ dialect: database.dialect });
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve({ ...migrations }) },
    ...(schema === undefined ? {} : { migrationTableSchema: schema }),
  });
  if (mustHaveTables && (await migrator.getMigrations()).every(({ executedAt }) => executedAt === undefined)) {
    throw new StorageError('storage.missing', `${place} has no tables, but files beside it belong to a database`, {
      hint: 'Restore the database from a backup (fgs backup restore), or start with another data directory.',
    });
  }
  const { error, results } = (await isCurrent(db)) ? {} : await migrator.migrateToLatest();
  if (error === undefined) {
    const first = await db.selectFrom('kysely_migration').select('timestamp').orderBy('timestamp').executeTakeFirst();
    if (first?.timestamp !== UNBORN) return Date.parse(first?.timestamp ?? '');
    const now = new Date();
    await db.updateTable('kysely_migration').set({ timestamp: now.toISOString() }).execute();
    return now.getTime();
  }
  const failed = results?.find((result) => result.status === 'Error')?.migrationName;
  throw new StorageError(
    'storage.schema',
    `cannot bring ${place} up to date${failed === undefined ? '' : ` (step ${failed})`}: ${messageOf(error)}`,
    { hint: 'An older version of the program cannot read a database that a newer version wrote.', cause: error },
  );
}

/** Whether all steps have run. The migrator reads the columns of all tables first, which takes longer than a start may. */
async function isCurrent(db: Kysely<MigrationSchema>): Promise<boolean> {
  const steps = db.selectFrom('kysely_migration').select('name').orderBy('name').execute();
  const names = await steps.then(
    (rows) => rows.map(({ name }) => name),
    () => [],
  );
  return isDeepStrictEqual(names, Object.keys(migrations));
}

/**
 * A statement that is built once and then run with different parameters: building costs more than running it.
 * `build` gets markers in place of the parameters; each must end up in the statement as a value of its own.
 */
export function prepared<Names extends string>(
  build: (marker: (name: Names) => never) => { compile(): CompiledQuery },
): (values: Readonly<Record<Names, unknown>>) => CompiledQuery {
  class Marker {
    readonly name: Names;
    constructor(name: Names) {
      this.name = name;
    }
  }
  const compiled = build((name) => new Marker(name) as never).compile();
  const slots = compiled.parameters.map((parameter) =>
    parameter instanceof Marker ? parameter : { value: parameter },
  );
  return (values) => ({
    ...compiled,
    parameters: slots.map((slot) => (slot instanceof Marker ? values[slot.name as Names] : slot.value)),
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
