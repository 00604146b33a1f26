import { type Kysely, sql } from 'kysely';
import type { AtomicStatement, Schema } from '../../storage/index.ts';
import type { Positions } from './log-reader.ts';

interface Position {
  readonly triggerId: string;
  readonly folder: string;
  readonly day: string;
  readonly seq: number;
  /** The stored position until now; undefined for none. */
  readonly before: number | undefined;
}

/** Lines are counted from 1. */
const NO_LINE = -1;

/** Up to which line triggers have read the logs in the folder of a server. */
export class LogPositionStore {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  async of(triggerId: string, folder: string): Promise<Positions> {
    const rows = await this.#db
      .selectFrom('log_position')
      .select(['day', 'seq'])
      .where('trigger_id', '=', triggerId)
      .where('folder', '=', folder)
      .execute();
    return new Map(rows.map(({ day, seq }) => [day, Number(seq)]));
  }

  /** Affects no row when the trigger, of a function or a flow, is disabled or deleted, or another position is stored. */
  move({ triggerId, folder, day, seq, before }: Position): AtomicStatement {
    const query = sql`insert into log_position (trigger_id, folder, day, seq)
      select id, cast(${folder} as text), cast(${day} as text), cast(${seq} as bigint)
      from (select id from function_trigger where active = 1 union all select id from flow_trigger) as enabled
      where id = ${triggerId}
      on conflict (trigger_id, folder, day) do update set seq = excluded.seq
      where log_position.seq = ${before ?? NO_LINE}`.compile(this.#db);
    return { query, mustAffect: true };
  }

  /** Without an event. */
  async skip(position: Position): Promise<void> {
    await this.#db.executeQuery(this.move(position).query);
  }

  /** Removes those of days before `oldest`, and of triggers that do not exist any more. */
  async sweep(oldest: string): Promise<void> {
    await this.#db
      .deleteFrom('log_position')
      .where((eb) =>
        eb.or([
          eb('day', '<', oldest),
          eb(
            'trigger_id',
            'not in',
            eb.selectFrom('function_trigger').select('id').union(eb.selectFrom('flow_trigger').select('id')),
          ),
        ]),
      )
      .execute();
  }
}
