import { isFullDisk } from '../lib/full-disk.ts';
import type { CallHandler, PendingCall } from '../lib/worker-thread.ts';
import { measureAll, readMinutes } from './alarms/read-minutes.ts';
import { PieceMaker } from './copies/piece-maker.ts';
import { isDamage } from './damage.ts';
import { type Day, dayMs, dayOf, oldestDay } from './day.ts';
import { DayFiles } from './day-files.ts';
import type { Exporter } from './export/exporter.ts';
import { countAfter, linesAfter } from './lines-after.ts';
import { enforceLimits } from './log-limits.ts';
import { searchLogs } from './log-search.ts';
import { MINUTE_MS } from './metrics/minute-table.ts';
import { rankFunctions, rankRows, readSeries, readSteps } from './metrics/series.ts';
import type { SinceStart } from './metrics/since-start.ts';
import { UsageFile } from './metrics/usage-file.ts';
import { derivedLines, lineOf } from './platform-lines.ts';
import { startOf, unpackRecords } from './record-chunk.ts';
import { findAttempts, listRecords } from './record-search.ts';
import type { LogLimits, TelemetryCall, TelemetryResult, TelemetryThreadData } from './thread-calls.ts';

/** Runs in the telemetry thread and owns the files of all days. */
export class TelemetryEngine implements CallHandler<TelemetryCall, TelemetryResult> {
  readonly #files: DayFiles;
  readonly #usage: UsageFile;
  readonly #sinceStart: SinceStart;
  readonly #retainDays: number;
  readonly #limits: LogLimits;
  readonly #searchBudgetMs: number;
  readonly #exporter: Exporter | undefined;
  readonly #pieces: PieceMaker | undefined;
  /** Damaged files that were set aside since the last answer to `prune`. */
  readonly #setAside: string[] = [];
  #prunedOn: Day | undefined;

  constructor(data: TelemetryThreadData, sinceStart: SinceStart, exporter: Exporter | undefined) {
    const onSetAside = (path: string): void => void this.#setAside.push(path);
    this.#files = new DayFiles(data.dir, onSetAside, { uniquePositions: data.copyDir !== undefined });
    this.#pieces = data.copyDir === undefined ? undefined : new PieceMaker(this.#files, data.copyDir);
    this.#usage = new UsageFile(data.dir, onSetAside);
    this.#retainDays = data.retainDays;
    this.#limits = data.limits;
    this.#searchBudgetMs = data.searchBudgetMs;
    this.#sinceStart = sinceStart;
    this.#exporter = exporter;
  }

  handle(calls: ReadonlyArray<PendingCall<TelemetryCall, TelemetryResult>>, flush: () => void): void {
    for (const pending of calls) {
      try {
        pending.resolve(this.#answerDespiteDamage(pending.call));
      } catch (error) {
        pending.reject(error);
      }
      flush();
      this.#export(pending.call);
    }
  }

  async close(): Promise<void> {
    this.#files.close();
    this.#usage.close();
    await this.#exporter?.close();
  }

  #export(call: TelemetryCall): void {
    if (call.op === 'lines') this.#exporter?.addLines(call.lines);
    else if (call.op === 'records' && this.#exporter !== undefined) {
      const records = call.chunks.flatMap(unpackRecords);
      this.#exporter.addLines(records.flatMap((record) => derivedLines(record, 0).map(lineOf)));
      this.#exporter.addRecords(records);
    } else if (call.op === 'gauges') this.#exporter?.addGauges(call.samples);
  }

