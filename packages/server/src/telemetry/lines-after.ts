import type { Day } from './day.ts';
import type { DayFile, LineRow } from './day-file.ts';
import type { DayFiles } from './day-files.ts';
import { derivedBySeq } from './derived-lines.ts';
import { MAX_TIME } from './range.ts';
import { type LogLevel, logLevels } from './types.ts';

export interface LinesAfterQuery {
  readonly functionKey: string;
  /** Ms since the epoch: older lines are left out. */
  readonly from: number;
  readonly firstDay: Day;
  /** By day, the last line that was read. */
  readonly after: ReadonlyMap<Day, number>;
  readonly limit: number;
}

export interface PlacedLine {
  /** In the order of writing within the file of its day. */
  readonly seq: number;
  readonly time: number;
  readonly version: string;
  readonly requestId: string;
  readonly instanceId: string;
  readonly level: LogLevel;
  readonly message: string;
  /** Functions that ran one after another until the request that wrote it. */
  readonly depth: number;
}

export interface LinesAfter {
  readonly day: Day;
  /** Empty when no day has more. */
  readonly lines: readonly PlacedLine[];
  /** Positions up to which days have no further line of the function. */
  readonly passed: ReadonlyMap<Day, number>;
}

/** Lines of all functions that one statement passes. */
const MOST_PASSED = 50_000;
const COLUMNS =
  'seq, time, version, request_id, instance_id, level, message, coalesce(request_depth.depth, 0) as depth';

type DeepRow = LineRow & { readonly depth?: number };

/** The next lines of a function in the order of writing, of the first day that has some. */
export function linesAfter(files: DayFiles, query: LinesAfterQuery): LinesAfter {
  const passed = new Map<Day, number>();
  let day = query.firstDay;
  for (day of files.days().filter((one) => one >= query.firstDay)) {
    const file = files.get(day);
    const functionId = file.functionId(query.functionKey);
    const select = file.prepare<DeepRow>(
      `select ${COLUMNS} from line left join request_depth using (request_id) where seq > ? and seq <= ? and function_id = ? and time >= ? order by seq limit ?`,
    );
    const { lastSeq: last } = file;
    // after a loss of power, or of a damaged file, the last lines may be missing
    let after = Math.min(query.after.get(day) ?? 0, last);
    while (after < last) {
      const to = functionId === undefined ? last : Math.min(last, after + MOST_PASSED);
      if (functionId !== undefined) {
        const stored = select.all(after, to, functionId, query.from, query.limit);
        const derived = derivedUpTo(file, functionId, { after, to, from: query.from }, query.limit);
        const rows = [...stored, ...derived].sort((a, b) => a.seq - b.seq).slice(0, query.limit);
        if (rows.length > 0) return { day, lines: rows.map(placed), passed };
      }
      after = to;
    }
    passed.set(day, after);
  }
  return { day, lines: [], passed };
}

/** Lines of a function behind the positions: of those that all functions wrote next, the first ones of each day. */
export function countAfter(files: DayFiles, query: Omit<LinesAfterQuery, 'limit'>): number {
  let count = 0;
  for (const day of files.days().filter((one) => one >= query.firstDay)) {
    const file = files.get(day);
    const functionId = file.functionId(query.functionKey);
    if (functionId === undefined) continue;
    const select = file.prepare<{ count: number }>(
      'select count(*) as count from line where seq > ? and seq <= ? and function_id = ? and time >= ?',
    );
    const after = query.after.get(day) ?? 0;
    const to = after + MOST_PASSED;
    count += Number(select.get(after, to, functionId, query.from)?.count ?? 0);
    count += derivedUpTo(file, functionId, { after, to, from: query.from }, MOST_PASSED).length;
  }
  return count;
}

function derivedUpTo(
  file: DayFile,
  functionId: number,
  { after, to, from }: { readonly after: number; readonly to: number; readonly from: number },
  limit: number,
): DeepRow[] {
  const rows: DeepRow[] = [];
  const steps = derivedBySeq(file, functionId, {
    ...{ from, to: MAX_TIME, after: { time: 0, seq: after }, descending: false },
    matches: () => true,
    onlyFailed: false,
  });
  for (const { seq, row } of steps) {
    if (seq > to || rows.length >= limit) break;
    if (row !== undefined) rows.push(row);
  }
  return rows;
}

function placed(row: DeepRow): PlacedLine {
  const { seq, time, version, request_id: requestId, instance_id: instanceId, level, message, depth = 0 } = row;
  return { seq, time, version, requestId, instanceId, level: logLevels[level] ?? 'INFO', message, depth };
}
