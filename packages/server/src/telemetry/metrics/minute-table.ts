import type Database from 'better-sqlite3';
import type { InvocationRecord } from '../types.ts';
import { addEncoded, encodeHistogram } from './histogram.ts';
import { addRecord, addRollup, emptyRollup, type Gauges, type Rollup } from './rollup.ts';
import type { GaugeSample } from './types.ts';

export const MINUTE_MS = 60_000;

/**
 * A call counts in the minute in which it ended, so that past minutes no longer change; its row is in the file of the
 * day in which the call began, beside its record. `function_id` is of a function or of a project; `summed` is the last
 * record that the minutes include.
 */
export const MINUTE_SCHEMA = `
  create table if not exists minute (
    function_id integer not null, minute integer not null, version text not null, alias text not null,
    calls integer not null, failed integer not null, rejected integer not null, cold integer not null,
    ran integer not null, duration_ms real not null, max_ms real not null, min_ms real not null, gb_s real not null,
    init integer not null, load integer not null, system integer not null, timeout integer not null,
    memory integer not null, disk integer not null, code integer not null, histogram blob not null,
    primary key (function_id, minute, version, alias)
  ) without rowid;
  create table if not exists gauge (
    function_id integer not null, minute integer not null, qualifier text not null,
    concurrency integer not null, reserved integer not null, instances integer not null,
    primary key (function_id, minute, qualifier)
  ) without rowid;
  create table if not exists summed (up_to integer not null);
`;

/** The part of a day's file that this module needs. */
interface Statements {
  prepare<Row>(sql: string): Database.Statement<unknown[], Row>;
}

interface MinuteRow {
  readonly minute: number;
  readonly calls: number;
  readonly failed: number;
  readonly rejected: number;
  readonly cold: number;
  readonly ran: number;
  readonly duration_ms: number;
  readonly max_ms: number;
  readonly min_ms: number;
  readonly gb_s: number;
  readonly init: number;
  readonly load: number;
  readonly system: number;
  readonly timeout: number;
  readonly memory: number;
  readonly disk: number;
  readonly code: number;
  readonly histogram: Buffer;
}

interface GaugeRow extends Gauges {
  readonly minute: number;
}

/** Key of the sums of a project, stored beside those of its functions. No function has such a key. */
export function projectKey(projectId: string): string {
  return `*${projectId}`;
}

export function projectOf(functionKey: string): string {
  const end = functionKey.indexOf(':');
  return end < 0 ? functionKey : functionKey.slice(0, end);
}

interface Leaf {
  readonly functionKey: string;
  readonly minute: number;
  readonly version: string;
  readonly alias: string;
  readonly sum: Rollup;
}

/** Sums that are not written yet. */
export class OpenMinutes {
  #leaves = new Map<string, Leaf>();

