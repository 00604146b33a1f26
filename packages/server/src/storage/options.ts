import type { Dialect } from 'kysely';
import type { Secret } from '../lib/secret.ts';
import type { AtomicResult, AtomicStatement } from './atomic.ts';
import type { SqlValue } from './parameter.ts';

export interface SqliteStorageOptions {
  /** A file, opened in a thread of its own, or `:memory:` for a database that lives in this thread and dies with it. */
  readonly file: string | ':memory:';
  /** Refuses with `storage.missing` to create tables: other files show that the directory had a database. */
  readonly mustHaveTables?: boolean;
  /** A database of `writeEmptyDatabase`, which is copied when `file` does not exist: far faster than all migrations. */
  readonly template?: string;
}

export interface PostgresStorageOptions {
  /** `postgres://user@host:5432/database`; the usual PG… variables supply missing parts. */
  readonly url: Secret;
  /** Fingerprint of the sealing key; a database that was begun with another key is refused. */
  readonly dataKey: string;
  /** The database that belongs to the data directory; another one is refused. */
  readonly databaseId?: string | undefined;
  /** An answer that takes longer never comes: the network may fail without closing the connection. 30 s unless set. */
  readonly mostAnswerMs?: number;
  /** Called when the connection is lost and when it is back. */
  readonly onConnection?: (state: 'lost' | 'back', reason: string) => void;
}

export type StorageOptions = (SqliteStorageOptions | PostgresStorageOptions) & {
  /** Longer transactions are rolled back. 10 s unless set. */
  readonly maxTransactionMs?: number;
  /** Called once if the database is lost permanently; no write succeeds after that. */
  readonly onDeath?: (error: Error) => void;
};

/** A step of a migration may take long, and no caller waits for the database yet. */
export const MIGRATION_MS = 60 * 60_000;

/** What other servers do on the same database. */
export interface Signals {
  /** Of all sessions of this opened database in `pg_stat_activity`. */
  readonly sessionName: string;
  /**
   * Calls back when a server commits a change of configuration, with its number; without one when something else may
   * have happened: servers came or left, or the session was replaced and may have missed calls. Returns what ends it.
   */
  listen(hear: (number: number | undefined) => void): () => void;
  /** Calls back when a server has reported facts, or may have. Returns what ends it. */
  onFacts(hear: () => void): () => void;
  /** Reports to all servers, this one too, that facts are stored. Rejects like `ask`. */
  reportFacts(): Promise<void>;
  /** Runs one statement outside of the pool. Rejects with `unavailable` within seconds, whether it was run or not. */
  ask<Row>(sql: string, parameters: readonly SqlValue[]): Promise<Row[]>;
}

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
  /** Undefined for SQLite, which one process uses. */
  readonly signals?: Signals;
  /** See `Storage`. */
  atomic(statements: readonly AtomicStatement[]): Promise<readonly AtomicResult[]>;
  /** Called once, when the schema is up to date; until then a transaction may take `MIGRATION_MS`. */
  migrated(maxTransactionMs: number): Promise<void>;
  check(): Promise<StorageCheck>;
  /** See `Storage`. */
  unlessUnavailable<T>(work: Promise<T>): Promise<T>;
  /** See `Storage`. */
  reclaim(): Promise<void>;
  /** Answers earlier calls, then closes the database. Idempotent. */
  close(): Promise<void>;
}
