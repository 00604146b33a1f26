import { type CompiledQuery, type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely';
import {
  type AtomicResult,
  type AtomicStatement,
  type MessageState,
  type MessageTable,
  prepared,
  type Schema,
  type Storage,
} from '../storage/index.ts';
import { MessageBatchStore, type SingleStatements } from './message-batch-store.ts';
import { listed } from './message-list-store.ts';
import { type Changed, type Finish, type NewRow, type SummaryRow, summaryColumns } from './row.ts';
import type { LeaseRequest, ListRequest, PageRequest } from './types.ts';

type Db = Storage['db'];
type FullRow = SummaryRow & Pick<MessageTable, 'payload' | 'position'>;
type GiveBack = { id: string; receipt: string; notBefore: number; now: number; outcome: string };
type Extend = { id: string; receipt: string; until: number };
type Claim = {
  topic: string;
  group: string;
  limit: number;
  now: number;
  until: number;
  startedAt: number;
  receipt: string;
  owner: string;
};
type Released = Pick<MessageTable, 'id' | 'topic' | 'group_key' | 'not_before' | 'state' | 'bytes'>;
type Next = { topic: string; group: string; now: number };

interface Claimer {
  /** Receipt of the messages. */
  readonly token: string;
  readonly owner: string;
  readonly now: number;
}

const fullColumns = [...summaryColumns, 'payload', 'position'] as const;

/** The statements of the queue. Each is one atomic step; retry rules are elsewhere. */
export class MessageStore {
  readonly #storage: Storage;
  readonly #db: Db;
  readonly #insert: (values: NewRow) => CompiledQuery;
  readonly #finish: Record<Finish['state'], (values: Finish) => CompiledQuery>;
  readonly #store: SingleStatements;
  readonly #giveBack: (values: GiveBack) => CompiledQuery;
  readonly #extend: (values: Extend) => CompiledQuery;
  readonly #claimOf: (values: Claim) => CompiledQuery;
  readonly #claimAny: (values: Claim) => CompiledQuery;
  readonly #nextOf: (values: Next) => CompiledQuery;
  readonly #nextAny: (values: Next) => CompiledQuery;

  constructor(storage: Storage) {
    const { db } = storage;
    this.#storage = storage;
    this.#db = db;
    this.#insert = prepared<keyof NewRow>((marker) =>
      db
        .insertInto('message')
        .values({
          id: marker('id'),
          topic: marker('topic'),
          group_key: marker('group_key'),
          payload: marker('payload'),
          attributes: marker('attributes'),
          bytes: marker('bytes'),
          state: marker('state'),
          attempts: marker('attempts'),
          position: marker('position'),
          enqueued_at: marker('enqueued_at'),
          not_before: marker('not_before'),
          expires_at: marker('expires_at'),
          leased_until: marker('leased_until'),
          receipt: marker('receipt'),
          owner: marker('owner'),
          started_at: marker('started_at'),
        })
        .onConflict((conflict) => conflict.column('id').doNothing()),
    );
    const leased = (id: never, receipt: never) =>
      db.updateTable('message').where('id', '=', id).where('receipt', '=', receipt).where('state', '=', 'leased');
    const finish = (state: Finish['state']) =>
      prepared<keyof Finish>((marker) =>
        leased(marker('id'), marker('receipt'))
          .set({ state, outcome: marker('outcome'), finished_at: marker('now'), leased_until: null, receipt: null })
          .$if(state !== 'dead', (query) => query.set({ payload: null }))
          .returning(['topic', 'state', 'group_key', 'bytes']),
      );
    this.#finish = { done: finish('done'), dead: finish('dead'), cancelled: finish('cancelled') };
    this.#giveBack = prepared<keyof GiveBack>((marker) =>
      leased(marker('id'), marker('receipt'))
        .set((eb) => readyUnlessCancelled(eb, marker('now')))
        .set({ not_before: marker('notBefore'), outcome: marker('outcome') })
        .returning(['topic', 'state', 'group_key', 'bytes']),
    );
    this.#extend = prepared<keyof Extend>((marker) =>
      leased(marker('id'), marker('receipt')).set({ leased_until: marker('until') }),
    );
    [this.#claimOf, this.#claimAny] = [claimQuery(storage, true), claimQuery(storage, false)];
    [this.#nextOf, this.#nextAny] = [nextQuery(db, true), nextQuery(db, false)];
    const single: SingleStatements = {
      insert: (row) => changed(db, this.#insert(row)),
      finish: (values) => returned(db, this.finishQuery(values)),
    };
    this.#store = storage.kind === 'postgres' ? new MessageBatchStore(storage, single) : single;
  }

  /** False when the id exists already. */
  insert(row: NewRow): Promise<boolean> {
    return this.#store.insert(row);
  }

  insertQuery(row: NewRow): CompiledQuery {
    return this.#insert(row);
  }

  letterQuery(row: NewRow & Pick<MessageTable, 'attempts' | 'outcome' | 'finished_at'>): CompiledQuery {
    return this.#db
      .insertInto('message')
      .values({ ...row, state: 'dead' })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .compile();
  }

  /** Undefined when the lease has ended. */
  finish(values: Finish): Promise<Changed | undefined> {
    return this.#store.finish(values);
  }

  /** Returns the topic and state of the message, or no row when the lease has ended. */
  finishQuery(values: Finish): CompiledQuery {
    return this.#finish[values.state](values);
  }

  /** Gives a dead message another payload. */
  fillQuery(id: string, payload: Uint8Array): CompiledQuery {
    return this.#db
      .updateTable('message')
      .set({ payload, bytes: payload.byteLength })
      .where('id', '=', id)
      .where('state', '=', 'dead')
      .compile();
  }

  atomic(statements: readonly AtomicStatement[]): Promise<readonly AtomicResult[]> {
    return this.#storage.atomic(statements);
  }

  giveBack(values: GiveBack): Promise<Changed | undefined> {
    return returned(this.#db, this.#giveBack(values));
  }

  extend(values: Extend): Promise<boolean> {
    return changed(this.#db, this.#extend(values));
  }

  async claim(
    { topic, group, limit, leaseMs }: LeaseRequest,
    { token, owner, now, startedAt }: Claimer & { readonly startedAt: number },
  ): Promise<FullRow[]> {
    const values = { topic, limit, now, until: now + leaseMs, startedAt, receipt: token, owner };
    const query = group === undefined ? this.#claimAny({ ...values, group: '' }) : this.#claimOf({ ...values, group });
    const { rows } = await this.#db.executeQuery(query);
    return (rows as FullRow[]).sort((a, b) => a.not_before - b.not_before || a.position - b.position);
  }

  /** Undefined when the message is missing or final. */
  cancel(id: string, now: number, outcome: string): Promise<Changed | undefined> {
    return this.#db
      .updateTable('message')
      .set((eb) => ({
        state: eb
          .case()
          .when('state', '=', 'ready')
          .then('cancelled' as const)
          .else(eb.ref('state'))
          .end(),
        payload: eb.case().when('state', '=', 'ready').then(null).else(eb.ref('payload')).end(),
        finished_at: eb.case().when('state', '=', 'ready').then(time(eb, now)).else(null).end(),
        outcome: eb.case().when('state', '=', 'ready').then(outcome).else(eb.ref('outcome')).end(),
        cancel_at: now,
      }))
      .where('id', '=', id)
      .where('state', 'in', ['ready', 'leased'])
      .returning(['topic', 'state', 'group_key', 'bytes'])
      .executeTakeFirst();
  }

  /** Ends leases of the owner, at most `limit`, that end at `leasedUntil` or before. */
  releaseExpired(owner: string, leasedUntil: number, now: number, limit: number): Promise<Released[]> {
    return this.#release(now, limit, (eb) => eb.and([eb('leased_until', '<=', leasedUntil), eb('owner', '=', owner)]));
  }

  /** Ends leases, at most `limit`, whose owner is neither `self` nor among the servers. */
  releaseOrphaned(self: string, now: number, limit: number): Promise<Released[]> {
    return this.#release(now, limit, (eb) =>
      eb.or([
        eb('owner', 'is', null),
        eb.and([eb('owner', '!=', self), eb('owner', 'not in', eb.selectFrom('server').select('server.id'))]),
      ]),
    );
  }

  #release(now: number, limit: number, which: (eb: MessageBuilder) => Expression<SqlBool>): Promise<Released[]> {
    return this.#db
      .with(
        (cte) => cte('overdue').materialized(),
        (db) =>
          db
            .selectFrom('message')
            .select('id')
            .where('state', '=', 'leased')
            .where(which)
            .orderBy('leased_until')
            .limit(limit),
      )
      .updateTable('message')
      .set((eb) => readyUnlessCancelled(eb, now))
      .where('id', 'in', (eb) => eb.selectFrom('overdue').select('overdue.id'))
      .where('state', '=', 'leased')
      .where(which)
      .returning(['id', 'topic', 'group_key', 'not_before', 'state', 'bytes'])
      .execute();
  }

  async claimExpired(request: Omit<LeaseRequest, 'group'>, { token, owner, now }: Claimer): Promise<FullRow[]> {
    const rows = await this.#db
      .with(
        (cte) => cte('overdue').materialized(),
        (db) =>
          db
            .selectFrom('message')
            .select('id')
            .where('topic', '=', request.topic)
            .where('state', '=', 'ready')
            .where('expires_at', '<=', now)
            .orderBy('expires_at')
            .limit(request.limit),
      )
      .updateTable('message')
      .set({ state: 'leased' as const, leased_until: now + request.leaseMs, receipt: token, owner })
      .where('id', 'in', (eb) => eb.selectFrom('overdue').select('overdue.id'))
      .where('state', '=', 'ready')
      .returning(fullColumns)
      .execute();
    return rows.sort((a, b) => a.position - b.position);
  }

  async nextDue(topic: string, now: number, group: string | undefined): Promise<number | null> {
    const query = group === undefined ? this.#nextAny({ topic, now, group: '' }) : this.#nextOf({ topic, now, group });
    const { rows } = await this.#db.executeQuery(query);
    return (rows[0] as Pick<MessageTable, 'not_before'> | undefined)?.not_before ?? null;
  }

  async readyGroups(topic: string): Promise<Array<{ group: string; dueAt: number }>> {
    if (this.#storage.kind === 'postgres') {
      const first = sql`select group_key, not_before from message where topic = ${topic} and state = 'ready'`;
      const order = sql`order by group_key, not_before limit 1`;
      // One look into the index for each group: the backlog of a group is not read.
      // what begins with "select" is a read: each server looks several times a second, and a write costs a commit
      const { rows } = await sql<{ group: string; dueAt: number }>`select group_key as "group", not_before as "dueAt"
        from (with recursive known as (
          (${first} ${order})
          union all
          select next.* from known cross join lateral (${first} and group_key > known.group_key ${order}) as next
        ) select * from known) as known`.execute(this.#db);
      return rows;
    }
    return this.#db
      .selectFrom('message')
      .select((eb) => ['group_key as group', eb.fn.min('not_before').as('dueAt')])
      .where('topic', '=', topic)
      .where('state', '=', 'ready')
      .groupBy('group_key')
      .execute();
  }

  /** The earliest of the leases of an owner in all topics and the expiries of one topic. */
  async nextReap(topic: string, owner: string): Promise<number | null> {
    const lease = this.#db
      .selectFrom('message')
      .select((eb) => eb.fn.min('leased_until').as('at'))
      .where('state', '=', 'leased')
      .where('owner', '=', owner);
    const expiry = this.#db
      .selectFrom('message')
      .select((eb) => eb.fn.min('expires_at').as('at'))
      .where('topic', '=', topic)
      .where('state', '=', 'ready')
      .where('expires_at', 'is not', null);
    const [first, second] = await Promise.all([lease.executeTakeFirst(), expiry.executeTakeFirst()]);
    const times = [first?.at, second?.at].filter((at) => typeof at === 'number');
    return times.length === 0 ? null : Math.min(...times);
  }

  /** Sums over ready and leased messages. One query per state, each answered from an index of that state. */
  async unfinished(): Promise<Array<{ topic: string; group: string; messages: number; bytes: number | string }>> {
    const ready = this.#db
      .selectFrom('message')
      .select((eb) => [
        'topic',
        'group_key as group',
        eb.fn.countAll<number>().as('messages'),
        eb.fn.sum<number | string>('bytes').as('bytes'),
      ])
      .where('state', '=', 'ready')
      .groupBy(['topic', 'group_key'])
      .execute();
    const leased = this.#db
      .selectFrom('message')
      .select((eb) => ['topic', 'group_key as group', eb.lit(1).as('messages'), 'bytes'])
      .where('state', '=', 'leased')
      .execute();
    return (await Promise.all([ready, leased])).flat();
  }

  async cancelRequested(ids: readonly string[]): Promise<string[]> {
    if (ids.length === 0) return [];
    const rows = await this.#db
      .selectFrom('message')
      .select('id')
      .where('id', 'in', [...ids])
      .where('state', '=', 'leased')
      .where('cancel_at', 'is not', null)
      .execute();
    return rows.map(({ id }) => id);
  }

  get(id: string): Promise<FullRow | undefined> {
    return this.#db.selectFrom('message').select(fullColumns).where('id', '=', id).executeTakeFirst();
  }

  /** A row more than the limit when there are more. */
  list(request: PageRequest): Promise<SummaryRow[]> {
    return listed(this.#db, request)
      .select(summaryColumns)
      .orderBy('position', 'desc')
      .orderBy('id', 'desc')
      .limit(request.limit + 1)
      .offset(request.offset ?? 0)
      .execute();
  }

  async count(request: ListRequest, most: number): Promise<number> {
    const { count } = await this.#db
      .selectFrom(listed(this.#db, request).select('id').limit(most).as('listed'))
      .select(({ fn }) => fn.countAll<number | string>().as('count'))
      .executeTakeFirstOrThrow();
    return Number(count);
  }

  /** Reads every message of the topic. */
  counts(topic: string): Promise<Array<{ state: MessageState; count: number }>> {
    return this.#db
      .selectFrom('message')
      .select((eb) => ['state', eb.fn.countAll<number>().as('count')])
      .where('topic', '=', topic)
      .groupBy('state')
      .execute();
  }

  async restampFuture(now: number, states: readonly MessageState[]): Promise<void> {
    await this.#db
      .updateTable('message')
      .set({ finished_at: now })
      .where('state', 'in', [...states])
      .where('finished_at', '>', now)
      .execute();
  }

  async deleteFinished(before: number, states: readonly MessageState[], limit: number): Promise<number> {
    const result = await this.#db
      .deleteFrom('message')
      .where('id', 'in', (eb) =>
        eb
          .selectFrom('message')
          .select('id')
          .where('state', 'in', [...states])
          .where('finished_at', '<', before)
          .limit(limit),
      )
      .executeTakeFirst();
    return Number(result.numDeletedRows);
  }
}

/**
 * The rows to take are fixed before the update looks at them: as a plain subquery the choice could be evaluated again
 * while others claim, and take more than `limit`. In PostgreSQL, rows locked by another session are skipped.
 */
function claimQuery({ db, kind }: Storage, ofGroup: boolean): (values: Claim) => CompiledQuery {
  return prepared<keyof Claim>((marker) =>
    db
      .with(
        (cte) => cte('claimed').materialized(),
        (from) =>
          from
            .selectFrom('message')
            .select('id')
            .where('topic', '=', marker('topic'))
            .where('state', '=', 'ready')
            .where('not_before', '<=', marker('now'))
            .where((eb) => unexpired(eb, marker('now')))
            .$if(ofGroup, (query) => query.where('group_key', '=', marker('group')))
            .orderBy('not_before')
            .orderBy('position')
            .limit(marker('limit'))
            .$if(kind === 'postgres', (query) => query.forUpdate().skipLocked()),
      )
      .updateTable('message')
      .set((eb) => ({
        state: 'leased' as const,
        attempts: eb('attempts', '+', 1),
        leased_until: marker('until'),
        receipt: marker('receipt'),
        owner: marker('owner'),
        started_at: eb.fn.coalesce('started_at', time(eb, marker('startedAt'))),
      }))
      .where('id', 'in', (eb) => eb.selectFrom('claimed').select('claimed.id'))
      .where('state', '=', 'ready')
      .returning(fullColumns),
  );
}

function nextQuery(db: Db, ofGroup: boolean): (values: Next) => CompiledQuery {
  return prepared<keyof Next>((marker) =>
    db
      .selectFrom('message')
      .select('not_before')
      .where('topic', '=', marker('topic'))
      .where('state', '=', 'ready')
      .where((eb) => unexpired(eb, marker('now')))
      .$if(ofGroup, (query) => query.where('group_key', '=', marker('group')))
      .orderBy('not_before')
      .limit(1),
  );
}

type MessageBuilder = ExpressionBuilder<Schema, 'message'>;

function unexpired(eb: MessageBuilder, now: number) {
  return eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', now)]);
}

/** A parameter that is the value of a CASE: PostgreSQL would infer text. */
function time(eb: MessageBuilder, ms: number) {
  return eb.cast<number>(eb.val(ms), 'bigint');
}

/** The columns after a lease that ended without a result. */
function readyUnlessCancelled(eb: MessageBuilder, now: number) {
  const uncancelled = eb('cancel_at', 'is', null);
  return {
    state: eb
      .case()
      .when(uncancelled)
      .then('ready' as const)
      .else('cancelled' as const)
      .end(),
    payload: eb.case().when(uncancelled).then(eb.ref('payload')).else(null).end(),
    finished_at: eb.case().when(uncancelled).then(null).else(time(eb, now)).end(),
    leased_until: null,
    receipt: null,
  };
}

async function changed(db: Db, query: CompiledQuery): Promise<boolean> {
  const result = await db.executeQuery(query);
  return result.numAffectedRows === 1n;
}

async function returned(db: Db, query: CompiledQuery): Promise<Changed | undefined> {
  const result = await db.executeQuery(query);
  return result.rows[0] as Changed | undefined;
}
