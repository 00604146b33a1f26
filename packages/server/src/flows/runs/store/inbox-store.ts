import type { AtomicStatement, Storage } from '../../../storage/index.ts';
import type { InboxMessage } from './run-rows.ts';

/** Messages for runs, which any server may write and the owner of the run takes. */
export class InboxStore {
  readonly #storage: Pick<Storage, 'db'>;

  constructor(storage: Pick<Storage, 'db'>) {
    this.#storage = storage;
  }

  /** False when a message with the key exists, or the run has ended. */
  async send(message: InboxMessage): Promise<boolean> {
    const { numAffectedRows } = await this.#storage.db.executeQuery(this.sending(message).query);
    return numAffectedRows === 1n;
  }

  /** The statement of `send`, for the append that leads to it. */
  sending({ run, key, message, at, announce }: InboxMessage): AtomicStatement {
    const query = this.#storage.db
      .insertInto('flow_run_inbox')
      .columns(['run', 'key', 'message', 'at', 'announce'])
      .expression((eb) =>
        eb
          .selectFrom('flow_run')
          .select((each) => [
            'run',
            each.val(key).as('key'),
            each.val(message).as('message'),
            each.cast<number>(each.val(at), 'bigint').as('at'),
            each.cast<number>(each.val(announce ? 1 : 0), 'integer').as('announce'),
          ])
          .where('run', '=', run)
          .where('ended_at', 'is', null),
      )
      .onConflict((conflict) => conflict.columns(['run', 'key']).doNothing())
      .compile();
    return { query };
  }

  /** Messages without an outcome, the oldest first. */
  open(run: string): Promise<Array<{ key: string; message: string }>> {
    return this.#storage.db
      .selectFrom('flow_run_inbox')
      .select(['key', 'message'])
      .where('run', '=', run)
      .where('outcome', 'is', null)
      .orderBy('at')
      .orderBy('key')
      .execute();
  }

  /** Messages that the run got so far. */
  async size(run: string): Promise<number> {
    const { count } = await this.#storage.db
      .selectFrom('flow_run_inbox')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where('run', '=', run)
      .executeTakeFirstOrThrow();
    return Number(count);
  }

  async outcome(run: string, key: string): Promise<'taken' | 'late' | 'open' | undefined> {
    const row = await this.#storage.db
      .selectFrom('flow_run_inbox')
      .select('outcome')
      .where('run', '=', run)
      .where('key', '=', key)
      .executeTakeFirst();
    return row === undefined ? undefined : (row.outcome ?? 'open');
  }

  /** The statement that ends a message, for the append that records it. */
  settle(run: string, key: string, outcome: 'taken' | 'late'): AtomicStatement {
    const query = this.#storage.db
      .updateTable('flow_run_inbox')
      .set({ outcome })
      .where('run', '=', run)
      .where('key', '=', key)
      .compile();
    return { query };
  }

  async settleAlone(run: string, key: string, outcome: 'taken' | 'late'): Promise<void> {
    await this.#storage.db.executeQuery(this.settle(run, key, outcome).query);
  }

  /** Runs of the owner that have messages without an outcome. */
  async runs(owner: string, limit: number): Promise<string[]> {
    const rows = await this.#storage.db
      .selectFrom('flow_run_inbox')
      .innerJoin('flow_run', 'flow_run.run', 'flow_run_inbox.run')
      .select('flow_run.run')
      .distinct()
      .where('outcome', 'is', null)
      .where('owner', '=', owner)
      .limit(limit)
      .execute();
    return rows.map(({ run }) => run);
  }
}
