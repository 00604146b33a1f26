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
import type { EngineLink } from './link.ts';

/** SQLite through an engine with group commit. Schema changes are transactional, so a migration happens whole or not. */
export class GroupCommitDialect implements Dialect {
  readonly #link: EngineLink;
  readonly #maxTransactionMs: number;

  constructor(link: EngineLink, options: { maxTransactionMs: number }) {
    this.#link = link;
    this.#maxTransactionMs = options.maxTransactionMs;
  }

  createDriver(): Driver {
    return new GroupCommitDriver(this.#link, { maxTransactionMs: this.#maxTransactionMs });
  }

  createQueryCompiler(): QueryCompiler {
    return new SqliteQueryCompiler();
  }

  createAdapter(): DialectAdapter {
    return new TransactionalDdlAdapter();
  }

  createIntrospector(db: Kysely<unknown>): DatabaseIntrospector {
    return new SqliteIntrospector(db);
  }
}

class TransactionalDdlAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}
