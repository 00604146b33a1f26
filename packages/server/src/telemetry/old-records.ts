import { causeOf } from '@funcgraph/api/causes';
import type Database from 'better-sqlite3';
import { onlyFailed } from './chunk-table.ts';
import { durationOf } from './metrics/rollup.ts';
import type { InvocationRecord, RecordQuery } from './types.ts';

/** Files of earlier releases have a table with a row for each record. It is only read. */

/** Columns that filter lists of records, besides function, time and outcome; the first releases had none of them. */
const RECORD_COLUMNS = [
  "version text not null default ''",
  "alias text not null default ''",
  "cause text not null default ''",
  'cold integer not null default 0',
  'duration_ms real not null default 0',
];

/** The part of a day's file that this module needs. */
interface Statements {
  prepare<Row>(sql: string): Database.Statement<unknown[], Row>;
}

interface StoredRecord {
  readonly seq: number;
  readonly body: string;
}

export interface OldRow {
  readonly seq: number;
  readonly startedAt: number;
  /** Undefined when the record does not match the query. */
  readonly record: InvocationRecord | undefined;
}

export function hasOldRecords(file: Statements): boolean {
  return file.prepare("select 1 from sqlite_master where type = 'table' and name = 'record'").get() !== undefined;
}

/** Position of the last record. */
export function lastOldRecord(file: Statements): number {
  return file.prepare<{ seq: number }>('select coalesce(max(seq), 0) as seq from record').get()?.seq ?? 0;
}

export function addColumns(file: Statements): void {
  const known = file.prepare<{ name: string }>("select name from pragma_table_info('record')").all();
  if (known.some(({ name }) => name === 'cause')) return;
  for (const column of RECORD_COLUMNS) file.prepare(`alter table record add column ${column}`).run();
  const update = file.prepare(
    'update record set version = ?, alias = ?, cause = ?, cold = ?, duration_ms = ? where seq = ?',
  );
  for (const rows of rowsAfter(file, 0)) {
    for (const { seq, body } of rows) {
      const record = JSON.parse(body) as InvocationRecord;
      const { outcome, component, version, alias, cold } = record;
      update.run(version, alias ?? '', causeOf(outcome, component ?? ''), cold ? 1 : 0, durationOf(record), seq);
    }
  }
}

/** The records behind a position, in the order of writing. */
export function* oldRecordsAfter(file: Statements, seq: number): Generator<readonly InvocationRecord[]> {
  for (const rows of rowsAfter(file, seq)) yield rows.map(parse);
}

/** The records of a function, latest start first, behind a position. */
export function* oldRecordsDown(
  file: Statements,
  functionId: number,
  query: RecordQuery,
  after: { readonly time: number; readonly seq: number } | undefined,
): Generator<OldRow> {
  const { sql: condition, values } = conditionOf(query);
  const sql = `select seq, started_at, case when ${condition} then body end as body
    from record where function_id = ? and started_at >= ? and started_at < ?
    ${after === undefined ? '' : 'and (started_at, seq) < (?, ?)'} ${onlyFailed(query) ? "and outcome <> 'ok'" : ''}
    order by started_at desc, seq desc`;
  const rows = file
    .prepare<{ seq: number; started_at: number; body: string | null }>(sql)
    .iterate(...values, functionId, query.from, query.to, ...(after === undefined ? [] : [after.time, after.seq]));
  for (const { seq, started_at: startedAt, body } of rows) {
    yield { seq, startedAt, record: body === null ? undefined : parse({ body }) };
  }
}

/** The records with the id. */
export function oldRecordsOf(file: Statements, requestId: string): InvocationRecord[] {
  return file
    .prepare<StoredRecord>('select seq, body from record where request_id = ? order by seq desc limit 1000')
    .all(requestId)
    .map(parse);
}

function* rowsAfter(file: Statements, seq: number): Generator<readonly StoredRecord[]> {
  const some = file.prepare<StoredRecord>('select seq, body from record where seq > ? order by seq limit 1000');
  for (let rows = some.all(seq); rows.length > 0; rows = some.all(rows.at(-1)?.seq ?? 0)) yield rows;
}

function parse({ body }: Pick<StoredRecord, 'body'>): InvocationRecord {
  return JSON.parse(body) as InvocationRecord;
}

function conditionOf(query: RecordQuery): { sql: string; values: (string | number)[] } {
  const parts: string[] = [];
  const values: (string | number)[] = [];
  const add = (part: string, ...more: (string | number)[]): void => {
    parts.push(part);
    values.push(...more);
  };
  const { outcome, version, alias, result, cause, cold, minDurationMs } = query;
  if (outcome !== undefined) add('outcome = ?', outcome);
  if (version !== undefined) add('version = ?', version);
  if (alias !== undefined) add('alias = ?', alias);
  if (cause !== undefined) add('cause = ?', cause);
  if (cold !== undefined) add('cold = ?', cold ? 1 : 0);
  if (minDurationMs !== undefined) add('duration_ms >= ?', minDurationMs);
  if (result === 'success') add("outcome = 'ok'");
  if (result === 'rejected') add("outcome = 'throttled'");
  if (result === 'failed') add("outcome not in ('ok', 'throttled')");
  return { sql: parts.length === 0 ? '1' : `(${parts.join(' and ')})`, values };
}