  add(records: readonly InvocationRecord[]): void {
    for (const record of records) {
      const { functionKey, version } = record;
      const minute = Math.floor(endOf(record) / MINUTE_MS);
      addRecord(leafOf(this.#leaves, { functionKey, minute, version, alias: record.alias ?? '' }).sum, record);
    }
  }

  /** Adds the sums to those in the file, and to those of their projects. Call in a transaction; `clear` after it. */
  write(file: Statements, intern: (key: string) => number): void {
    const projects = new Map<string, Leaf>();
    for (const { functionKey, minute, sum } of this.#leaves.values()) {
      const all = { functionKey: projectKey(projectOf(functionKey)), minute, version: '', alias: '' };
      addRollup(leafOf(projects, all).sum, sum);
    }
    for (const leaf of [...this.#leaves.values(), ...projects.values()]) store(file, leaf, intern(leaf.functionKey));
  }

  clear(): void {
    this.#leaves = new Map();
  }
}

/** A record with an invalid end must not fall on another day than the two that a search reads. */
function endOf({ startedAt, finishedAt }: InvocationRecord): number {
  return finishedAt >= startedAt && finishedAt < startedAt + 86_400_000 ? finishedAt : startedAt;
}

function leafOf(leaves: Map<string, Leaf>, key: Omit<Leaf, 'sum'>): Leaf {
  const text = `${key.functionKey}\n${key.minute}\n${key.version}\n${key.alias}`;
  let leaf = leaves.get(text);
  if (leaf === undefined) {
    leaf = { ...key, sum: emptyRollup() };
    leaves.set(text, leaf);
  }
  return leaf;
}

function store(file: Statements, { minute, version, alias, sum: added }: Leaf, functionId: number): void {
  // the transaction may be rolled back: `added` must not change
  const sum = emptyRollup();
  addRollup(sum, added);
  const known = file
    .prepare<MinuteRow>('select * from minute where function_id = ? and minute = ? and version = ? and alias = ?')
    .get(functionId, minute, version, alias);
  if (known !== undefined) addRow(sum, known);
  const { causes } = sum;
  const minMs = sum.ran === 0 ? 0 : sum.minMs;
  file
    .prepare('insert or replace into minute values (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)')
    .run(
      ...[functionId, minute, version, alias, sum.count, sum.failed, sum.rejected, sum.cold],
      ...[sum.ran, sum.durationMs, sum.maxMs, minMs, sum.gbSeconds],
      ...[causes.init, causes.load, causes.system, causes.timeout, causes.memory, causes.disk, causes.code],
      encodeHistogram(sum.histogram),
    );
}

function addRow(sum: Rollup, row: MinuteRow): void {
  const { init, load, system, timeout, memory, disk, code } = row;
  addRollup(sum, {
    count: row.calls,
    failed: row.failed,
    rejected: row.rejected,
    cold: row.cold,
    ran: row.ran,
    durationMs: row.duration_ms,
    maxMs: row.max_ms,
    minMs: row.ran === 0 ? Number.POSITIVE_INFINITY : row.min_ms,
    gbSeconds: row.gb_s,
    causes: { init, load, system, timeout, memory, disk, code },
    histogram: new Map(),
  });
  addEncoded(sum.histogram, row.histogram);
}

/** Removes what a function did; the sums of its project stay. */
export function removeMinutes(file: Statements, functionId: number): void {
  file.prepare('delete from minute where function_id = ?').run(functionId);
  file.prepare('delete from gauge where function_id = ?').run(functionId);
}

/** In a minute that was sampled before, the greater numbers stay. */
export function addGauges(
  file: Statements,
  minute: number,
  samples: readonly GaugeSample[],
  intern: (key: string) => number,
): void {
  const upsert = file.prepare(`insert into gauge values (?, ?, ?, ?, ?, ?)
    on conflict (function_id, minute, qualifier) do update set
      concurrency = max(concurrency, excluded.concurrency), reserved = max(reserved, excluded.reserved),
      instances = max(instances, excluded.instances)`);
  for (const { functionKey, qualifier, concurrency, reserved, instances } of samples) {
    upsert.run(intern(functionKey), minute, qualifier, concurrency, reserved, instances);
  }
}

export interface MinuteRange {
  readonly functionId: number;
  /** First minute, and the one after the last. */
  readonly from: number;
  readonly to: number;
}

/** Adds the sums of a function, or of one of its versions or aliases, to the rollup that `sumOf` returns. */
export function sumMinutes(
  file: Statements,
  { functionId, from, to }: MinuteRange,
  only: { readonly version?: string; readonly alias?: string },
  sumOf: (minute: number) => Rollup,
): void {
  const column = only.version !== undefined ? 'version' : only.alias !== undefined ? 'alias' : undefined;
  const sql = `select * from minute where function_id = ? and minute >= ? and minute < ?
    ${column === undefined ? '' : `and ${column} = ?`}`;
  const value = only.version ?? only.alias;
  for (const row of file
    .prepare<MinuteRow>(sql)
    .iterate(functionId, from, to, ...(value === undefined ? [] : [value]))) {
    addRow(sumOf(row.minute), row);
  }
}

export function readGauges(
  file: Statements,
  { functionId, from, to }: MinuteRange,
  qualifier: string,
  gaugesOf: (minute: number) => Gauges,
): void {
  const sql = 'select * from gauge where function_id = ? and minute >= ? and minute < ? and qualifier = ?';
  for (const row of file.prepare<GaugeRow>(sql).iterate(functionId, from, to, qualifier)) {
    const most = gaugesOf(row.minute);
    most.concurrency = Math.max(most.concurrency, row.concurrency);
    most.reserved = Math.max(most.reserved, row.reserved);
    most.instances = Math.max(most.instances, row.instances);
  }
}
