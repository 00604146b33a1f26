import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * SQLite prefers an index that begins with the topic to a smaller one of a single state: counting dead letters, or
 * finding expired messages, read every message of the topic. The small indexes now begin with the topic.
 */
export const queueIndexes0026: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const name of ['message_topic', 'message_dead', 'message_expiring'])
      await sql`drop index ${sql.ref(name)}`.execute(db);
    await sql`create index message_dead on message (topic, group_key, position) where state = 'dead' and settled_at is null`.execute(
      db,
    );
    await sql`create index message_expiring on message (topic, expires_at) where state = 'ready' and expires_at is not null`.execute(
      db,
    );
  },
};
