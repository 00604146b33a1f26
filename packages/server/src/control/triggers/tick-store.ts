import type { Kysely } from 'kysely';
import { type AtomicStatement, prepared, type Schema } from '../../storage/index.ts';
import type { Firing, Trigger } from './types.ts';

type Fired = NonNullable<Trigger['fired']>;

interface Tick extends Firing {
  readonly id: string;
  readonly modifiedAt: number;
}

/** The last tick of each timer, in the table of its trigger. */
export class TickStore {
  readonly #db: Kysely<Schema>;
  /** Both tables have these columns. */
  readonly #table: 'function_trigger';
  readonly #note: (tick: Tick) => AtomicStatement['query'];

  constructor(db: Kysely<Schema>, table: 'function_trigger' | 'flow_trigger') {
    this.#db = db;
    this.#table = table as 'function_trigger';
    this.#note = prepared<keyof Tick>((marker) =>
      db
        .updateTable(this.#table)
        .set({ fired_at: marker('tick'), fired_steady: marker('steady') })
        .where('id', '=', marker('id'))
        .where('modified_at', '=', marker('modifiedAt'))
        // a disabled trigger of a flow has no row
        .$if(table === 'function_trigger', (query) => query.where('active', '=', 1))
        .where((eb) =>
          eb.or([
            eb('fired_at', 'is', null),
            eb('fired_at', '<', marker('tick')),
            eb('fired_steady', '<=', marker('lastBefore')),
          ]),
        ),
    );
  }

  /** Notes a tick. Affects no row when it or a later one was noted, or the trigger was changed, disabled or removed. */
  note({ id, modifiedAt }: Pick<Trigger, 'id' | 'modifiedAt'>, firing: Firing): AtomicStatement {
    return { query: this.#note({ id, modifiedAt, ...firing }), mustAffect: true };
  }

  /** Of all timers that have fired. */
  async last(): Promise<Map<string, Fired>> {
    const rows = await this.#db.selectFrom(this.#table).select(['id', 'fired_at', 'fired_steady']).execute();
    return new Map(
      rows.flatMap((row) => {
        const fired = firedIn(row);
        return fired === undefined ? [] : [[row.id, fired] as const];
      }),
    );
  }
}

/** The last tick in a row of a trigger. */
export function firedIn(row: { readonly fired_at: number | null; readonly fired_steady: number | null }) {
  return row.fired_at === null ? undefined : { tick: Number(row.fired_at), steady: Number(row.fired_steady ?? 0) };
}
