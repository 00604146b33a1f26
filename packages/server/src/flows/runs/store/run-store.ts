import type { CompiledQuery } from 'kysely';
import { type AtomicStatement, isGuard, isUniqueViolation, prepared, type Storage } from '../../../storage/index.ts';
import type { Append, Payload } from './append.ts';
import { AppendStore } from './append-store.ts';
import { InboxStore } from './inbox-store.ts';
import { PayloadStore } from './payload-store.ts';
import { LIST_COLUMNS, type ListedRun, type RunFilter, type RunRow, type StoredRun } from './run-rows.ts';
import { UpkeepStore } from './upkeep-store.ts';

/** Runs and their logs. It holds no rules. */
export class RunStore {
  readonly inbox: InboxStore;
  readonly payloads: PayloadStore;
  readonly upkeep: UpkeepStore;
  readonly #storage: Storage;
  readonly #appends: AppendStore;
  readonly #insert: (values: RunRow) => CompiledQuery;

  constructor(storage: Storage) {
    this.#storage = storage;
    this.inbox = new InboxStore(storage);
    this.payloads = new PayloadStore(storage);
    this.upkeep = new UpkeepStore(storage);
    this.#appends = new AppendStore(storage);
    const { db } = storage;
    this.#insert = prepared<keyof RunRow>((marker) =>
      db.insertInto('flow_run').values({
        run: marker('run'),
        id: marker('id'),
        project_id: marker('project_id'),
        flow_id: marker('flow_id'),
        definition: marker('definition'),
        pins: marker('pins'),
        mode: marker('mode'),
        identity: marker('identity'),
        started_by: marker('started_by'),
        headers: marker('headers'),
        request: marker('request'),
        status: marker('status'),
        stop_at: null,
        next_seq: marker('next_seq'),
        bytes: marker('bytes'),
        started_at: marker('started_at'),
        updated_at: marker('updated_at'),
        ended_at: null,
        wake_at: marker('wake_at'),
        owner: marker('owner'),
        epoch: 1,
        parent_run: marker('parent_run'),
        parent_exec: marker('parent_exec'),
        parent_attempt: marker('parent_attempt'),
        origin_run: marker('origin_run'),
        origin_kind: marker('origin_kind'),
      }),
    );
  }

  /** False, without any change, when the run exists already. A failed guard of `also` rejects it. */
  async create(
    row: RunRow,
    events: string | undefined,
    payloads: readonly Payload[],
    also: readonly AtomicStatement[] = [],
  ): Promise<boolean> {
    const { run } = row;
    try {
      await this.#storage.atomic([
        { query: this.#insert(row) },
        ...payloads.map((payload) => this.payloads.putting(run, payload)),
        ...(events === undefined ? [] : [this.#appends.first(run, events)]),
        ...also,
      ]);
      return true;
    } catch (error) {
      if (isUniqueViolation(error)) return false;
      throw error;
    }
  }

  /** See `AppendStore.append`. */
  append(append: Append): Promise<boolean> {
    return this.#appends.append(append);
  }

  row(run: string): Promise<RunRow | undefined> {
    return this.#storage.db.selectFrom('flow_run').selectAll().where('run', '=', run).executeTakeFirst();
  }

  /** Undefined when the run has ended, or another owner. */
  async load(run: string, owner: string): Promise<StoredRun | undefined> {
    const { db } = this.#storage;
    const row = await this.row(run);
    if (row === undefined || row.owner !== owner || row.ended_at !== null) return undefined;
    const snapshot = await db
      .selectFrom('flow_run_snapshot')
      .select(['seq', 'state'])
      .where('run', '=', run)
      .executeTakeFirst();
    const from = snapshot?.seq ?? 0;
    const events = await this.events(run, from, Number.MAX_SAFE_INTEGER);
    return { row, events: events.map((each) => each.events), from, snapshot: snapshot?.state };
  }

  /** Appends that begin at this number or later, in their order. */
  events(run: string, from: number, limit: number): Promise<Array<{ seq: number; events: string }>> {
    return this.#storage.db
      .selectFrom('flow_run_event')
      .select(['seq', 'events'])
      .where('run', '=', run)
      .where('seq', '>=', from)
      .orderBy('seq')
      .limit(limit)
      .execute();
  }

  /** The number of the last append that begins at `seq` or before. */
  async appendBefore(run: string, seq: number): Promise<number> {
    const row = await this.#storage.db
      .selectFrom('flow_run_event')
      .select('seq')
      .where('run', '=', run)
      .where('seq', '<=', seq)
      .orderBy('seq', 'desc')
      .limit(1)
      .executeTakeFirst();
    return row?.seq ?? 0;
  }

  async saveSnapshot(run: string, seq: number, state: string): Promise<void> {
    await this.#storage.db
      .insertInto('flow_run_snapshot')
      .values({ run, seq, state })
      .onConflict((conflict) => conflict.column('run').doUpdateSet({ seq, state }))
      .execute();
  }

  /** The owner needs it in memory at this time; never, except for a message, when null. False for another owner. */
  async sleep(run: string, epoch: number, wakeAt: number | null): Promise<boolean> {
    const result = await this.#storage.db
      .updateTable('flow_run')
      .set({ wake_at: wakeAt })
      .where('run', '=', run)
      .where('epoch', '=', epoch)
      .where('ended_at', 'is', null)
      .executeTakeFirst();
    return result.numUpdatedRows === 1n;
  }

  /** Takes over every run that has not ended and whose owner has no row in `server` any more. Returns how many. */
  async claim(owner: string): Promise<number> {
    const result = await this.#storage.db
      .updateTable('flow_run')
      .set((eb) => ({ owner, epoch: eb('epoch', '+', 1) }))
      .where('ended_at', 'is', null)
      .where((eb) =>
        eb.or([
          eb('owner', 'is', null),
          eb.and([eb('owner', '!=', owner), eb('owner', 'not in', eb.selectFrom('server').select('server.id'))]),
        ]),
      )
      .executeTakeFirst();
    return Number(result.numUpdatedRows);
  }

  /** Runs of the owner that must be loaded by `now`, the longest due first, without those of some projects. */
  due(
    owner: string,
    now: number,
    limit: number,
    without: readonly string[] = [],
  ): Promise<Array<Pick<RunRow, 'run' | 'project_id'>>> {
    return this.#storage.db
      .selectFrom('flow_run')
      .select(['run', 'project_id'])
      .where('owner', '=', owner)
      .where('wake_at', '<=', now)
      .$if(without.length > 0, (query) => query.where('project_id', 'not in', [...without]))
      .orderBy('wake_at')
      .limit(limit)
      .execute();
  }

  /** When the next run of the owner must be loaded. */
  async nextDue(owner: string, after: number): Promise<number | undefined> {
    const row = await this.#storage.db
      .selectFrom('flow_run')
      .select((eb) => eb.fn.min('wake_at').as('at'))
      .where('owner', '=', owner)
      .where('wake_at', '>', after)
      .executeTakeFirst();
    return row?.at ?? undefined;
  }

  async markStop(run: string, at: number): Promise<void> {
    await this.#storage.db
      .updateTable('flow_run')
      .set((eb) => ({ stop_at: eb.fn.coalesce('stop_at', eb.cast<number>(eb.val(at), 'bigint')) }))
      .where('run', '=', run)
      .where('ended_at', 'is', null)
      .execute();
  }

  /** Newest first. */
  async list(filter: RunFilter): Promise<{ runs: ListedRun[]; total: number }> {
    const { flowId, status, stopping, from, to, offset, limit } = filter;
    const matching = this.#storage.db
      .selectFrom('flow_run')
      .where('flow_id', '=', flowId)
      .where('started_at', '>=', from)
      .where('started_at', '<', to)
      .$if(status !== undefined, (query) => query.where('status', '=', status ?? 'running'))
      .$if(stopping === true, (query) => query.where('stop_at', 'is not', null))
      .$if(stopping === false, (query) => query.where('stop_at', 'is', null));
    const [runs, count] = await Promise.all([
      matching
        .select(LIST_COLUMNS)
        .orderBy('started_at', 'desc')
        .orderBy('run', 'desc')
        .offset(offset)
        .limit(limit)
        .execute(),
      matching.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow(),
    ]);
    return { runs, total: Number(count.total) };
  }

  async hasActive(flowId: string): Promise<boolean> {
    const row = await this.#storage.db
      .selectFrom('flow_run')
      .select('run')
      .where('flow_id', '=', flowId)
      .where('ended_at', 'is', null)
      .limit(1)
      .executeTakeFirst();
    return row !== undefined;
  }

  /** Ids of the runs that this one started and that have not ended. */
  children(run: string): Promise<Array<Pick<RunRow, 'run' | 'parent_exec' | 'parent_attempt'>>> {
    return this.#storage.db
      .selectFrom('flow_run')
      .select(['run', 'parent_exec', 'parent_attempt'])
      .where('parent_run', '=', run)
      .where('ended_at', 'is', null)
      .execute();
  }

  /** Removes a run that leaves no history, together with other statements. False for another owner. */
  async remove(run: string, epoch: number, also: readonly AtomicStatement[] = []): Promise<boolean> {
    const query = this.#storage.db.deleteFrom('flow_run').where('run', '=', run).where('epoch', '=', epoch).compile();
    try {
      await this.#storage.atomic([{ query, mustAffect: true }, ...also]);
      return true;
    } catch (error) {
      if (isGuard(error)) return false;
      throw error;
    }
  }
}
