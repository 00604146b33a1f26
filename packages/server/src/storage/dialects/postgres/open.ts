import type { OpenedDatabase, PostgresStorageOptions, StorageCheck, StorageOptions } from '../../options.ts';
import { PostgresDialect } from './dialect.ts';
import { absent, examine } from './health.ts';
import { PostgresLink } from './link.ts';

/** Throws like `PostgresLink.open`. */
export async function openPostgres(options: StorageOptions & PostgresStorageOptions): Promise<OpenedDatabase> {
  const link = await PostgresLink.open(options);
  return {
    kind: 'postgres',
    place: link.place,
    schema: link.facts.schema,
    id: link.id,
    link,
    dialect: (gate) => new PostgresDialect(link, gate),
    migrated: () => link.migrated(),
    check: () => check(link),
    unlessAway: (work) => link.unlessAway(work),
    // autovacuum of PostgreSQL does this
    reclaim: async () => {},
  };
}

async function check(link: PostgresLink): Promise<StorageCheck> {
  try {
    return await examine(link.place, async (sql) => (await link.call({ op: 'run', sql, parameters: [] })).rows);
  } catch (error) {
    return absent(error, 'start PostgreSQL again; until then changes and asynchronous calls are refused with 503');
  }
}
