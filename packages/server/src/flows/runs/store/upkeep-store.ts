import type { Storage } from '../../../storage/index.ts';
import type { RunRow, RunUsage } from './run-rows.ts';

/** What all runs use and need, and the removal of those that ended long ago. */
export class UpkeepStore {
  readonly #storage: Pick<Storage, 'db'>;

  constructor(storage: Pick<Storage, 'db'>) {
    this.#storage = storage;
  }

  /** Definitions that runs are pinned to, of these; `pins` of the active ones are read as text. */
  async pinned(digests: readonly string[]): Promise<Set<string>> {
    const direct = await this.#storage.db
      .selectFrom('flow_run')
      .select('definition')
      .distinct()
      .where('definition', 'in', [...digests])
      .execute();
    const found = new Set(direct.map(({ definition }) => definition));
    const texts = await this.#storage.db
      .selectFrom('flow_run')
      .select('pins')
      .distinct()
      .where('pins', '!=', '{}')
      .execute();
    for (const { pins } of texts) {
      for (const digest of Object.values(JSON.parse(pins) as Record<string, string>)) found.add(digest);
    }
    return new Set(digests.filter((digest) => found.has(digest)));
  }

  /** Stored runs and bytes of each project. */
  async usage(): Promise<RunUsage[]> {
    const rows = await this.#storage.db
      .selectFrom('flow_run')
      .select((eb) => [
        'project_id',
        eb.fn.countAll<number>().as('runs'),
        eb.fn.sum<number | string>('bytes').as('bytes'),
      ])
      .groupBy('project_id')
      .execute();
    return rows.map(({ project_id, runs, bytes }) => ({
      projectId: project_id,
      runs: Number(runs),
      bytes: Number(bytes),
    }));
  }

  /** Removes runs that ended before, at most `limit`. Returns what they used. */
  async purge(before: number, limit: number): Promise<Array<Pick<RunRow, 'project_id' | 'bytes'>>> {
    return this.#storage.db
      .deleteFrom('flow_run')
      .where('run', 'in', (eb) =>
        eb.selectFrom('flow_run').select('run').where('ended_at', '<', before).orderBy('ended_at').limit(limit),
      )
      .returning(['project_id', 'bytes'])
      .execute();
  }

  /** Removes ended runs of flows that no longer exist, at most `limit`. Returns what they used. */
  async purgeDeleted(limit: number): Promise<Array<Pick<RunRow, 'project_id' | 'bytes'>>> {
    const { db } = this.#storage;
    // the flows first: one look-up for each of them, not for each run
    const deleted = await db
      .selectFrom((eb) => eb.selectFrom('flow_run').select('flow_id').distinct().as('named'))
      .select('named.flow_id')
      .where(({ not, exists, selectFrom }) =>
        not(exists(selectFrom('flow').select('flow.id').whereRef('flow.id', '=', 'named.flow_id'))),
      )
      .limit(limit)
      .execute();
    if (deleted.length === 0) return [];
    const ids = deleted.map(({ flow_id }) => flow_id);
    return db
      .deleteFrom('flow_run')
      .where('run', 'in', (eb) =>
        eb
          .selectFrom('flow_run')
          .select('run')
          .where('flow_id', 'in', ids)
          .where('ended_at', 'is not', null)
          .limit(limit),
      )
      .returning(['project_id', 'bytes'])
      .execute();
  }
}
