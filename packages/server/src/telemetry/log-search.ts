import { type Cursor, decodeCursor, encodeCursor } from './cursor.ts';
import { type Day, dayOf } from './day.ts';
import type { DayFile, LineRow } from './day-file.ts';
import type { DayFiles } from './day-files.ts';
import { derivedFilter } from './derived-filter.ts';
import { compare, derivedBySeq, derivedByTime, derivedOfRequest, type Step } from './derived-lines.ts';
import { type LogLine, type LogPage, type LogQuery, logLevels } from './types.ts';

/** Rows read between two checks of the time. */
const scanWindow = 20_000;
const wordWindow = 100_000;

interface Position {
  readonly time: number;
  readonly seq: number;
}

/** The part of a page from one day; `stopped` is where the time ran out. */
interface DayResult {
  readonly rows: readonly LineRow[];
  readonly stopped: Position | undefined;
}

interface Search {
  readonly query: LogQuery;
  readonly want: number;
  readonly after: Position | undefined;
  readonly outOfTime: () => boolean;
}

/** Answers a query from the files of its days. Searches for about `budgetMs`, then returns the rows found so far. */
export function searchLogs(files: DayFiles, query: LogQuery, budgetMs: number): LogPage {
  const words = query.byTime === true ? undefined : wordsOf(query.keyword);
  const cursor = query.cursor === undefined ? undefined : decodeCursor(query.cursor);
  const mode = cursor?.mode ?? (words === undefined ? 'scan' : 'words');
  const deadline = performance.now() + budgetMs;
  const page = searchDays(files, query, { mode, cursor, words, deadline });
  const nothing = page.lines.length === 0 && page.cursor === null && cursor === undefined;
  if (mode === 'words' && nothing) return searchDays(files, query, { mode: 'scan', cursor, words, deadline });
  return page;
}

function searchDays(
  files: DayFiles,
  query: LogQuery,
  how: { mode: Cursor['mode']; cursor: Cursor | undefined; words: string | undefined; deadline: number },
): LogPage {
  const { mode, cursor, words } = how;
  const lines: LogLine[] = [];
  const places: string[] = [];
  const placed = query.places === true ? { places, byWords: mode === 'words' } : {};
  let last: Cursor | undefined;
  for (const day of daysOf(files, query, cursor)) {
    const file = files.get(day);
    const functionId = file.functionId(query.functionKey);
    if (functionId === undefined) continue;
    const search: Search = {
      query,
      // One more row than fits shows whether there is another page.
      want: query.limit + 1 - lines.length,
      after: cursor?.day === day ? cursor : undefined,
      outOfTime: () => performance.now() > how.deadline,
    };
    const { rows, stopped } = searchFile(file, functionId, search, mode === 'words' ? words : undefined);
    for (const row of rows) {
      if (lines.length === query.limit && last !== undefined) {
        return { lines, cursor: encodeCursor(last), complete: true, ...placed };
      }
      lines.push(toLine(row, query.functionKey));
      last = { mode, day, time: row.time, seq: row.seq };
      if (query.places === true) places.push(encodeCursor(last));
    }
    if (stopped !== undefined)
      return { lines, cursor: encodeCursor({ mode, day, ...stopped }), complete: false, ...placed };
  }
  return { lines, cursor: null, complete: true, ...placed };
}

function daysOf(files: DayFiles, query: LogQuery, cursor: Cursor | undefined): Day[] {
  const first = dayOf(query.from);
  const last = dayOf(query.to - 1);
  const days = files.days().filter((day) => day >= first && day <= last);
  if (query.order === 'desc') days.reverse();
  if (cursor === undefined) return days;
  return days.filter((day) => (query.order === 'desc' ? day <= cursor.day : day >= cursor.day));
}

const columns = 'l.seq, l.time, l.version, l.request_id, l.instance_id, l.level, l.message';

/** Lines that are stored and those made from records, in one order. */
function searchFile(file: DayFile, functionId: number, search: Search, words: string | undefined): DayResult {
  const bySeq = words !== undefined;
  const descending = search.query.order === 'desc';
  const order = bySeq ? (a: Position, b: Position): number => a.seq - b.seq : compare;
  const streams = [
    bySeq ? storedBySeq(file, functionId, search, words) : storedByTime(file, functionId, search),
    derived(file, functionId, search, bySeq),
  ];
  const rows: LineRow[] = [];
  try {
    const heads = streams.map((stream) => stream.next());
    for (;;) {
      let first = -1;
      for (const [at, head] of heads.entries()) {
        const best = heads[first];
        if (head.done === true) continue;
        const isFirst = best === undefined || best.done === true || order(head.value, best.value) < 0 !== descending;
        if (isFirst) first = at;
      }
      const [stream, head] = [streams[first], heads[first]];
      if (stream === undefined || head === undefined || head.done === true) return { rows, stopped: undefined };
      const { time, seq, row } = head.value;
      if (row !== undefined) rows.push(row);
      if (rows.length >= search.want) return { rows, stopped: undefined };
      if (row === undefined && search.outOfTime()) return { rows, stopped: { time, seq } };
      heads[first] = stream.next();
    }
  } finally {
    // ends their statements
    for (const stream of streams) stream.return(undefined);
  }
}

function derived(file: DayFile, functionId: number, { query, after }: Search, bySeq: boolean): Generator<Step> {
  const { from, to, requestId } = query;
  const filter = derivedFilter(file, functionId, query, bySeq);
  if (filter === undefined) return noSteps();
  const range = { from, to, after, descending: query.order === 'desc', ...filter };
  if (requestId !== undefined) return derivedOfRequest(file, functionId, { ...range, requestId, bySeq });
  return bySeq ? derivedBySeq(file, functionId, range) : derivedByTime(file, functionId, range);
}

