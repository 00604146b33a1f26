import { decodeCursor, encodeCursor } from './cursor.ts';
import { dayOf } from './day.ts';
import type { DayFiles } from './day-files.ts';
import type { InvocationRecord, RecordPage, RecordQuery } from './types.ts';

interface Row {
  readonly seq: number;
  readonly started_at: number;
  readonly body: string;
}

interface ScannedRow extends Row {
  /** 1 when the record matches the query. */
  readonly found: number;
}

/** Records read between two checks of the time. */
const LOOK_EVERY = 500;

/** Every attempt of a request, in order. */
export function findAttempts(files: DayFiles, requestId: string): InvocationRecord[] {
  const found: InvocationRecord[] = [];
  for (const day of files.days().reverse()) {
    const rows = files
      .get(day)
      .prepare<Row>('select seq, started_at, body from record where request_id = ? order by seq desc limit 1000')
      .all(requestId);
    found.push(...rows.map(parse));
  }
  return found.sort((a, b) => a.startedAt - b.startedAt || a.attempt - b.attempt);
}

/** Returns the records found so far, with a cursor, when the search exceeds the budget. */
export function listRecords(files: DayFiles, query: RecordQuery, budgetMs = Number.POSITIVE_INFINITY): RecordPage {
  const cursor = query.cursor === undefined ? undefined : decodeCursor(query.cursor);
  const [first, last] = [dayOf(query.from), dayOf(query.to - 1)];
  const days = files.days().filter((day) => day >= first && day <= (cursor?.day ?? last) && day <= last);
  const records: InvocationRecord[] = [];
  const until = performance.now() + budgetMs;
  const condition = conditionOf(query);
  let looked = 0;
  let end: string | null = null;
  for (const day of days.reverse()) {
    const file = files.get(day);
    const functionId = file.functionId(query.functionKey);
    if (functionId === undefined) continue;
    const after = cursor?.day === day ? [cursor.time, cursor.seq] : undefined;
    const sql = `select seq, started_at, ${condition.sql} as found, case when ${condition.sql} then body end as body
      from record where function_id = ? and started_at >= ? and started_at < ?
      ${after === undefined ? '' : 'and (started_at, seq) < (?, ?)'} ${condition.narrow}
      order by started_at desc, seq desc`;
    const values = [...condition.values, ...condition.values, functionId, query.from, query.to, ...(after ?? [])];
    for (const row of file.prepare<ScannedRow>(sql).iterate(...values)) {
      if (row.found === 1 && records.length === query.limit) return { records, cursor: end };
      if (row.found === 1) records.push(parse(row));
      looked += 1;
      end = encodeCursor({ mode: 'scan', day, time: row.started_at, seq: row.seq });
      if (looked % LOOK_EVERY === 0 && performance.now() > until) return { records, cursor: end };
    }
  }
  return { records, cursor: null };
}

interface Condition {
  /** 1 or 0 for a row. */
  readonly sql: string;
  readonly values: readonly (string | number)[];
  /** Condition that an index can answer. */
  readonly narrow: string;
}

function conditionOf(query: RecordQuery): Condition {
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
  const onlyFailed = cause !== undefined || (result !== undefined && result !== 'success');
  const narrow = onlyFailed || (outcome !== undefined && outcome !== 'ok') ? "and outcome <> 'ok'" : '';
  return { sql: parts.length === 0 ? '1' : `(${parts.join(' and ')})`, values, narrow };
}

function parse(row: Row): InvocationRecord {
  return JSON.parse(row.body) as InvocationRecord;
}
