import type { Storage } from '../storage/index.ts';

/** The row that holds the last saved steady time. */
export class SteadyTimeStore {
  readonly #db: Storage['db'];

  constructor({ db }: Pick<Storage, 'db'>) {
    this.#db = db;
  }

  /** Undefined before the first save. */
  async read(): Promise<number | undefined> {
    const row = await this.#db.selectFrom('steady_time').select('at').where('id', '=', 1).executeTakeFirst();
    return row?.at;
  }

  async note(at: number): Promise<void> {
    await this.#db
      .insertInto('steady_time')
      .values({ id: 1, at })
      .onConflict((conflict) => conflict.column('id').doUpdateSet({ at }))
      .execute();
  }
}
