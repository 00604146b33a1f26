import { sql } from 'kysely';
import { afterEach, describe, expect, it } from 'vitest';
import { toErrorBody } from '../lib/platform-error.ts';
import { isUniqueViolation, prepared, type Storage } from './index.ts';

/** A row of the queue's table, which serves here as any table. */
export const row = (id: string, position = 1) => ({
  id,
  topic: 't',
  group_key: 'g',
  attributes: '{}',
  state: 'ready' as const,
  attempts: 0,
  bytes: 0,
  position,
  enqueued_at: 1,
  not_before: 1,
});

/** The contract of every database. `openEmpty` opens an empty one, which the suite closes. */
export function storageConformance(
  name: string,
  openEmpty: (options: { maxTransactionMs?: number }) => Promise<Storage>,
): void {
  describe(`storage ${name}`, () => {
    let storage: Storage;
    const open = async (options: { maxTransactionMs?: number } = {}): Promise<Storage> => {
      storage = await openEmpty(options);
      return storage;
    };
    afterEach(() => storage.close());

    const ids = async (): Promise<string[]> => {
      const rows = await storage.db.selectFrom('message').select('id').orderBy('id').execute();
      return rows.map((found) => found.id);
    };

    it('lets a failing statement fail alone among those of the same moment', async () => {
      const { db } = await open();
      const outcomes = await Promise.allSettled(
        ['a', 'b', 'a', 'c'].map((id) => db.insertInto('message').values(row(id)).execute()),
      );
      // Statements of one moment have no order among connections: either of the two may come first.
      expect([outcomes[1], outcomes[3]]).toMatchObject([{ status: 'fulfilled' }, { status: 'fulfilled' }]);
      const failed = outcomes.filter((outcome) => outcome.status === 'rejected');
      expect(failed.map(({ reason }) => isUniqueViolation(reason))).toEqual([true]);
      expect(await ids()).toEqual(['a', 'b', 'c']);
    });

    it('refuses references to missing rows as changed meanwhile: a row, a step, a transaction, a deletion', async () => {
      const { db } = await open();
      const group = { id: 'g', domain_id: 'd', name: 'g', description: '', created_at: 1 };
      const insert = (into: Pick<typeof db, 'insertInto'>) => into.insertInto('iam_group').values(group);
      const attempts: (() => Promise<unknown>)[] = [
        () => insert(db).execute(),
        () =>
          storage.atomic([
            { query: db.insertInto('message').values(row('a')).compile() },
            { query: insert(db).compile() },
          ]),
        () => db.transaction().execute((trx) => insert(trx).execute()),
      ];
      await db.insertInto('domain').values({ id: 'used', name: 'used', operator: 0 }).execute();
      await db
        .insertInto('iam_group')
        .values({ ...group, id: 'h', domain_id: 'used' })
        .execute();
      attempts.push(() => db.deleteFrom('domain').where('id', '=', 'used').execute());
      for (const attempt of attempts) {
        const answer = await attempt().then(
          () => undefined,
          (error: unknown) => toErrorBody(error, 'r'),
        );
        expect(answer).toMatchObject({ status: 409, body: { error_msg: expect.stringContaining('Another request') } });
      }
      expect(await ids()).toEqual([]);
    });

    it('reports how many rows a statement changed', async () => {
      const { db } = await open();
      await db
        .insertInto('message')
        .values([row('a'), row('b')])
        .execute();
      const result = await db.updateTable('message').set({ attempts: 3 }).executeTakeFirst();
      expect(result.numUpdatedRows).toBe(2n);
    });

    it('keeps statements of others out of an open transaction and undoes it as a whole', async () => {
      const { db } = await open();
      const inside = db.transaction().execute(async (trx) => {
        await trx.insertInto('message').values(row('undone')).execute();
        await trx.selectFrom('message').select('id').execute();
        throw new Error('changed my mind');
      });
      const outside = db.insertInto('message').values(row('kept')).execute();
      await expect(inside).rejects.toThrow('changed my mind');
      await outside;
      expect(await ids()).toEqual(['kept']);
    });

    it('runs transactions one after another', async () => {
      const { db } = await open();
      await db.insertInto('message').values(row('n')).execute();
      const increment = () =>
        db.transaction().execute(async (trx) => {
          const { attempts } = await trx.selectFrom('message').select('attempts').executeTakeFirstOrThrow();
          await trx
            .updateTable('message')
            .set({ attempts: attempts + 1 })
            .execute();
        });
      await Promise.all(Array.from({ length: 20 }, increment));
      const { attempts } = await db.selectFrom('message').select('attempts').executeTakeFirstOrThrow();
      expect(attempts).toBe(20);
    });

    it('commits a transaction whose failed statement was caught, up to its savepoint', async () => {
      const { db } = await open();
      const trx = await db.startTransaction().execute();
      await trx.insertInto('message').values(row('first')).execute();
      const nested = await trx.savepoint('before').execute();
      await nested.insertInto('message').values(row('second')).execute();
      await nested.rollbackToSavepoint('before').execute();
      await trx.commit().execute();
      expect(await ids()).toEqual(['first']);
    });

    it('rolls back a transaction that waits for a statement outside itself, instead of waiting for ever', async () => {
      const { db } = await open({ maxTransactionMs: 30 });
      const trx = await db.startTransaction().execute();
      await trx.insertInto('message').values(row('a', 1)).execute();
      // the same key: the database answers when it knows whether the transaction commits
      await db.insertInto('message').values(row('a', 2)).execute();
      const late = trx.insertInto('message').values(row('late')).execute();
      await expect(late).rejects.toMatchObject({ code: 'storage.transaction_timeout', hint: expect.any(String) });
      await expect(trx.commit().execute()).rejects.toMatchObject({ code: 'storage.transaction_timeout' });
      expect(await db.selectFrom('message').select(['id', 'position']).execute()).toEqual([{ id: 'a', position: 2 }]);
    });

    it('refuses a transaction opened or ended by a raw statement and stays usable', async () => {
      const { db } = await open();
      await expect(sql`begin`.execute(db)).rejects.toMatchObject({ code: 'storage.raw_transaction' });
      const [written, ended] = await Promise.allSettled([
        db.insertInto('message').values(row('a')).execute(),
        sql`rollback`.execute(db),
      ]);
      expect(ended.status).toBe('rejected');
      // it may or may not have undone the write beside it: an acknowledged write must be stored
      expect(await ids()).toEqual(written.status === 'fulfilled' ? ['a'] : []);
      await db.insertInto('message').values(row('b')).execute();
      expect(await ids()).toContain('b');
    });

    it('refuses a parameter it cannot store without harming the others', async () => {
      const { db } = await open();
      const outcomes = await Promise.allSettled([
        db.insertInto('message').values(row('a')).execute(),
        db
          .insertInto('message')
          .values({ ...row('b'), attributes: { not: 'text' } as never })
          .execute(),
        db
          .insertInto('message')
          .values({ ...row('c'), attributes: Symbol('x') as never })
          .execute(),
      ]);
      expect(outcomes.map((outcome) => outcome.status)).toEqual(['fulfilled', 'rejected', 'rejected']);
      expect(await ids()).toEqual(['a']);
    });

    it.each([10, 100_000])('returns a blob of %i bytes and does not change the buffer of the caller', async (size) => {
      const { db } = await open();
      const payload = Buffer.alloc(size, 7);
      await db
        .insertInto('message')
        .values({ ...row('a'), payload })
        .execute();
      const { payload: stored } = await db.selectFrom('message').select('payload').executeTakeFirstOrThrow();
      expect(payload.byteLength).toBe(size);
      expect(Buffer.from(stored ?? []).equals(payload)).toBe(true);
    });

    it('runs a batch of statements whole or not at all, beside others', async () => {
      const { db, atomic } = await open();
      const insert = (id: string) => ({ query: db.insertInto('message').values(row(id)).returning('id').compile() });
      const bump = (id: string) => ({
        query: db.updateTable('message').set({ attempts: 9 }).where('id', '=', id).compile(),
        mustAffect: true,
      });
      // all others may run in any order, so they meet only rows that are there before
      expect(await atomic([insert('a'), insert('b'), bump('a')])).toMatchObject([
        { rows: [{ id: 'a' }], affected: 1 },
        { rows: [{ id: 'b' }] },
        { rows: [], affected: 1 },
      ]);
      const outcomes = await Promise.allSettled([
        atomic([insert('c'), insert('a')]),
        db.insertInto('message').values(row('d')).execute(),
        atomic([insert('e'), bump('missing')]),
        atomic([bump('a'), insert('f')]),
      ]);
      expect(outcomes).toMatchObject([
        { status: 'rejected' },
        { status: 'fulfilled' },
        { status: 'rejected', reason: { code: 'storage.guard', hint: expect.any(String) } },
        { status: 'fulfilled' },
      ]);
      expect(outcomes[0]?.status === 'rejected' && isUniqueViolation(outcomes[0].reason)).toBe(true);
      expect(await ids()).toEqual(['a', 'b', 'd', 'f']);
    });

    it('keeps a batch out of the open transaction of another caller', async () => {
      const { db, atomic } = await open();
      const inside = db.transaction().execute(async (trx) => {
        await trx.insertInto('message').values(row('undone')).execute();
        await trx.selectFrom('message').select('id').execute();
        throw new Error('changed my mind');
      });
      const batch = atomic([{ query: db.insertInto('message').values(row('kept')).compile() }]);
      await expect(inside).rejects.toThrow('changed my mind');
      await batch;
      expect(await ids()).toEqual(['kept']);
    });

    it('answers everything that was asked before it was closed', async () => {
      const { db } = await open();
      const writes = Promise.allSettled(['a', 'b'].map((id) => db.insertInto('message').values(row(id)).execute()));
      const changed = db.transaction().execute((trx) => trx.updateTable('message').set({ attempts: 1 }).execute());
      const behind = db.insertInto('message').values(row('c')).execute();
      const closed = storage.close();
      await changed;
      await behind;
      expect((await writes).every((outcome) => outcome.status === 'fulfilled')).toBe(true);
      await closed;
      await expect(db.selectFrom('message').select('id').execute()).rejects.toThrow(/destroyed/);
    });

    it('runs a prepared statement with the values of each call', async () => {
      const { db } = await open();
      await db
        .insertInto('message')
        .values([row('a', 5), row('b', 6)])
        .execute();
      const find = prepared<'position'>((marker) =>
        db.selectFrom('message').select('id').where('topic', '=', 't').where('position', '=', marker('position')),
      );
      const found = await Promise.all([5, 6].map((position) => db.executeQuery(find({ position }))));
      expect(found.map((result) => result.rows)).toEqual([[{ id: 'a' }], [{ id: 'b' }]]);
    });
  });
}
