import { type Insertable, type Kysely, type SqlBool, sql } from 'kysely';
import { isUniqueViolation } from './errors.ts';
import type { Schema } from './schema.ts';

/** `taken`: a unique column has the value already. `full`: there are as many rows as there may be. */
export type Inserted = 'added' | 'taken' | 'full';

/**
 * Inserts a row unless `most` rows have its values in the columns `by`. They are counted in the transaction, so that servers
 * that insert at the same time do not pass the limit together.
 */
export async function insertWithin<T extends keyof Schema & string>(
  db: Kysely<Schema>,
  table: T,
  row: Insertable<Schema[T]>,
  { by, most }: { readonly by: readonly (keyof Insertable<Schema[T]> & string)[]; readonly most: number },
): Promise<Inserted> {
  try {
    return await db.transaction().execute(async (tx) => {
      const same = by.map((column) => sql<SqlBool>`${sql.ref(column)} = ${row[column]}`);
      const counted = sql<{ count: number | string }>`select count(*) as count from ${sql.table(table)}
        where ${sql.join(same, sql` and `)}`;
      const { rows } = await counted.execute(tx);
      if (Number(rows[0]?.count) >= most) return 'full';
      await tx.insertInto(table).values(row).execute();
      return 'added';
    });
  } catch (error) {
    if (isUniqueViolation(error)) return 'taken';
    throw error;
  }
}
