import type { Dialect } from 'kysely';
import type { Secret } from '../lib/secret.ts';
import type { AtomicResult, AtomicStatement } from './atomic.ts';

export interface SqliteStorageOptions {
  /** A file, opened in a thread of its own, or `:memory:` for a database that lives in this thread and dies with it. */
  readonly file: string | ':memory:';
  /** Refuses with `storage.missing` to create tables: other files show that the directory had a database. */
  readonly mustHaveTables?: boolean;
}

export interface PostgresStorageOptions {
  /** `postgres://user@host:5432/database`; the usual PG… variables supply missing parts. */
  readonly url: Secret;
  /** Key of the data directory that the database belongs to; a database of another directory is refused. */
  readonly dataKey: string;
  /** The database that belongs to the data directory; another one is refused. */
  readonly databaseId?: string | undefined;
  /** Called when the connection is lost and when it is back. */
  readonly onConnection?: (state: 'lost' | 'back', reason: string) => void;
}

export type StorageOptions = (SqliteStorageOptions | PostgresStorageOptions) & {
  /** Longer transactions are rolled back. 10 s unless set. */
  readonly maxTransactionMs?: number;
  /** Called once if the database is lost for good; no write succeeds after that. */
  readonly onDeath?: (error: Error) => void;
};

/** A step of a migration may take long, and no caller waits for the database yet. */
export const MIGRATION_MS = 60 * 60_000;

/** Health of the database. */
export interface StorageCheck {
  readonly ok: boolean;
  readonly detail: string;
  readonly hint?: string;
}

/** The dialect's view of an open database. */
export interface OpenedDatabase {
  readonly kind: 'sqlite' | 'postgres';
  /** Names it in errors; holds no secret. */
  readonly place: string;
  /** The schema of the tables; undefined for SQLite. */
  readonly schema?: string;
  /** Made with the database and part of its dumps; undefined for SQLite, where the file identifies it. */
  readonly id?: string;
  readonly dialect: Dialect;
  /** See `Storage`. */
  atomic(statements: readonly AtomicStatement[]): Promise<readonly AtomicResult[]>;
  /** Called once, when the schema is up to date; until then a transaction may take `MIGRATION_MS`. */
  migrated(maxTransactionMs: number): void;
  check(): Promise<StorageCheck>;
  /** See `Storage`. */
  unlessAway<T>(work: Promise<T>): Promise<T>;
  /** See `Storage`. */
  reclaim(): Promise<void>;
  /** Answers earlier calls, then closes the database. Idempotent. */
  close(): Promise<void>;
}
