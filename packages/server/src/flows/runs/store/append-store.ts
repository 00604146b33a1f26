import { type CompiledQuery, sql } from 'kysely';
import { Coalescer } from '../../../queue/index.ts';
import { type AtomicStatement, isGuard, isRefusedValue, prepared, type Storage } from '../../../storage/index.ts';
import type { Append } from './append.ts';

/** Larger appends travel by themselves. */
const MAX_BATCHED = 64 * 1024;

type Names = 'run' | 'seq' | 'next' | 'epoch' | 'bytes' | 'at' | 'end';
type Values = Readonly<Record<Names, unknown>>;

/**
 * Appends to the logs of runs. On SQLite the statements of one moment share a commit; PostgreSQL, where a commit costs far
 * more than a row, gets the appends of many runs as one statement.
 */
export class AppendStore {
  readonly #storage: Pick<Storage, 'atomic'>;
  readonly #advance: (values: Values) => CompiledQuery;
  readonly #wake: (values: Values) => CompiledQuery;
  readonly #end: (values: Values) => CompiledQuery;
  readonly #insert: (values: Pick<Append, 'run' | 'seq' | 'events'>) => CompiledQuery;
  readonly #together: Coalescer<Append, boolean> | undefined;

  constructor(storage: Pick<Storage, 'db' | 'kind' | 'atomic'>) {
    this.#storage = storage;
    const { db } = storage;
    const advance = (more: 'end' | 'wake' | 'none') =>
      prepared<Names>((marker) =>
        db
          .updateTable('flow_run')
          .set((eb) => ({
            next_seq: marker('next'),
            bytes: eb('bytes', '+', marker('bytes')),
            updated_at: marker('at'),
            ...(more === 'wake' ? { wake_at: 0 } : {}),
            ...(more === 'end' ? { status: marker('end'), ended_at: marker('at'), wake_at: null, owner: null } : {}),
          }))
          .where('run', '=', marker('run'))
          .where('next_seq', '=', marker('seq'))
          .where('epoch', '=', marker('epoch')),
      );
    [this.#advance, this.#wake, this.#end] = [advance('none'), advance('wake'), advance('end')];
    this.#insert = prepared((marker) =>
      db.insertInto('flow_run_event').values({ run: marker('run'), seq: marker('seq'), events: marker('events') }),
    );
    if (storage.kind === 'postgres') {
      const many = prepared<'rows'>((marker) => ({ compile: () => appending(marker('rows')).compile(db) }));
      this.#together = new Coalescer({
        together: async (appends) => {
          // of several for one event the first counts
          const first = new Map(appends.toReversed().map((append) => [append.run, append]));
          const rows = [...first.values()].map(({ also: _, ...append }) => ({ ...append, end: append.end ?? null }));
          const { rows: done } = await db.executeQuery(many({ rows: JSON.stringify(rows) }));
          const stored = new Set((done as { run: string }[]).map(({ run }) => run));
          return appends.map((append) => first.get(append.run) === append && stored.has(append.run));
        },
        alone: (append) => this.#alone(append),
        isRefusal: isRefusedValue,
      });
    }
  }

  /** On disk when it resolves; false, without any change, when the event exists or the run has another owner. */
  append(append: Append): Promise<boolean> {
    const { also = [], events } = append;
    if (this.#together === undefined || also.length > 0 || events.length > MAX_BATCHED) return this.#alone(append);
    return this.#together.add(append);
  }

  /** The statement that adds the first events of a new run. */
  first(run: string, events: string): AtomicStatement {
    return { query: this.#insert({ run, seq: 0, events }) };
  }

  async #alone({ also = [], count, wakes, ...append }: Append): Promise<boolean> {
    const values = { ...append, end: append.end ?? null, next: append.seq + count };
    const statement = append.end !== undefined ? this.#end : wakes === true ? this.#wake : this.#advance;
    const update = statement(values);
    try {
      await this.#storage.atomic([{ query: update, mustAffect: true }, { query: this.#insert(append) }, ...also]);
      return true;
    } catch (error) {
      if (isGuard(error)) return false;
      throw error;
    }
  }
}

function appending(rows: never) {
  return sql`with given as (select * from json_to_recordset(${rows}) as row (run text, seq bigint, count bigint,
      epoch bigint, events text, bytes bigint, at bigint, "end" text, wakes boolean)),
    moved as (update flow_run set next_seq = given.seq + given.count, bytes = flow_run.bytes + given.bytes,
        updated_at = given.at, status = coalesce(given."end", status),
        ended_at = case when given."end" is null then ended_at else given.at end,
        wake_at = case when given."end" is not null then null when given.wakes then 0 else wake_at end,
        owner = case when given."end" is null then owner end
      from given where flow_run.run = given.run collate "C" and flow_run.next_seq = given.seq
        and flow_run.epoch = given.epoch
      returning flow_run.run, given.seq, given.events)
    insert into flow_run_event (run, seq, events) select run, seq, events from moved returning run`;
}