  /** Damaged logs and metrics must not prevent new ones from being written. */
  #answerDespiteDamage(call: TelemetryCall): TelemetryResult {
    try {
      return this.#answer(call);
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.#files.setAsideDamaged();
      this.#usage.setAsideDamaged();
      return this.#answer(call);
    }
  }

  #answer(call: TelemetryCall): TelemetryResult {
    switch (call.op) {
      case 'lines':
        for (const [day, lines] of this.#byDay(call.now, call.lines, (line) => line.time)) {
          this.#files.get(day).appendLines(lines);
        }
        return { op: 'done' };
      case 'records':
        for (const [day, chunks] of this.#byDay(call.now, call.chunks, startOf)) {
          this.#sinceStart.add(this.#files.get(day).appendRecords(chunks));
        }
        return { op: 'done' };
      case 'hops':
        // calls that began yesterday have just ended
        for (const day of this.#files.days().slice(-2)) this.#files.get(day).addHops(call.hops);
        return { op: 'done' };
      case 'search':
        return { op: 'search', page: searchLogs(this.#files, call.query, this.#searchBudgetMs) };
      case 'lines-after':
        return { op: 'lines-after', found: linesAfter(this.#files, call.query) };
      case 'count-after':
        return { op: 'count-after', count: countAfter(this.#files, call.query) };
      case 'attempts':
        return { op: 'attempts', records: findAttempts(this.#files, call.requestId) };
      case 'list':
        return { op: 'list', page: listRecords(this.#files, call.query, this.#searchBudgetMs) };
      case 'series':
        return { op: 'series', points: readSeries(this.#files, call.query) };
      case 'steps':
        return { op: 'steps', steps: readSteps(this.#files, call.query) };
      case 'rank-rows':
        return { op: 'rank-rows', rows: rankRows(this.#files, call.query) };
      case 'rank':
        return { op: 'rank', ranked: rankFunctions(this.#files, call.query) };
      case 'months':
        return { op: 'months', months: this.#usage.months(this.#files, call.projectId, call.now, call.months) };
      case 'totals':
        return { op: 'totals', totals: this.#sinceStart.totals() };
      case 'export-facts':
        return { op: 'export-facts', facts: this.#exporter?.facts };
      case 'measure':
        return { op: 'measure', values: measureAll(this.#files, call.measurements) };
      case 'alarm-minutes':
        return { op: 'alarm-minutes', minutes: readMinutes(this.#files, call.readings) };
      case 'forget-metrics':
        for (const day of this.#files.days()) this.#files.get(day).forgetMetrics(call.functionKey);
        return { op: 'done' };
      case 'gauges':
        this.#files.get(dayOf(call.now)).appendGauges(Math.floor(call.now / MINUTE_MS), call.samples);
        this.#pieces?.touch(dayOf(call.now));
        return { op: 'done' };
      case 'piece':
        return { op: 'piece', piece: this.#pieces?.next(call.place, call.now) };
      case 'piece-copied':
        this.#pieces?.note(call.place, call.piece);
        return { op: 'done' };
      case 'usage-copy':
        if (this.#pieces === undefined) throw new Error('nothing is copied');
        return { op: 'usage-copy', usage: this.#pieces.usage(this.#usage) };
      case 'limit': {
        const dropped = enforceLimits(this.#files, this.#limits, dayOf(call.now));
        return { op: 'prune', dropped, setAside: this.#setAside.splice(0) };
      }
      case 'prune':
        return { op: 'prune', dropped: this.#prune(call.now), setAside: this.#setAside.splice(0) };
    }
  }

  #byDay<Item>(now: number, items: readonly Item[], timeOf: (item: Item) => number): Map<Day, Item[]> {
    if (this.#prunedOn !== dayOf(now)) this.#prune(now);
    // A removed day must not come back with a single late record in it.
    const oldest = oldestDay(now, this.#retainDays);
    const byDay = new Map<Day, Item[]>();
    for (const item of items) {
      const day = dayOf(timeOf(item));
      const late = day < oldest;
      const key = late ? oldest : day;
      const list = byDay.get(key);
      if (list === undefined) byDay.set(key, [item]);
      else list.push(item);
    }
    if (this.#pieces !== undefined) for (const day of byDay.keys()) this.#pieces.touch(day);
    return byDay;
  }

  #prune(now: number): Day[] {
    try {
      return this.#drop(now);
    } catch (error) {
      // on a full disk, old days stay until there is space to sum them up
      if (isFullDisk(error)) return [];
      throw error;
    }
  }

  #drop(now: number): Day[] {
    this.#prunedOn = dayOf(now);
    // Calls that began yesterday may still be running.
    this.#usage.closeDays(this.#files, dayOf(now - dayMs), oldestDay(now, this.#retainDays));
    return this.#files.prune(now, this.#retainDays);
  }
}
