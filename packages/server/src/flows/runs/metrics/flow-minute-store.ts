import { sql } from 'kysely';
import type { FlowMinuteTable, Storage } from '../../../storage/index.ts';

export type FlowMinute = FlowMinuteTable;

/** Rows of one statement: SQLite takes 32,766 parameters. */
const BATCH = 1_000;

/** The counts of flows by minute. */
export class FlowMinuteStore {
  readonly #db: Storage['db'];

  constructor({ db }: Pick<Storage, 'db'>) {
    this.#db = db;
  }

  /** Adds to what is stored. `running` becomes the larger of both. */
  async add(rows: readonly FlowMinute[]): Promise<void> {
    // in one order, so that two servers do not wait for each other
    const sorted = rows.toSorted((a, b) =>
      a.flow_id < b.flow_id ? -1 : a.flow_id > b.flow_id ? 1 : a.minute - b.minute,
    );
    for (let at = 0; at < sorted.length; at += BATCH) {
      await this.#db
        .insertInto('flow_minute')
        .values(sorted.slice(at, at + BATCH))
        .onConflict((conflict) =>
          conflict.columns(['flow_id', 'minute']).doUpdateSet((eb) => ({
            count: eb('flow_minute.count', '+', eb.ref('excluded.count')),
            failed: eb('flow_minute.failed', '+', eb.ref('excluded.failed')),
            rejected: eb('flow_minute.rejected', '+', eb.ref('excluded.rejected')),
            ended: eb('flow_minute.ended', '+', eb.ref('excluded.ended')),
            duration_ms: eb('flow_minute.duration_ms', '+', eb.ref('excluded.duration_ms')),
            running: sql<number>`case when excluded.running > flow_minute.running then excluded.running
              else flow_minute.running end`,
          })),
        )
        .execute();
    }
  }

  read(
    { projectId, flowId }: { readonly projectId: string; readonly flowId?: string },
    from: number,
    to: number,
  ): Promise<FlowMinute[]> {
    return this.#db
      .selectFrom('flow_minute')
      .selectAll()
      .where('project_id', '=', projectId)
      .where('minute', '>=', from)
      .where('minute', '<=', to)
      .$if(flowId !== undefined, (query) => query.where('flow_id', '=', flowId ?? ''))
      .orderBy('minute')
      .execute();
  }

  /** Of several flows; `to` is excluded. */
  ofFlows(flowIds: readonly string[], from: number, to: number): Promise<FlowMinute[]> {
    return this.#db
      .selectFrom('flow_minute')
      .selectAll()
      .where('flow_id', 'in', [...flowIds])
      .where('minute', '>=', from)
      .where('minute', '<', to)
      .execute();
  }

  /** Runs of each flow that have not ended. */
  async active(limit: number): Promise<Array<Pick<FlowMinute, 'project_id' | 'flow_id' | 'running'>>> {
    const rows = await this.#db
      .selectFrom('flow_run')
      .select((eb) => ['project_id', 'flow_id', eb.fn.countAll<number>().as('running')])
      .where('ended_at', 'is', null)
      .groupBy(['project_id', 'flow_id'])
      .limit(limit)
      .execute();
    return rows.map((row) => ({ ...row, running: Number(row.running) }));
  }

  async purge(before: number): Promise<void> {
    await this.#db.deleteFrom('flow_minute').where('minute', '<', before).execute();
  }
}
