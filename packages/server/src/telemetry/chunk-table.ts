import type Database from 'better-sqlite3';
import { durationOf } from './metrics/rollup.ts';
import { derivedLines } from './platform-lines.ts';
import { ID_SPAN_MS, type RecordChunk, START_SPAN_MS, timeOfId, unpackRecords } from './record-chunk.ts';
import type { InvocationRecord, RecordQuery } from './types.ts';

/**
 * Records of one function and batch are one row. `seq` is the position of the first one; those of the others follow.
 * Ids that begin with the time need no index of their own: `made_from` and `made_to` are the times of a chunk's ids.
 * Each record has two positions among the lines of the file, from `line_seq` on, for the lines that are made from it;
 * `lines_from` and `lines_to` are their times.
 */
export const CHUNK_SCHEMA = `
  create table if not exists chunk (
    seq integer primary key, function_id integer not null, count integer not null, started_from integer not null,
    started_to integer not null, made_from integer, made_to integer, failed integer not null, cold integer not null,
    max_ms real not null, body text not null, line_seq integer, lines_from integer, lines_to integer
  );
  create index if not exists chunk_function on chunk (function_id, started_to, started_from);
  create index if not exists chunk_failed on chunk (function_id, started_to, started_from) where failed > 0;
  create index if not exists chunk_made on chunk (made_from, made_to) where made_from is not null;
  create index if not exists chunk_line_seq on chunk (function_id, line_seq) where line_seq is not null;
  create index if not exists chunk_lines_from on chunk (function_id, lines_from, lines_to) where line_seq is not null;
  create index if not exists chunk_lines_to on chunk (function_id, lines_to, lines_from) where line_seq is not null;
  create table if not exists other_id (
    request_id text not null, chunk integer not null, primary key (request_id, chunk)
  ) without rowid;
`;

/** The part of a day's file that this module needs. */
interface Statements {
  prepare<Row>(sql: string): Database.Statement<unknown[], Row>;
}

export interface ChunkRow {
  readonly seq: number;
  readonly count: number;
  readonly started_to: number;
  readonly body: string;
  /** Null when no line is made from the records. */
  readonly line_seq: number | null;
  readonly lines_from: number;
  readonly lines_to: number;
}

export interface PlacedRecord {
  readonly seq: number;
  /** Whole ms. */
  readonly startedAt: number;
  readonly record: InvocationRecord;
}

interface ChunkToInsert {
  readonly seq: number;
  readonly functionId: number;
  readonly chunk: RecordChunk;
  /** Position of the first line, if lines are made of the records. */
  readonly lineSeq: number;
  /** Those of the chunk. */
  readonly records: readonly InvocationRecord[];
}

