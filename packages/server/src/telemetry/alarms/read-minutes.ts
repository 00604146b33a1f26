import { dayMs, dayOf } from '../day.ts';
import type { DayFiles } from '../day-files.ts';
import { MINUTE_MS } from '../metrics/minute-table.ts';
import { measure } from './measure.ts';
import type { AlarmMinute, AlarmReading, AlarmScope, FunctionMeasurement, Values } from './types.ts';

type Mutable = { -readonly [Field in keyof AlarmMinute]: AlarmMinute[Field] };

/** The values of all measurements; the minutes of a scope are read once. */
export function measureAll(files: DayFiles, measurements: readonly FunctionMeasurement[]): Values[] {
  const readings = new Map<string, { scope: AlarmScope; from: number; to: number }>();
  for (const { scope, from, period, periods } of measurements) {
    const to = from + period * periods;
    const known = readings.get(textOf(scope));
    if (known === undefined) readings.set(textOf(scope), { scope, from, to });
    else Object.assign(known, { from: Math.min(known.from, from), to: Math.max(known.to, to) });
  }
  const minutes = readAll(files, readings);
  return measurements.map((one) => measure(one, minutes.get(textOf(one.scope))?.values() ?? []));
}

/** The minutes with calls or instances of each of different scopes, without order. */
export function readMinutes(files: DayFiles, readings: readonly AlarmReading[]): AlarmMinute[][] {
  const all = readAll(files, new Map(readings.map((reading) => [textOf(reading.scope), reading])));
  return readings.map(({ scope }) => [...(all.get(textOf(scope))?.values() ?? [])]);
}

function readAll(files: DayFiles, readings: ReadonlyMap<string, AlarmReading>): Map<string, Map<number, Mutable>> {
  const minutes = new Map([...readings.keys()].map((text) => [text, new Map<number, Mutable>()]));
  const from = Math.min(...[...readings.values()].map((reading) => reading.from));
  const to = Math.max(...[...readings.values()].map((reading) => reading.to));
  for (const day of files.days()) {
    // a call that began before midnight is in the file of that day, in a minute of the next
    if (day < dayOf(Math.max(from * MINUTE_MS - dayMs, 0)) || day > dayOf(to * MINUTE_MS - 1)) continue;
    const file = files.get(day);
    file.sumUpIfRoom();
    for (const [text, reading] of readings) readInto(file, reading, minutes.get(text) ?? new Map());
  }
  return minutes;
}

interface SumRow {
  readonly minute: number;
  readonly calls: number;
  readonly failed: number;
  readonly rejected: number;
  readonly ran: number;
  readonly duration_ms: number;
  readonly max_ms: number;
  /** Null without calls that ran. */
  readonly min_ms: number | null;
}

interface GaugeRow {
  readonly minute: number;
  readonly concurrency: number;
  readonly reserved: number;
}

function readInto(
  file: ReturnType<DayFiles['get']>,
  { scope, from, to }: AlarmReading,
  into: Map<number, Mutable>,
): void {
  const functionId = file.functionId(scope.functionKey);
  if (functionId === undefined) return;
  const [column, value, qualifier] = columnOf(scope);
  const only = column === undefined ? '' : `and ${column} = ?`;
  const sums = file.prepare<SumRow>(
    `select minute, sum(calls) as calls, sum(failed) as failed, sum(rejected) as rejected, sum(ran) as ran,
      sum(duration_ms) as duration_ms, max(max_ms) as max_ms, min(case when ran > 0 then min_ms end) as min_ms
    from minute where function_id = ? and minute >= ? and minute < ? ${only} group by minute`,
  );
  for (const row of sums.iterate(functionId, from, to, ...(column === undefined ? [] : [value]))) {
    const sum = minuteOf(into, row.minute);
    if (row.min_ms !== null) sum.minMs = sum.ran === 0 ? row.min_ms : Math.min(sum.minMs, row.min_ms);
    sum.count += row.calls;
    sum.failed += row.failed;
    sum.rejected += row.rejected;
    sum.ran += row.ran;
    sum.durationMs += row.duration_ms;
    sum.maxMs = Math.max(sum.maxMs, row.max_ms);
  }
  const gauges = file.prepare<GaugeRow>(
    `select minute, concurrency, reserved from gauge
    where function_id = ? and minute >= ? and minute < ? and qualifier = ?`,
  );
  for (const row of gauges.iterate(functionId, from, to, qualifier)) {
    const sum = minuteOf(into, row.minute);
    sum.running = Math.max(sum.running, row.concurrency);
    sum.reserved = Math.max(sum.reserved, row.reserved);
  }
}

function columnOf(scope: AlarmScope): [column: string | undefined, value: string, qualifier: string] {
  switch (scope.kind) {
    case 'function':
      return [undefined, '', ''];
    case 'version':
      return ['version', scope.version, scope.version];
    case 'alias':
      return ['alias', scope.alias, `!${scope.alias}`];
  }
}

function textOf(scope: AlarmScope): string {
  return `${scope.functionKey}\n${columnOf(scope)[2]}`;
}

function minuteOf(minutes: Map<number, Mutable>, minute: number): Mutable {
  const known = minutes.get(minute);
  if (known !== undefined) return known;
  const sums = { count: 0, failed: 0, rejected: 0, ran: 0, durationMs: 0, maxMs: 0, minMs: 0, running: 0, reserved: 0 };
  const added = { minute, ...sums };
  minutes.set(minute, added);
  return added;
}
