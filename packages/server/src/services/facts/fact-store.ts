import { sql } from 'kysely';
import { type AtomicStatement, prepared, type Storage } from '../../storage/index.ts';
import type { ProjectBacklog } from '../backlog.ts';
import type { Fact } from './types.ts';

type Row = { [K in 'id' | 'projectId' | 'source' | 'at' | 'depth' | 'body' | 'bytes']: unknown };

/** The statements of facts. */
export class FactStore {
  readonly #storage: Pick<Storage, 'db' | 'kind'>;
  readonly #insert: (row: Row) => AtomicStatement['query'];

  constructor(storage: Pick<Storage, 'db' | 'kind'>) {
    this.#storage = storage;
    const { db } = storage;
    this.#insert = prepared<keyof Row>((marker) => ({
      compile: () =>
        sql`insert into fact (id, project_id, source, at, depth, body, bytes)
          select cast(${marker('id')} as text), cast(${marker('projectId')} as text), cast(${marker('source')} as text),
            cast(${marker('at')} as bigint), cast(${marker('depth')} as integer), cast(${marker('body')} as text),
            cast(${marker('bytes')} as bigint)
          where exists (select 1 from function_trigger where source = ${marker('source')} and active = 1)
            or exists (select 1 from flow_trigger where source = ${marker('source')})`.compile(db),
    }));
  }

  /** Adds the fact if a trigger listens to its source. */
  add(fact: Fact, body: string): AtomicStatement {
    const { id, projectId, source, at, depth } = fact;
    return { query: this.#insert({ id, projectId, source, at, depth, body, bytes: Buffer.byteLength(body) }) };
  }

  /** Oldest first: at most `limit`, and no more than one once they have `bytes` together. */
  async oldest(room: { readonly limit: number; readonly bytes: number }, without: readonly string[]): Promise<Fact[]> {
    const { db } = this.#storage;
    const rows = await db
      .with('oldest', (cte) =>
        cte
          .selectFrom('fact')
          .selectAll()
          .$if(without.length > 0, (query) => query.where('project_id', 'not in', [...without]))
          .orderBy('at')
          .orderBy('id')
          .limit(room.limit),
      )
      .with('summed', (cte) =>
        cte
          .selectFrom('oldest')
          .selectAll()
          .select(sql<number>`sum(bytes) over (order by at, id) - bytes`.as('before')),
      )
      .selectFrom('summed')
      .selectAll()
      .where('before', '<', room.bytes)
      .orderBy('at')
      .orderBy('id')
      .execute();
    return rows.map(({ id, project_id, source, at, depth, body }) => ({
      id,
      projectId: project_id,
      source,
      at: Number(at),
      depth,
      body: JSON.parse(body) as Fact['body'],
    }));
  }

  remove(ids: readonly string[]): AtomicStatement {
    const query = this.#storage.db.deleteFrom('fact').where('id', 'in', [...ids]);
    return { query: query.compile() };
  }

  async usage(): Promise<ProjectBacklog[]> {
    const rows = await this.#storage.db
      .selectFrom('fact')
      .select((eb) => ['project_id', eb.fn.countAll<number>().as('entries'), eb.fn.sum<number>('bytes').as('bytes')])
      .groupBy('project_id')
      .execute();
    return rows.map((row) => ({ projectId: row.project_id, entries: Number(row.entries), bytes: Number(row.bytes) }));
  }
}
