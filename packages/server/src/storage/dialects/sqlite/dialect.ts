import {
  type DatabaseIntrospector,
  type DialectAdapter,
  type Kysely,
  type QueryCompiler,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import { EngineDialect } from '../../engine/engine-dialect.ts';

/**
 * SQLite through an engine with group commit. Schema changes are transactional, so a migration happens whole or not.
 */
export class SqliteDialect extends EngineDialect {
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
