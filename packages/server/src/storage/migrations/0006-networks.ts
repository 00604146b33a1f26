import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const networks0006: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('network')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('name', 'text', (c) => c.notNull().unique())
      .addColumn('vpc_id', 'text', (c) => c.notNull())
      .addColumn('subnet_id', 'text', (c) => c.notNull())
      .addColumn('cidr', 'text', (c) => c.notNull())
      .addColumn('nat', 'integer', (c) => c.notNull())
      .addColumn('host_interface', 'text')
      .addColumn('created_at', 'bigint', (c) => c.notNull())
      .addUniqueConstraint('network_subnet', ['vpc_id', 'subnet_id'])
      .execute();
  },
};
