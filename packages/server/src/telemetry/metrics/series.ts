import { dayMs, dayOf } from '../day.ts';
import type { DayFile } from '../day-file.ts';
import type { DayFiles } from '../day-files.ts';
import { MINUTE_MS, projectKey, readGauges, sumMinutes } from './minute-table.ts';
import { emptyRollup, type Gauges, pointOf, type Rollup } from './rollup.ts';
import type { MetricPoint, MetricQuery, MetricScope, Ranked, RankQuery } from './types.ts';

/** The sums of a step, to which those of other servers can be added. */
export interface MetricStep {
  /** Begin of the step, ms since the epoch. */
  readonly time: number;
  readonly sum: Rollup;
  readonly gauges: Gauges;
}

/** The points of a query, oldest first and without gaps: steps without calls have zeros. */
export function readSeries(files: DayFiles, query: MetricQuery): MetricPoint[] {
  return readSteps(files, query).map(({ time, sum, gauges }) => pointOf(time, sum, gauges));
}

export function readSteps(files: DayFiles, { scope, from, to, stepMs, notBefore = 0 }: MetricQuery): MetricStep[] {
  const first = Math.floor(from / stepMs);
  const steps = Array.from({ length: Math.floor(to / stepMs) - first + 1 }, () => ({
    sum: emptyRollup(),
    gauges: { concurrency: 0, reserved: 0, instances: 0 },
  }));
  const stepMinutes = stepMs / MINUTE_MS;
  const stepOf = (minute: number): { sum: Rollup; gauges: Gauges } => {
    const step = steps[Math.floor(minute / stepMinutes) - first];
    if (step === undefined) throw new Error(`minute ${minute} is outside of the query`);
    return step;
  };
  const minutes = { from: first * stepMinutes, to: (first + steps.length) * stepMinutes };
  const { key, qualifier, only } = keysOf(scope);
  for (const file of filesWith(files, minutes.from * MINUTE_MS, minutes.to * MINUTE_MS)) {
    const functionId = file.functionId(key);
    if (functionId === undefined) continue;
    const range = { functionId, ...minutes, from: Math.max(minutes.from, Math.floor(notBefore / MINUTE_MS)) };
    sumMinutes(file, range, only, (minute) => stepOf(minute).sum);
    readGauges(file, range, qualifier, (minute) => stepOf(minute).gauges);
  }
  return steps.map(({ sum, gauges }, index) => ({ time: (first + index) * stepMs, sum, gauges }));
}

function keysOf(scope: MetricScope): { key: string; qualifier: string; only: { version?: string; alias?: string } } {
  switch (scope.kind) {
    case 'project':
      return { key: projectKey(scope.projectId), qualifier: '', only: {} };
    case 'function':
      return { key: scope.functionKey, qualifier: '', only: {} };
    case 'version':
      return { key: scope.functionKey, qualifier: scope.version, only: { version: scope.version } };
    case 'alias':
      return { key: scope.functionKey, qualifier: `!${scope.alias}`, only: { alias: scope.alias } };
  }
}

/** A call that began before midnight is in the file of that day, in a minute of the next. */
function* filesWith(files: DayFiles, from: number, to: number): Generator<DayFile> {
  const [first, last] = [dayOf(Math.max(from - dayMs, 0)), dayOf(to - 1)];
  for (const day of files.days()) if (day >= first && day <= last) yield summedUp(files.get(day));
}

function summedUp(file: DayFile): DayFile {
  file.sumUpIfRoom();
  return file;
}

/** Sums of a function in the time of a ranking. */
export interface RankRow {
  readonly key: string;
  readonly calls: number;
  readonly failed: number;
  readonly rejected: number;
  readonly ran: number;
  readonly duration_ms: number;
  readonly max_ms: number;
  /** Null without calls. */
  readonly min_ms: number | null;
}

/** The functions with the largest count or the longest times first. Functions with 0 are left out. */
export function rankFunctions(files: DayFiles, query: RankQuery): Ranked[] {
  return ranked(rankRows(files, query), query);
}

/** One row for each function of the project. */
export function rankRows(files: DayFiles, { projectId, from, to }: Omit<RankQuery, 'by' | 'limit'>): RankRow[] {
  const sums = new Map<string, RankRow>();
  const [first, last] = [Math.floor(from / MINUTE_MS), Math.ceil(to / MINUTE_MS)];
  for (const file of filesWith(files, from, to)) {
    const rows = file
      .prepare<RankRow>(
        `select key, sum(calls) as calls, sum(failed) as failed, sum(rejected) as rejected, sum(ran) as ran,
          sum(duration_ms) as duration_ms, max(max_ms) as max_ms, min(case when ran > 0 then min_ms end) as min_ms
        from minute join function on function.id = function_id
        where key >= ? and key < ? and minute >= ? and minute < ? group by key`,
      )
      .all(`${projectId}:`, `${projectId};`, first, last);
    for (const row of rows) sums.set(row.key, joined(sums.get(row.key), row));
  }
  return [...sums.values()];
}

/** Several rows of a function, of different servers, are added up. */
export function ranked(rows: readonly RankRow[], { by, limit }: Pick<RankQuery, 'by' | 'limit'>): Ranked[] {
  const sums = new Map<string, RankRow>();
  for (const row of rows) sums.set(row.key, joined(sums.get(row.key), row));
  const value = (row: RankRow): number => Math.round(measureOf(row, by));
  return [...sums.values()]
    .map((row) => ({ functionKey: row.key, value: value(row) }))
    .filter((one) => one.value > 0)
    .sort((a, b) => b.value - a.value || (a.functionKey < b.functionKey ? -1 : 1))
    .slice(0, limit);
}

function joined(a: RankRow | undefined, b: RankRow): RankRow {
  if (a === undefined) return b;
  return {
    key: b.key,
    calls: a.calls + b.calls,
    failed: a.failed + b.failed,
    rejected: a.rejected + b.rejected,
    ran: a.ran + b.ran,
    duration_ms: a.duration_ms + b.duration_ms,
    max_ms: Math.max(a.max_ms, b.max_ms),
    min_ms: a.min_ms === null ? b.min_ms : b.min_ms === null ? a.min_ms : Math.min(a.min_ms, b.min_ms),
  };
}

function measureOf(row: RankRow, by: RankQuery['by']): number {
  switch (by) {
    case 'count':
      return row.calls;
    case 'failcount':
      return row.failed;
    case 'rejectcount':
      return row.rejected;
    case 'duration':
      return row.ran === 0 ? 0 : row.duration_ms / row.ran;
    case 'maxDuration':
      return row.max_ms;
    case 'minDuration':
      return row.min_ms ?? 0;
  }
}
