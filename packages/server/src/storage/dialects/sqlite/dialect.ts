import {
  type DatabaseIntrospector,
  type Dialect,
  type DialectAdapter,
  type Driver,
  type Kysely,
  type QueryCompiler,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import { GroupCommitDriver } from './driver.ts';
import type { EngineLink } from './engine-link.ts';
import type { TransactionGate } from './transaction-gate.ts';

/**
 * SQLite through an engine with group commit. Schema changes are transactional, so a migration happens whole or not.
 */
export class SqliteDialect implements Dialect {
  readonly #link: EngineLink;
  readonly #gate: TransactionGate;

  constructor(link: EngineLink, gate: TransactionGate) {
    this.#link = link;
    this.#gate = gate;
  }

  createDriver(): Driver {
    return new GroupCommitDriver(this.#link, this.#gate);
  }

  createQueryCompiler(): QueryCompiler {
    return new SqliteQueryCompiler();
  }

  createAdapter(): DialectAdapter {
    return new EngineAdapter();
  }

  createIntrospector(db: Kysely<unknown>): DatabaseIntrospector {
    return new SqliteIntrospector(db);
  }
}

class EngineAdapter extends SqliteAdapter {
  /** Otherwise Kysely would send one statement after another; the engine separates transactions itself. */
  override get supportsMultipleConnections(): boolean {
    return true;
  }

  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}
