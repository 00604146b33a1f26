import { type ChunkRow, recordsOf, unpackRow } from './chunk-table.ts';
import type { DayFile, LineRow } from './day-file.ts';
import { type DerivedLine, derivedLines, textOf } from './platform-lines.ts';
import { LINE_SPAN_MS, MAX_CHUNK } from './record-chunk.ts';
import { logLevels } from './types.ts';

/** A search has passed this position; with a row that matches, or none. */
export interface Step {
  readonly time: number;
  readonly seq: number;
  readonly row?: LineRow & { readonly depth?: number };
}

interface Position {
  readonly time: number;
  readonly seq: number;
}

interface LineRange {
  /** Ms since the epoch. */
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  readonly after: Position | undefined;
  readonly descending: boolean;
  readonly matches: (line: DerivedLine) => boolean;
  /** No line of a successful request matches. */
  readonly onlyFailed: boolean;
}

const COLUMNS = 'seq, count, line_seq, lines_from, lines_to, body';
const INFO = logLevels.indexOf('INFO');

/** The lines of a function in order of time. A step without a row follows each chunk. */
export function* derivedByTime(file: DayFile, functionId: number, range: LineRange): Generator<Step> {
  const { after, descending, matches } = range;
  const from = descending || after === undefined ? range.from : Math.max(range.from, after.time);
  const to = descending && after !== undefined ? Math.min(range.to, after.time + 1) : range.to;
  const isWithin = isShown(file, functionId, from, to);
  const isBehind = (line: Position): boolean => after === undefined || sign * compare(line, after) > 0;
  const sign = descending ? -1 : 1;
  const made = madeOf(range);
  const rows = descending
    ? file
        .prepare<ChunkRow>(
          `select ${COLUMNS} from chunk where function_id = ? and lines_to >= ? and lines_to < ? and lines_from < ?
          ${made} order by lines_to desc, seq desc`,
        )
        .iterate(functionId, from, to + LINE_SPAN_MS, to)
    : file
        .prepare<ChunkRow>(
          `select ${COLUMNS} from chunk where function_id = ? and lines_from >= ? and lines_from < ? and lines_to >= ?
          ${made} order by lines_from, seq`,
        )
        .iterate(functionId, from - LINE_SPAN_MS, to, from);
  // the next one at the end
  let held: DerivedLine[] = [];
  for (const row of rows) {
    const edge = descending ? row.lines_to : row.lines_from;
    for (let next = held.at(-1); next !== undefined && sign * (next.time - edge) < 0; next = held.at(-1)) {
      if (matches(next)) yield stepOf(next);
      held.pop();
    }
    // lines before the edge are all passed; a search that stops here must not begin here again
    const passed = descending ? { time: edge + 1, seq: 0 } : { time: edge - 1, seq: Number.MAX_SAFE_INTEGER };
    if (passed.time >= from && passed.time < to && isBehind(passed)) yield passed;
    const lines = linesOf(row).filter((line) => isWithin(line) && isBehind(line));
    if (lines.length > 0) held = [...held, ...lines].sort((a, b) => sign * compare(b, a));
  }
  for (const line of held.reverse()) if (matches(line)) yield stepOf(line);
}

/** The lines of a function in the order of writing. A step without a row follows each chunk. */
export function* derivedBySeq(
  file: DayFile,
  functionId: number,
  { from, to, after, descending, matches, onlyFailed }: LineRange,
): Generator<Step> {
  const isWithin = isShown(file, functionId, from, to);
  const span = file
    .prepare<{ low: number | null; high: number | null }>(
      'select min(seq) as low, max(seq) as high from chunk where function_id = ? and lines_from >= ? and lines_from < ? and lines_to >= ? and line_seq is not null',
    )
    .get(functionId, from - LINE_SPAN_MS, to, from);
  if (span === undefined || span.low === null || span.high === null) return;
  const seqOf = file.prepare<{ line_seq: number }>('select line_seq from chunk where seq = ?');
  const low = seqOf.get(span.low)?.line_seq ?? 0;
  const high = seqOf.get(span.high)?.line_seq ?? 0;
  const [least, most] = descending
    ? [low, Math.min(high, (after?.seq ?? Number.MAX_SAFE_INTEGER) - 1)]
    : [Math.max(low, (after?.seq ?? 0) - 2 * MAX_CHUNK), high];
  const rows = file
    .prepare<ChunkRow>(
      `select ${COLUMNS} from chunk where function_id = ? and line_seq between ? and ?
      ${madeOf({ onlyFailed })} order by line_seq ${descending ? 'desc' : ''}`,
    )
    .iterate(functionId, least, most);
  for (const row of rows) {
    const lines = linesOf(row).filter(
      (line) => isWithin(line) && (after === undefined || (descending ? line.seq < after.seq : line.seq > after.seq)),
    );
    if (descending) lines.reverse();
    for (const line of lines) if (matches(line)) yield stepOf(line);
    const end = (row.line_seq ?? 0) + (descending ? 0 : 2 * row.count - 1);
    if (after === undefined || (descending ? end < after.seq : end > after.seq)) yield { time: 0, seq: end };
  }
}

/** The lines of one request, in order of time or of writing. */
export function* derivedOfRequest(
  file: DayFile,
  functionId: number,
  { requestId, bySeq, ...range }: LineRange & { readonly requestId: string; readonly bySeq: boolean },
): Generator<Step> {
  const { from, to, after, descending, matches } = range;
  const isWithin = isShown(file, functionId, from, to);
  const sign = descending ? -1 : 1;
  const order = (a: Position, b: Position): number => sign * (bySeq ? a.seq - b.seq : compare(a, b));
  const lines = recordsOf(file, requestId, functionId)
    .flatMap(({ record, lineSeq }) => (lineSeq === null ? [] : derivedLines(record, lineSeq)))
    .filter((line) => isWithin(line) && matches(line) && (after === undefined || order(line, after) > 0));
  for (const line of lines.sort(order)) yield stepOf(line);
}

export function compare(a: Position, b: Position): number {
  return a.time - b.time || a.seq - b.seq;
}

/** The condition of the indexes of lines, and one that skips chunks. */
function madeOf({ onlyFailed }: Pick<LineRange, 'onlyFailed'>): string {
  return `and line_seq is not null ${onlyFailed ? 'and failed > 0' : ''}`;
}

/** Lines of a function that the limits of size have removed are not made again. */
function isShown(file: DayFile, functionId: number, from: number, to: number): (line: DerivedLine) => boolean {
  const cut = file.prepare<{ time: number }>('select time from line_cut where function_id = ?').get(functionId)?.time;
  const least = Math.max(from, cut ?? 0);
  return ({ time }) => time >= least && time < to;
}

function linesOf(row: ChunkRow): DerivedLine[] {
  const { line_seq: first } = row;
  return first === null ? [] : unpackRow(row).flatMap((record, at) => derivedLines(record, first + 2 * at));
}

function stepOf(line: DerivedLine): Step {
  const { time, seq, record } = line;
  const { version, requestId, instanceId, depth = 0 } = record;
  const row = { seq, time, version, request_id: requestId, instance_id: instanceId ?? '', level: INFO };
  return { time, seq, row: { ...row, message: textOf(line), depth } };
}
