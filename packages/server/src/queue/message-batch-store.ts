import { type CompiledQuery, sql } from 'kysely';
import { isRefusedValue, prepared, type Storage } from '../storage/index.ts';
import { Coalescer } from './coalescer.ts';
import type { Changed, Finish, NewRow } from './row.ts';

/** Larger payloads travel by themselves, as bytes: here they are base64 in JSON. */
const MAX_PAYLOAD = 32 * 1024;

/** The statements for one message each. */
export interface SingleStatements {
  insert(row: NewRow): Promise<boolean>;
  finish(values: Finish): Promise<Changed | undefined>;
}

/**
 * Enqueues and finishes of many callers, each in one statement and one commit. PostgreSQL needs it: a commit, and a
 * statement sent by itself, cost far more than a row.
 */
export class MessageBatchStore implements SingleStatements {
  readonly #alone: SingleStatements;
  readonly #inserts: Coalescer<NewRow, boolean>;
  readonly #finishes: Coalescer<Finish, Changed | undefined>;

  constructor({ db }: Pick<Storage, 'db'>, alone: SingleStatements) {
    this.#alone = alone;
    const insertMany = prepared<'rows'>((marker) => ({ compile: () => insertion(marker('rows')).compile(db) }));
    const finishMany = prepared<'rows'>((marker) => ({ compile: () => finishing(marker('rows')).compile(db) }));
    const run = async <Row>(query: CompiledQuery): Promise<Row[]> => (await db.executeQuery(query)).rows as Row[];
    this.#inserts = new Coalescer({
      async together(rows) {
        const json = JSON.stringify(rows.map((row) => ({ ...row, payload: base64(row.payload) })));
        const stored = new Set((await run<{ id: string }>(insertMany({ rows: json }))).map(({ id }) => id));
        // of several with the same id the first is stored
        return rows.map(({ id }) => stored.delete(id));
      },
      alone: (row) => alone.insert(row),
      isRefusal: isRefusedValue,
    });
    this.#finishes = new Coalescer({
      async together(ends) {
        // of several ends of one lease the first counts
        const first = new Map(ends.toReversed().map((end) => [keyOf(end), end]));
        const rows = await run<Changed & Pick<Finish, 'id' | 'receipt'>>(
          finishMany({ rows: JSON.stringify([...first.values()]) }),
        );
        const changed = new Map(rows.map((row) => [keyOf(row), row]));
        return ends.map((end) => (first.get(keyOf(end)) === end ? changed.get(keyOf(end)) : undefined));
      },
      alone: (end) => alone.finish(end),
      isRefusal: isRefusedValue,
    });
  }

  insert(row: NewRow): Promise<boolean> {
    const names = `${row.id}${row.topic}${row.group_key}`;
    if (!isJsonText(names) || (row.payload?.byteLength ?? 0) > MAX_PAYLOAD) return this.#alone.insert(row);
    return this.#inserts.add(row);
  }

  finish(end: Finish): Promise<Changed | undefined> {
    return isJsonText(keyOf(end)) ? this.#finishes.add(end) : this.#alone.finish(end);
  }
}

/** JSON of PostgreSQL holds neither U+0000 nor half a surrogate pair. */
function isJsonText(text: string): boolean {
  return !/[\0\p{Surrogate}]/u.test(text);
}

function keyOf({ id, receipt }: Pick<Finish, 'id' | 'receipt'>): string {
  return `${receipt}.${id}`;
}

function base64(payload: NewRow['payload']): string | null {
  return payload === null
    ? null
    : Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('base64');
}

function insertion(rows: never) {
  return sql`insert into message (id, topic, group_key, payload, attributes, bytes, state, attempts, position,
      enqueued_at, not_before, expires_at, leased_until, receipt, owner, started_at)
    select id, topic, group_key, decode(payload, 'base64'), attributes, bytes, state, attempts, position,
      enqueued_at, not_before, expires_at, leased_until, receipt, owner, started_at
    from json_to_recordset(${rows}) as row (id text, topic text, group_key text, payload text, attributes text,
      bytes bigint, state text, attempts integer, position bigint, enqueued_at bigint, not_before bigint,
      expires_at bigint, leased_until bigint, receipt text, owner text, started_at bigint)
    on conflict (id) do nothing returning id`;
}

/** Only leased messages have a receipt. A condition on the state would make the database read all leased messages. */
function finishing(rows: never) {
  return sql`update message set state = ended.state, outcome = ended.outcome, finished_at = ended.now,
      leased_until = null, receipt = null, payload = case when ended.state = 'dead' then payload end
    from json_to_recordset(${rows}) as ended (id text collate "C", receipt text collate "C", state text, now bigint,
      outcome text)
    where message.id = ended.id and message.receipt = ended.receipt
    returning message.id, ended.receipt, topic, message.state, group_key, bytes`;
}
