import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** So far every account could use every file system, network and image; from now on only its own account may. */
export const shares0020: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('share')
      .addColumn('kind', 'text', (c) => c.notNull())
      .addColumn('resource', 'text', (c) => c.notNull())
      .addColumn('holder_kind', 'text', (c) => c.notNull())
      .addColumn('holder_id', 'text', (c) => c.notNull())
      .addColumn('created_at', 'bigint', (c) => c.notNull())
      .addPrimaryKeyConstraint('share_key', ['kind', 'resource', 'holder_kind', 'holder_id'])
      .execute();
    // Functions could choose any user of the disk; existing file systems keep that.
    await db.schema
      .alterTable('file_system')
      .addColumn('user_id', 'integer', (c) => c.notNull().defaultTo(1003))
      .execute();
    await db.schema
      .alterTable('file_system')
      .addColumn('group_id', 'integer', (c) => c.notNull().defaultTo(1003))
      .execute();
    await db.schema
      .alterTable('file_system')
      .addColumn('any_user', 'integer', (c) => c.notNull().defaultTo(0))
      .execute();
    await (db as Kysely<{ file_system: { any_user: number } }>)
      .updateTable('file_system')
      .set({ any_user: 1 })
      .execute();
  },
};
