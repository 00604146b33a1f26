import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Counts the logins of an account, of which the audit log keeps a number, without reading the others. */
export const loginAudit0066: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql
      .raw(
        `create index audit_entry_login on audit_entry (domain_id, id) where error_code = ''
        and operation in ('createToken', 'createTemporaryKey', 'createConsoleLink', 'createConsoleSession',
          'deleteConsoleSession', 'finishConsoleOidc')`,
      )
      .execute(db);
  },
};
