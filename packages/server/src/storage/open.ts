import { type CompiledQuery, Kysely, Migrator } from 'kysely';
import type { AtomicResult, AtomicStatement } from './atomic.ts';
import { SqliteDialect } from './dialects/sqlite/dialect.ts';
import { InlineLink, threadLink } from './dialects/sqlite/link.ts';
import { runAtomic } from './engine/run-atomic.ts';
import { TransactionGate } from './engine/transaction-gate.ts';
import { StorageError } from './errors.ts';
import { migrations } from './migrations/index.ts';
import type { Schema } from './schema.ts';

export interface StorageOptions {
  /** A file, opened in a thread of its own, or `:memory:` for a database that lives in this thread and dies with it. */
  readonly file: string | ':memory:';
  /** A transaction that is open for longer is rolled back. 10 s unless set. */
  readonly maxTransactionMs?: number;
  /** Told once if the database thread dies; nothing can be stored from then on. */
  readonly onDeath?: (error: Error) => void;
}

/**
 * The database. A statement or transaction is on disk when its promise resolves; single statements made at the same time
 * share one fsync. Transactions have the only connection for themselves: never wait for anything else inside one.
 */
export interface Storage {
  readonly db: Kysely<Schema>;
  /**
   * Runs statements that are known beforehand, all or none. Far cheaper than a transaction: it travels in one message,
   * keeps nobody waiting, and shares its fsync with others. Rejects with the error of the statement that failed, or with
   * `storage.guard`.
   */
  atomic(statements: readonly AtomicStatement[]): Promise<readonly AtomicResult[]>;
  /** Answers what was asked before, then closes the file. Idempotent. */
  close(): Promise<void>;
}

/**
 * Opens the database and brings its schema up to date. Throws `storage.unreadable` when the file cannot be used and
 * `storage.schema` when a migration fails or a newer version of the program wrote the file.
 */
export async function openStorage(options: StorageOptions): Promise<Storage> {
  const { file } = options;
  const link = file === ':memory:' ? new InlineLink(file) : await threadLink(file, options.onDeath);
  const gate = new TransactionGate(link, { maxTransactionMs: options.maxTransactionMs ?? 10_000 });
  const db = new Kysely<Schema>({ dialect: new SqliteDialect(link, gate) });
  const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve({ ...migrations }) } });
  const { error, results } = await migrator.migrateToLatest();
  if (error !== undefined) {
    await link.close();
    const failed = results?.find((result) => result.status === 'Error')?.migrationName;
    throw new StorageError(
      'storage.schema',
      `cannot bring ${file} up to date${failed === undefined ? '' : ` (step ${failed})`}: ${messageOf(error)}`,
      { hint: 'A data directory is not read by a version older than the one that wrote it last.', cause: error },
    );
  }
  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    // A query built by Kysely reaches the driver some microtasks after it was asked.
    await new Promise((resolve) => setImmediate(resolve));
    await db.destroy();
    await link.close();
  };
  return {
    db,
    atomic: (statements) => runAtomic(link, gate, statements),
    close: () => {
      closed ??= close();
      return closed;
    },
  };
}

/**
 * A statement that is built once and then run with other parameters: building costs more than running it.
 * `build` gets markers in the place of the parameters; each must end up in the statement as a value of its own.
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
