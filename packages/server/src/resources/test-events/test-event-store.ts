import type { Kysely } from 'kysely';
import { isUniqueViolation, type Schema } from '../../storage/index.ts';
import type { TestEvent } from './types.ts';

type Tables = {
  function_test_event: {
    id: string;
    function_id: string;
    name: string;
    /** JSON text, as the user wrote it. */
    content: string;
    /** Ms since the epoch. */
    modified_at: number;
  };
};

/** Rows of test events; no rules but uniqueness and the quota, which only a transaction can hold. */
export class TestEventStore {
  readonly #db: Kysely<Schema & Tables>;

  constructor(db: Kysely<Schema>) {
    this.#db = db.withTables<Tables>();
  }

  /** By name. */
  async list(functionId: string): Promise<TestEvent[]> {
    const rows = await this.#db
      .selectFrom('function_test_event')
      .selectAll()
      .where('function_id', '=', functionId)
      .orderBy('name')
      .execute();
    return rows.map(({ id, name, content, modified_at }) => ({ id, name, content, modifiedAt: Number(modified_at) }));
  }

  /** Returns the reason when it cannot. */
  async insert(functionId: string, event: TestEvent, most: number): Promise<'added' | 'exists' | 'quota'> {
    const { id, name, content, modifiedAt } = event;
    try {
      await this.#db.transaction().execute(async (tx) => {
        const { count } = await tx
          .selectFrom('function_test_event')
          .where('function_id', '=', functionId)
          .select(({ fn }) => fn.countAll().as('count'))
          .executeTakeFirstOrThrow();
        const values = { id, function_id: functionId, name, content, modified_at: modifiedAt };
        await tx.insertInto('function_test_event').values(values).execute();
        // after the insert, so that an existing name is reported as such also when the quota is used up
        if (Number(count) >= most) throw new OverQuota();
      });
      return 'added';
    } catch (error) {
      if (error instanceof OverQuota) return 'quota';
      if (isUniqueViolation(error)) return 'exists';
      throw error;
    }
  }

  /** False when there is no such event. */
  async update(functionId: string, id: string, content: string, modifiedAt: number): Promise<boolean> {
    const result = await this.#db
      .updateTable('function_test_event')
      .set({ content, modified_at: modifiedAt })
      .where('function_id', '=', functionId)
      .where('id', '=', id)
      .executeTakeFirst();
    return Number(result.numUpdatedRows) === 1;
  }

  /** False when there is no such event. */
  async remove(functionId: string, id: string): Promise<boolean> {
    const result = await this.#db
      .deleteFrom('function_test_event')
      .where('function_id', '=', functionId)
      .where('id', '=', id)
      .executeTakeFirst();
    return Number(result.numDeletedRows) === 1;
  }
}

class OverQuota extends Error {}
