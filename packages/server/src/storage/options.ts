import type { Dialect } from 'kysely';
import type { Secret } from '../lib/secret.ts';
import type { EngineLink } from './engine/link.ts';
import type { TransactionGate } from './engine/transaction-gate.ts';

export interface SqliteStorageOptions {
  /** A file, opened in a thread of its own, or `:memory:` for a database that lives in this thread and dies with it. */
  readonly file: string | ':memory:';
  /** Refuses with `storage.missing` to make tables: other files show that there were some. */
  readonly mustHaveTables?: boolean;
}

export interface PostgresStorageOptions {
  /** `postgres://user@host:5432/database`; what it does not say comes from the usual PG… variables. */
  readonly url: Secret;
  /** What binds the database to a data directory; another one is refused. */
  readonly dataKey: string;
  /** The database that belongs to the data directory; another one is refused. */
  readonly databaseId?: string | undefined;
  /** Told when the connection was lost, and when it is there again. */
  readonly onConnection?: (state: 'lost' | 'back', reason: string) => void;
}

export type StorageOptions = (SqliteStorageOptions | PostgresStorageOptions) & {
  /** A transaction that is open for longer is rolled back. 10 s unless set. */
  readonly maxTransactionMs?: number;
  /** Told once if the database is gone for good; nothing can be stored from then on. */
  readonly onDeath?: (error: Error) => void;
};

/** How the database is. */
export interface StorageCheck {
  readonly ok: boolean;
  readonly detail: string;
  readonly hint?: string;
}

/** What a dialect knows about the database that it has opened. */
export interface OpenedDatabase {
  readonly kind: 'sqlite' | 'postgres';
  /** Names it in errors; holds no secret. */
  readonly place: string;
  /** Where tables are; undefined where there is only one place. */
  readonly schema?: string;
  /** Made with the database, and goes wherever its data goes; undefined where a file is all there is to it. */
  readonly id?: string;
  readonly link: EngineLink;
  dialect(gate: TransactionGate): Dialect;
  /** Called once, when the schema is up to date. */
  migrated(): void;
  check(): Promise<StorageCheck>;
  /** See `Storage`. */
  unlessAway<T>(work: Promise<T>): Promise<T>;
  /** See `Storage`. */
  reclaim(gate: TransactionGate): Promise<void>;
}
