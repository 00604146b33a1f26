import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** What servers of a cluster tell each other, and what they trust. Servers of an older version leave the columns empty. */
export const clusterNodes0059: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema.alterTable('server').addColumn('address', 'text').execute();
    await db.schema.alterTable('server').addColumn('runtimes', 'text').execute();
    await db.schema.alterTable('server').addColumn('memory_mb', 'integer').execute();
    await db.schema.alterTable('server').addColumn('processors', 'integer').execute();
    await db.schema.alterTable('server').addColumn('draining', 'integer').execute();
    await db.schema
      .createTable('cluster_authority')
      .addColumn('id', 'integer', (column) => column.primaryKey().notNull())
      .addColumn('sealed', 'text', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('join_token')
      .addColumn('id', 'text', (column) => column.primaryKey().notNull())
      .addColumn('secret_hash', 'text', (column) => column.notNull())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .addColumn('claim_hash', 'text')
      .execute();
  },
};
