import type { OpenedDatabase, SqliteStorageOptions, StorageOptions } from '../../options.ts';
import { SqliteDialect } from './dialect.ts';
import { InlineLink, threadLink } from './link.ts';

/** Throws `storage.unreadable` when the file is not a database that this process can write. */
export async function openSqlite(options: StorageOptions & SqliteStorageOptions): Promise<OpenedDatabase> {
  const { file, onDeath } = options;
  const link = file === ':memory:' ? new InlineLink(file) : await threadLink(file, onDeath);
  return {
    kind: 'sqlite',
    place: file,
    link,
    dialect: (gate) => new SqliteDialect(link, gate),
    migrated: () => {},
    unlessAway: (work) => work,
    check: async () => ({ ok: true, detail: `SQLite, ${file}` }),
  };
}
