import {
  type DatabaseIntrospector,
  type DataTypeNode,
  type DialectAdapter,
  type Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryCompiler,
} from 'kysely';
import { EngineDialect } from '../../engine/engine-dialect.ts';

/** PostgreSQL through one session with group commit. Migrations hold an advisory lock. */
export class PostgresDialect extends EngineDialect {
  createQueryCompiler(): QueryCompiler {
    return new NeutralTypesCompiler();
  }

  createAdapter(): DialectAdapter {
    return new PostgresAdapter();
  }

  createIntrospector(db: Kysely<unknown>): DatabaseIntrospector {
    return new PostgresIntrospector(db);
  }
}

/**
 * Columns behave as SQLite's do, so that migrations are written once: integers have 64 bits, and text is compared by
 * its bytes in a database of any locale.
 */
const TYPES: Readonly<Record<string, string>> = { integer: 'bigint', blob: 'bytea', text: 'text collate "C"' };

class NeutralTypesCompiler extends PostgresQueryCompiler {
  protected override visitDataType(node: DataTypeNode): void {
    this.append(TYPES[node.dataType] ?? node.dataType);
  }
}
