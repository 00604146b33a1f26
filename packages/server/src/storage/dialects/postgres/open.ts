import type { OpenedDatabase, PostgresStorageOptions, StorageCheck, StorageOptions } from '../../options.ts';
import { PostgresDialect } from './dialect.ts';
import { reasonOf } from './failure.ts';
import { PostgresLink } from './link.ts';

/** Throws like `PostgresLink.open`. */
export async function openPostgres(options: StorageOptions & PostgresStorageOptions): Promise<OpenedDatabase> {
  const link = await PostgresLink.open(options);
  return {
    kind: 'postgres',
    place: link.place,
    schema: link.facts.schema,
    link,
    dialect: (gate) => new PostgresDialect(link, gate),
    migrated: () => link.migrated(),
    check: () => check(link),
  };
}

async function check(link: PostgresLink): Promise<StorageCheck> {
  const ask = 'select current_setting($1) as fsync, pg_database_size(current_database()) as bytes';
  try {
    const { rows } = await link.call({ op: 'run', sql: ask, parameters: ['fsync'] });
    const { fsync, bytes } = rows[0] as { fsync: string; bytes: number };
    const detail = `${link.place}, version ${link.facts.version}, ${Math.ceil(bytes / 2 ** 20)} MB`;
    if (fsync === 'on') return { ok: true, detail };
    const hint = 'set fsync = on in postgresql.conf, unless the data may be lost';
    return { ok: false, detail: `${detail}; fsync is off: a crash of its machine loses what was acknowledged`, hint };
  } catch (error) {
    const hint = 'start PostgreSQL again; until then changes and asynchronous calls are refused with 503';
    return { ok: false, detail: reasonOf(error), hint };
  }
}
