import {
  type DataTypeNode,
  PostgresDialect as KyselyPostgresDialect,
  PostgresQueryCompiler,
  type QueryCompiler,
} from 'kysely';

/** Kysely's dialect for tables whose migrations are written once for both databases. */
export class PostgresDialect extends KyselyPostgresDialect {
  override createQueryCompiler(): QueryCompiler {
    return new NeutralTypesCompiler();
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
