import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

export const queueByGroup0022: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`drop index message_ready`.execute(db);
    // A claim takes messages of one group: it finds them without reading the backlog of others.
    await sql`create index message_ready on message (topic, group_key, not_before, position) where state = 'ready'`.execute(
      db,
    );
  },
};