export function insertChunk(file: Statements, { seq, functionId, chunk, lineSeq, records }: ChunkToInsert): void {
  const starts = records.map(({ startedAt }) => Math.floor(startedAt));
  const times = records.map(({ requestId }) => timeOfId(requestId));
  const made = times.filter((time) => time !== undefined);
  const lines = records.flatMap((record) => derivedLines(record, 0)).map(({ time }) => time);
  file
    .prepare('insert into chunk values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
    .run(
      ...[seq, functionId, chunk.count, Math.min(...starts), Math.max(...starts)],
      ...(made.length === 0 ? [null, null] : [Math.min(...made), Math.max(...made)]),
      records.filter(({ outcome }) => outcome !== 'ok').length,
      records.filter(({ cold }) => cold).length,
      Math.max(...records.map(durationOf)),
      JSON.stringify(chunk),
      ...(lines.length === 0 ? [null, null, null] : [lineSeq, Math.min(...lines), Math.max(...lines)]),
    );
  const other = file.prepare('insert or ignore into other_id values (?, ?)');
  for (const [at, { requestId }] of records.entries()) if (times[at] === undefined) other.run(requestId, seq);
}

/** Position of the last record. */
export function lastRecord(file: Statements): number {
  const last = file
    .prepare<{ seq: number }>('select seq + count - 1 as seq from chunk order by seq desc limit 1')
    .get();
  return last?.seq ?? 0;
}

/** Position of the last line that is made from a record. */
export function lastDerived(file: Statements): number {
  const last = file
    .prepare<{ seq: number }>(
      'select line_seq + 2 * count - 1 as seq from chunk where line_seq is not null order by seq desc limit 1',
    )
    .get();
  return last?.seq ?? 0;
}

/** The records behind a position, in the order of writing, chunk by chunk. */
export function* chunksAfter(file: Statements, seq: number): Generator<readonly InvocationRecord[]> {
  const next = file.prepare<ChunkRow>('select * from chunk where seq > ? order by seq limit 1');
  for (let row = next.get(seq); row !== undefined; row = next.get(row.seq)) yield unpackRow(row);
}

/** The records of a function, latest start first, behind a position; of a query's other conditions only some count. */
export function* recordsDown(
  file: Statements,
  functionId: number,
  query: RecordQuery,
  after: { readonly time: number; readonly seq: number } | undefined,
): Generator<PlacedRecord> {
  const to = after === undefined ? query.to : Math.min(query.to, after.time + 1);
  const rows = file
    .prepare<ChunkRow>(
      `select seq, count, started_to, body from chunk
      where function_id = ? and started_to >= ? and started_to < ? and started_from < ?
        and cold >= ? and max_ms >= ? ${onlyFailed(query) ? 'and failed > 0' : ''}
      order by started_to desc, seq desc`,
    )
    .iterate(functionId, query.from, to + START_SPAN_MS, to, query.cold === true ? 1 : 0, query.minDurationMs ?? 0);
  const isWithin = ({ startedAt, seq }: PlacedRecord): boolean =>
    startedAt >= query.from &&
    startedAt < to &&
    (after === undefined || startedAt < after.time || (startedAt === after.time && seq < after.seq));
  let held: PlacedRecord[] = [];
  for (const row of rows) {
    // later chunks have no later start
    for (let last = held.at(-1); last !== undefined && last.startedAt > row.started_to; last = held.at(-1)) {
      yield last;
      held.pop();
    }
    held = [...held, ...placed(row).filter(isWithin)].sort((a, b) => a.startedAt - b.startedAt || a.seq - b.seq);
  }
  yield* held.reverse();
}

/** The records with the id, of one function or of all. */
export function recordsOf(
  file: Statements,
  requestId: string,
  functionId?: number,
): { readonly record: InvocationRecord; readonly lineSeq: number | null }[] {
  const time = timeOfId(requestId);
  const [from, values] =
    time === undefined
      ? ['other_id join chunk on chunk.seq = other_id.chunk where request_id = ?', [requestId]]
      : [
          'chunk where made_from > ? and made_from <= ? and made_to >= ? and instr(body, ?) > 0',
          [time - ID_SPAN_MS, time, time, requestId],
        ];
  const sql = `select chunk.* from ${from} ${functionId === undefined ? '' : 'and +function_id = ?'} order by seq desc limit 1000`;
  const rows = file.prepare<ChunkRow>(sql).all(...values, ...(functionId === undefined ? [] : [functionId]));
  return rows.flatMap((row) =>
    unpackRow(row)
      .map((record, at) => ({ record, lineSeq: row.line_seq === null ? null : row.line_seq + 2 * at }))
      .filter(({ record }) => record.requestId === requestId),
  );
}

function placed(row: ChunkRow): PlacedRecord[] {
  return unpackRow(row).map((record, at) => ({
    seq: row.seq + at,
    startedAt: Math.floor(record.startedAt),
    record,
  }));
}

export function unpackRow({ body }: Pick<ChunkRow, 'body'>): InvocationRecord[] {
  return unpackRecords(JSON.parse(body) as RecordChunk);
}

/** Whether no successful record matches. */
export function onlyFailed({ result, outcome, cause }: RecordQuery): boolean {
  return (
    cause !== undefined || (result !== undefined && result !== 'success') || (outcome !== undefined && outcome !== 'ok')
  );
}
