import { decodeCursor, encodeCursor } from './cursor.ts';
import { dayOf } from './day.ts';
import type { DayFiles } from './day-files.ts';
import type { InvocationRecord, RecordPage, RecordQuery } from './types.ts';

interface Row {
  readonly seq: number;
  readonly started_at: number;
  readonly body: string;
}

/** Every attempt of a request, the first one first. */
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

export function listRecords(files: DayFiles, query: RecordQuery): RecordPage {
  const cursor = query.cursor === undefined ? undefined : decodeCursor(query.cursor);
  const [first, last] = [dayOf(query.from), dayOf(query.to - 1)];
  const days = files.days().filter((day) => day >= first && day <= (cursor?.day ?? last) && day <= last);
  const records: InvocationRecord[] = [];
  let end: string | null = null;
  for (const day of days.reverse()) {
    const file = files.get(day);
    const functionId = file.functionId(query.functionKey);
    if (functionId === undefined) continue;
    const after = cursor?.day === day ? [cursor.time, cursor.seq] : undefined;
    const outcome = query.outcome === undefined ? undefined : [query.outcome];
    const sql = `select seq, started_at, body from record
      where function_id = ? and started_at >= ? and started_at < ?
      ${after === undefined ? '' : 'and (started_at, seq) < (?, ?)'} ${outcome === undefined ? '' : 'and outcome = ?'}
      order by started_at desc, seq desc limit ?`;
    const values = [functionId, query.from, query.to, ...(after ?? []), ...(outcome ?? [])];
    for (const row of file.prepare<Row>(sql).all(...values, query.limit + 1 - records.length)) {
      if (records.length === query.limit) return { records, cursor: end };
      records.push(parse(row));
      end = encodeCursor({ mode: 'scan', day, time: row.started_at, seq: row.seq });
    }
  }
  return { records, cursor: null };
}

function parse(row: Row): InvocationRecord {
  return JSON.parse(row.body) as InvocationRecord;
}