function* noSteps(): Generator<Step> {}

/** In order of time, along the index of the function or of the request. */
function* storedByTime(file: DayFile, functionId: number, search: Search): Generator<Step> {
  const { query, want } = search;
  const [down, before, notPast] = query.order === 'desc' ? ['desc', '<', '>='] : ['', '>', '<='];
  const lead = query.requestId === undefined ? 'l.function_id = ?' : "l.request_id = ? and l.request_id <> ''";
  const leadValue = query.requestId ?? functionId;
  const range = `${lead} and l.time >= ? and l.time < ?`;
  const order = `order by l.time ${down}, l.seq ${down}`;
  const filter = filterOf(query, functionId);
  const text = query.keyword === undefined ? undefined : substring(query.keyword);
  let position = search.after;
  for (let left = want; ; ) {
    const behind = position === undefined ? '' : `and (l.time, l.seq) ${before} (?, ?)`;
    const bounds = [leadValue, query.from, query.to, ...(position === undefined ? [] : [position.time, position.seq])];
    const edge = file
      .prepare<Position>(`select l.time, l.seq from line l where ${range} ${behind} ${order} limit 1 offset ?`)
      .get(...bounds, scanWindow - 1);
    const window = edge === undefined ? '' : `and (l.time, l.seq) ${notPast} (?, ?)`;
    const sql = `select ${columns} from line l where ${range} ${behind} ${window} ${filter.sql} ${text?.sql ?? ''} ${order} limit ?`;
    const values = [...bounds, ...(edge === undefined ? [] : [edge.time, edge.seq]), ...filter.values];
    const found = file.prepare<LineRow>(sql).all(...values, ...(text?.values ?? []), left);
    for (const row of found) yield { time: row.time, seq: row.seq, row };
    left -= found.length;
    if (left <= 0 || edge === undefined) return;
    yield edge;
    position = edge;
  }
}

/**
 * In order of arrival, along the index of words. CROSS JOIN keeps SQLite from reading the lines first, which is slower
 * by orders of magnitude.
 */
function* storedBySeq(file: DayFile, functionId: number, search: Search, words: string): Generator<Step> {
  const { query, want } = search;
  const span = file
    .prepare<{ low: number | null; high: number | null }>(
      'select min(seq) as low, max(seq) as high from line where function_id = ? and time >= ? and time < ?',
    )
    .get(functionId, query.from, query.to);
  if (span === undefined || span.low === null || span.high === null) return;
  const descending = query.order === 'desc';
  let { low, high } = { low: span.low, high: span.high };
  if (search.after !== undefined) {
    if (descending) high = Math.min(high, search.after.seq - 1);
    else low = Math.max(low, search.after.seq + 1);
  }
  const filter = filterOf(query, functionId);
  const request = query.requestId === undefined ? '' : 'and l.request_id = ?';
  const sql = `select ${columns} from line_word w cross join line l on l.seq = w.rowid
    where line_word match ? and w.rowid between ? and ? and l.time >= ? and l.time < ? ${filter.sql} ${request}
    order by w.rowid ${descending ? 'desc' : ''} limit ?`;
  const statement = file.prepare<LineRow>(sql);
  const tail = [...filter.values, ...(query.requestId === undefined ? [] : [query.requestId])];
  for (let left = want; low <= high; ) {
    const from = descending ? Math.max(low, high - wordWindow + 1) : low;
    const to = descending ? high : Math.min(high, low + wordWindow - 1);
    const found = statement.all(words, from, to, query.from, query.to, ...tail, left);
    for (const row of found) yield { time: row.time, seq: row.seq, row };
    left -= found.length;
    if (left <= 0) return;
    if (descending) high = from - 1;
    else low = to + 1;
    if (low <= high) yield { time: 0, seq: descending ? high + 1 : low - 1 };
  }
}

function filterOf(query: LogQuery, functionId: number): { sql: string; values: unknown[] } {
  const parts = ['and l.function_id = ?'];
  const values: unknown[] = [functionId];
  if (query.instanceId !== undefined) {
    parts.push('and l.instance_id = ?');
    values.push(query.instanceId);
  }
  if (query.versions !== undefined) {
    parts.push(`and l.version in (${query.versions.map(() => '?').join(', ')})`);
    values.push(...query.versions);
  }
  if (query.levels !== undefined) {
    // Four levels make at most sixteen different statements.
    const levels = logLevels
      .map((_, index) => index)
      .filter((index) => query.levels?.includes(logLevels[index] ?? 'INFO'));
    parts.push(`and l.level in (${levels.join(', ')})`);
  }
  return { sql: parts.join(' '), values };
}

function substring(keyword: string): { sql: string; values: unknown[] } {
  if (!/[A-Za-z]/.test(keyword)) return { sql: 'and instr(l.message, ?) > 0', values: [keyword] };
  // SQLite's lower() handles ASCII only, so the keyword is folded in the same way.
  const folded = keyword.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  return { sql: 'and instr(lower(l.message), ?) > 0', values: [folded] };
}

/** The keyword as an FTS5 expression, or undefined unless it consists of ASCII words; quoting makes operators words. */
function wordsOf(keyword: string | undefined): string | undefined {
  if (keyword === undefined || !/^[A-Za-z0-9]+( +[A-Za-z0-9]+)*$/.test(keyword)) return undefined;
  return keyword
    .split(/ +/)
    .map((word) => `"${word}"`)
    .join(' ');
}

function toLine(row: LineRow, functionKey: string): LogLine {
  return {
    time: row.time,
    functionKey,
    version: row.version,
    requestId: row.request_id,
    instanceId: row.instance_id,
    level: logLevels[row.level] ?? 'INFO',
    message: row.message,
  };
}
