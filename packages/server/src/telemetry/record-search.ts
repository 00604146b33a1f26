import { causeOf, resultOf } from '@funcgraph/api/causes';
import { onlyFailed, recordsDown, recordsOf } from './chunk-table.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { dayOf } from './day.ts';
import type { DayFile } from './day-file.ts';
import type { DayFiles } from './day-files.ts';
import { durationOf } from './metrics/rollup.ts';
import { oldRecordsDown, oldRecordsOf } from './old-records.ts';
import type { InvocationRecord, RecordPage, RecordQuery } from './types.ts';

/** Records read between two checks of the time. */
const LOOK_EVERY = 500;

interface Position {
  readonly time: number;
  readonly seq: number;
}

interface FoundRow {
  readonly seq: number;
  readonly startedAt: number;
  /** Undefined when the record does not match the query. */
  readonly record: InvocationRecord | undefined;
}

/** Every attempt of a request, in order. */
export function findAttempts(files: DayFiles, requestId: string): InvocationRecord[] {
  const found: InvocationRecord[] = [];
  for (const day of files.days().reverse()) {
    const file = files.get(day);
    found.push(...recordsOf(file, requestId).map(({ record }) => record));
    if (file.hasOldRecords) found.push(...oldRecordsOf(file, requestId));
  }
  return found.sort((a, b) => a.startedAt - b.startedAt || a.attempt - b.attempt);
}

/** Returns the records found so far, with a cursor, when the search exceeds the budget. */
export function listRecords(files: DayFiles, query: RecordQuery, budgetMs = Number.POSITIVE_INFINITY): RecordPage {
  const cursor = query.cursor === undefined ? undefined : decodeCursor(query.cursor);
  const [first, last] = [dayOf(query.from), dayOf(query.to - 1)];
  const days = files.days().filter((day) => day >= first && day <= (cursor?.day ?? last) && day <= last);
  const records: InvocationRecord[] = [];
  const places: string[] = [];
  const placed = query.places === true ? { places } : {};
  const until = performance.now() + budgetMs;
  let looked = 0;
  let end: string | null = null;
  for (const day of days.reverse()) {
    const file = files.get(day);
    const functionId = file.functionId(query.functionKey);
    if (functionId === undefined) continue;
    for (const row of rowsDown(file, functionId, query, cursor?.day === day ? cursor : undefined)) {
      if (row.record !== undefined && records.length === query.limit) return { records, cursor: end, ...placed };
      looked += 1;
      end = encodeCursor({ mode: 'scan', day, time: row.startedAt, seq: row.seq });
      if (row.record !== undefined) {
        records.push(row.record);
        if (query.places === true) places.push(end);
      }
      if (looked % LOOK_EVERY === 0 && performance.now() > until) return { records, cursor: end, ...placed };
    }
  }
  return { records, cursor: null, ...placed };
}

/** Rows of both tables of a file. An update of the server stores chunks behind the old rows, not between them. */
function* rowsDown(
  file: DayFile,
  functionId: number,
  query: RecordQuery,
  after: Position | undefined,
): Generator<FoundRow> {
  const chunked = matching(recordsDown(file, functionId, query, after), query);
  if (!file.hasOldRecords) return yield* chunked;
  yield* mergeDown(chunked, oldRecordsDown(file, functionId, query, after));
}

function* matching(rows: Iterable<FoundRow>, query: RecordQuery): Generator<FoundRow> {
  const skipsOk = onlyFailed(query);
  for (const row of rows) {
    if (row.record === undefined || (skipsOk && row.record.outcome === 'ok')) continue;
    yield matches(row.record, query) ? row : { ...row, record: undefined };
  }
}

function* mergeDown(one: Generator<FoundRow>, other: Generator<FoundRow>): Generator<FoundRow> {
  try {
    let [a, b] = [one.next(), other.next()];
    while (a.done !== true || b.done !== true) {
      const takesA = b.done === true || (a.done !== true && isLater(a.value, b.value));
      if (takesA) {
        if (a.done !== true) yield a.value;
        a = one.next();
      } else {
        if (b.done !== true) yield b.value;
        b = other.next();
      }
    }
  } finally {
    // ends their statements
    one.return(undefined);
    other.return(undefined);
  }
}

function isLater(a: FoundRow, b: FoundRow): boolean {
  return a.startedAt > b.startedAt || (a.startedAt === b.startedAt && a.seq > b.seq);
}

function matches(record: InvocationRecord, query: RecordQuery): boolean {
  const { outcome, version, alias, result, cause, cold, minDurationMs } = query;
  return (
    (outcome === undefined || record.outcome === outcome) &&
    (version === undefined || record.version === version) &&
    (alias === undefined || (record.alias ?? '') === alias) &&
    (cause === undefined || causeOf(record.outcome, record.component ?? '') === cause) &&
    (cold === undefined || record.cold === cold) &&
    (minDurationMs === undefined || durationOf(record) >= minDurationMs) &&
    (result === undefined || resultOf(record.outcome) === result)
  );
}
