import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../storage/index.ts';

/** Of a trigger and the broker or stream that it reads. */
export interface BrokerState {
  /** Why the trigger cannot read or run what it reads; undefined when it can. */
  readonly error: string | undefined;
  /** Ms since the epoch. */
  readonly since: number;
}

/** The state of the connection of each trigger, for all servers. */
export class BrokerStateStore {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  /** Does nothing when the trigger does not exist any more. */
  async note(triggerId: string, { error, since }: BrokerState): Promise<void> {
    await sql`insert into broker_state (trigger_id, error, since)
      select id, cast(${error ?? null} as text), cast(${since} as bigint)
      from (select id from function_trigger union all select id from flow_trigger) as known where id = ${triggerId}
      on conflict (trigger_id) do update set error = excluded.error, since = excluded.since`.execute(this.#db);
  }

  async of(triggerIds: readonly string[]): Promise<ReadonlyMap<string, BrokerState>> {
    if (triggerIds.length === 0) return new Map();
    const rows = await this.#db
      .selectFrom('broker_state')
      .selectAll()
      .where('trigger_id', 'in', [...triggerIds])
      .execute();
    return new Map(rows.map((row) => [row.trigger_id, { error: row.error ?? undefined, since: Number(row.since) }]));
  }
}
