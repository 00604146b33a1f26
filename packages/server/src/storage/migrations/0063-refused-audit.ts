import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Counts the refused requests of an account, of which the audit log keeps a number, without reading the others. */
export const refusedAudit0063: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createIndex('audit_entry_refused')
      .on('audit_entry')
      .columns(['domain_id', 'id'])
      .where(sql.ref('error_code'), '<>', sql.lit(''))
      .execute();
  },
};
