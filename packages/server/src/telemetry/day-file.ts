import Database from 'better-sqlite3';
import { isFullDisk } from '../lib/full-disk.ts';
import { CHUNK_SCHEMA, type ChunkRow, chunksAfter, insertChunk, lastDerived, lastRecord } from './chunk-table.ts';
import type { Piece } from './copies/types.ts';
import { bodyWithHops, HoppedRecords } from './hopped-records.ts';
import { addGauges, MINUTE_SCHEMA, OpenMinutes, removeMinutes } from './metrics/minute-table.ts';
import type { GaugeSample } from './metrics/types.ts';
import { addColumns, hasOldRecords, lastOldRecord, oldRecordsAfter } from './old-records.ts';
import { type RecordChunk, unpackRecords } from './record-chunk.ts';
import { type HopOfRecord, type InvocationRecord, type LogLine, logLevels } from './types.ts';

/** A line as it is stored in its file. `level` is the index in `logLevels`. */
export interface LineRow {
  readonly seq: number;
  readonly time: number;
  readonly version: string;
  readonly request_id: string;
  readonly instance_id: string;
  readonly level: number;
  readonly message: string;
}

/** Function keys are long and repeat in every row: each is stored once. Words are indexed without their positions. */
const schema = `
  create table if not exists function (id integer primary key, key text not null unique);
  create table if not exists line (
    seq integer primary key, time integer not null, function_id integer not null, version text not null,
    request_id text not null, instance_id text not null, level integer not null, message text not null
  );
  create index if not exists line_function on line (function_id, time);
  create index if not exists line_request on line (request_id, time) where request_id <> '';
  create virtual table if not exists line_word using fts5(
    message, content = 'line', content_rowid = 'seq', tokenize = 'unicode61', detail = 'none'
  );
  create table if not exists request_depth (request_id text primary key, depth integer not null) without rowid;
  create table if not exists line_bytes (function_id integer primary key, bytes integer not null);
  create table if not exists line_cut (function_id integer primary key, time integer not null);
`;

/** Approximate size of a line without its message, including its index entries. */
const LINE_BYTES = 150;
const REMOVED_AT_ONCE = 5000;

interface RemovedLine {
  readonly seq: number;
  readonly function_id: number;
  readonly time: number;
  readonly message: string;
}

const projectOf = (functionKey: string): string => functionKey.split(':', 1)[0] ?? '';

const maxKnownFunctions = 10_000;
const maxStatements = 64;
/** A minute of a function is written at most this often, for any number of records. */
const SUM_EVERY_MS = 1000;

/** The SQLite file of one day. Writes survive the death of the process, but not a loss of power. */
export class DayFile {
  readonly db: Database.Database;
  readonly #functions = new Map<string, number>();
  readonly #hopped = new HoppedRecords();
  readonly #statements = new Map<string, Database.Statement<unknown[]>>();
  readonly #minutes = new OpenMinutes();
  /** Records that are not part of the minutes yet. */
  #unsummed = 0;
  #summedAt = performance.now();
  #nextSeq: number;
  #lastRecord: number;
  /** Whether the file has records that an earlier release stored, one in a row. */
  readonly hasOldRecords: boolean;

  /** `firstSeq`: of a file without rows. */
  constructor(path: string, { firstSeq = 1 }: { readonly firstSeq?: number } = {}) {
    this.db = new Database(path, { timeout: 5000 });
    try {
      // affects new files only: they shrink when rows are deleted
      this.db.pragma('auto_vacuum = INCREMENTAL');
      this.db.pragma('journal_mode = WAL');
      this.db.pragma('synchronous = NORMAL');
      this.db.pragma('temp_store = MEMORY');
      this.db.pragma('cache_size = -16000');
      this.db.exec(schema);
      this.db.exec(CHUNK_SCHEMA);
      this.db.exec(MINUTE_SCHEMA);
      this.hasOldRecords = hasOldRecords(this);
      if (this.hasOldRecords) this.#atomic(() => addColumns(this));
      this.#lastRecord = Math.max(lastRecord(this), this.hasOldRecords ? lastOldRecord(this) : 0);
      this.#nextSeq =
        1 +
        Math.max(lastDerived(this), Number(this.db.prepare('select coalesce(max(seq), 0) from line').pluck().get()));
      if (this.#nextSeq === 1 && this.#lastRecord === 0) {
        this.#nextSeq = firstSeq;
        this.#lastRecord = firstSeq - 1;
      }
      this.#recoverSums();
    } catch (error) {
      this.db.close();
      throw error;
    }
  }

  close(): void {
    try {
      this.sumUp();
    } finally {
      this.db.close();
    }
  }

  /** Closes the file without writing pending sums: a damaged file cannot be written. */
  discard(): void {
    this.db.close();
  }

  /** Position of the last line, stored or made from a record. */
  get lastSeq(): number {
    return this.#nextSeq - 1;
  }

  /** A prepared statement, cached while it is in use. */
  prepare<Row>(sql: string): Database.Statement<unknown[], Row> {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      if (this.#statements.size >= maxStatements) this.#statements.clear();
      statement = this.db.prepare<unknown[]>(sql);
      this.#statements.set(sql, statement);
    }
    return statement as Database.Statement<unknown[], Row>;
  }

  /** Undefined when the day has no rows of the function. */
  functionId(key: string): number | undefined {
    const known = this.#functions.get(key);
    if (known !== undefined) return known;
    const row = this.prepare<{ id: number }>('select id from function where key = ?').get(key);
    if (row !== undefined) this.#remember(key, row.id);
    return row?.id;
  }

  appendLines(lines: readonly LogLine[]): void {
    const insert = this.prepare('insert into line values (?, ?, ?, ?, ?, ?, ?, ?)');
    const deepen = this.prepare('insert or replace into request_depth values (?, ?)');
    const index = this.prepare(
      'insert into line_word (rowid, message) select seq, message from line where seq between ? and ?',
    );
    this.#atomic(() => {
      const first = this.#nextSeq;
      let seq = first;
      for (const line of lines) {
        const level = logLevels.indexOf(line.level);
        const { time, version, requestId, instanceId, message, depth } = line;
        insert.run(seq, time, this.#intern(line.functionKey), version, requestId, instanceId, level, message);
        if (depth !== undefined) deepen.run(requestId, depth);
        seq += 1;
      }
      index.run(first, seq - 1);
      this.#countBytes(lines);
    });
    this.#nextSeq += lines.length;
  }

  /** Returns the records. */
  appendRecords(chunks: readonly RecordChunk[]): InvocationRecord[] {
    const all: InvocationRecord[] = [];
    let seq = this.#lastRecord + 1;
    let lineSeq = this.#nextSeq;
    this.#atomic(() => {
      for (const chunk of chunks) {
        const records = unpackRecords(chunk);
        insertChunk(this, { seq, functionId: this.#intern(chunk.functionKey), chunk, lineSeq, records });
        this.#hopped.note(seq, records);
        seq += records.length;
        lineSeq += 2 * records.length;
        all.push(...records);
      }
    });
    this.#lastRecord = seq - 1;
    this.#nextSeq = lineSeq;
    this.#minutes.add(all);
    this.#unsummed += all.length;
    if (performance.now() - this.#summedAt > SUM_EVERY_MS) this.sumUp();
    return all;
  }

  /** Adds the ways of calls to their records, as far as these were written lately. */
  addHops(hops: readonly HopOfRecord[]): void {
    const taken = this.#hopped.take(hops);
    if (taken.size === 0) return;
    const chunkOf = this.prepare<Pick<ChunkRow, 'body'>>('select body from chunk where seq = ?');
    const update = this.prepare('update chunk set body = ? where seq = ?');
    this.#atomic(() => {
      for (const [seq, ofChunk] of taken) {
        const row = chunkOf.get(seq);
        if (row !== undefined) update.run(bodyWithHops(row, ofChunk), seq);
      }
    });
  }

  /** Adds what another server wrote into its file of this day, at the same positions. What is here already stays. */
  addCopy({ lines, chunks, gauges, cuts }: Piece): void {
    const insert = this.prepare('insert into line values (?, ?, ?, ?, ?, ?, ?, ?)');
    const index = this.prepare('insert into line_word (rowid, message) values (?, ?)');
    const lastLine = Number(this.db.prepare('select coalesce(max(seq), 0) from line').pluck().get());
    const newChunks = chunks.filter(({ seq }) => seq > this.#lastRecord);
    const added: InvocationRecord[] = [];
    this.#atomic(() => {
      for (const { seq, key, time, version, requestId, instanceId, level, message } of lines) {
        if (seq <= lastLine) continue;
        insert.run(seq, time, this.#intern(key), version, requestId, instanceId, level, message);
        index.run(seq, message);
      }
      for (const { seq, lineSeq, chunk } of newChunks) {
        const records = unpackRecords(chunk);
        insertChunk(this, { seq, functionId: this.#intern(chunk.functionKey), chunk, lineSeq, records });
        added.push(...records);
        this.#lastRecord = seq + records.length - 1;
      }
      for (const { minute, ...sample } of gauges) addGauges(this, minute, [sample], (key) => this.#intern(key));
    });
    this.#minutes.add(added);
    this.#unsummed += added.length;
    this.sumUp();
    for (const { key, time } of cuts) this.#removeUntil(this.#intern(key), time);
  }

  /** Removes the lines of a function up to a time, and those that are made from its records. */
  #removeUntil(functionId: number, time: number): void {
    const some = this.prepare<RemovedLine>(
      `select seq, function_id, time, message from line where function_id = ? and time <= ? limit ${REMOVED_AT_ONCE}`,
    );
    for (let lines = some.all(functionId, time); lines.length > 0; lines = some.all(functionId, time)) {
      this.#removeLines(lines, Number.POSITIVE_INFINITY);
    }
    this.prepare('insert or replace into line_cut values (?, ?)').run(functionId, time);
  }

  /** Like `sumUp`, for a reader: on a full disk it uses the minutes that are written. */
  sumUpIfRoom(): void {
    try {
      this.sumUp();
    } catch (error) {
      if (!isFullDisk(error)) throw error;
    }
  }

  #countBytes(lines: readonly LogLine[]): void {
    const bytes = new Map<string, number>();
    for (const { functionKey, message } of lines) {
      bytes.set(functionKey, (bytes.get(functionKey) ?? 0) + Buffer.byteLength(message) + LINE_BYTES);
    }
    const add = this.prepare(
      'insert into line_bytes values (?, ?) on conflict (function_id) do update set bytes = bytes + excluded.bytes',
    );
    for (const [key, count] of bytes) add.run(this.#intern(key), count);
  }

  /** Bytes of lines, by project. */
  projectBytes(): Map<string, number> {
    const sums = new Map<string, number>();
    const rows = this.prepare<{ key: string; bytes: number }>(
      'select key, bytes from line_bytes join function on function.id = function_id where bytes > 0',
    ).all();
    for (const { key, bytes } of rows) sums.set(projectOf(key), (sums.get(projectOf(key)) ?? 0) + bytes);
    return sums;
  }

  /** Removes the oldest lines, of one project or of all, until about so many bytes are freed or none is left. */
  removeOldest(bytes: number, project?: string): void {
    const keys = this.prepare<{ id: number; key: string }>('select id, key from function').all();
    const ids = keys.filter(({ key }) => project === undefined || projectOf(key) === project).map(({ id }) => id);
    const some = this.db.prepare<unknown[], RemovedLine>(
      `select seq, function_id, time, message from line where function_id in (select value from json_each(?)) order by time, seq limit ${REMOVED_AT_ONCE}`,
    );
    let left = bytes;
    while (left > 0) {
      const lines = some.all(JSON.stringify(ids));
      if (lines.length === 0) break;
      left -= this.#removeLines(lines, left);
    }
    this.db.pragma('incremental_vacuum');
  }

  /** Returns the number of bytes removed. */
  #removeLines(lines: readonly RemovedLine[], most: number): number {
    const unindex = this.prepare("insert into line_word (line_word, rowid, message) values ('delete', ?, ?)");
    const remove = this.prepare('delete from line where seq = ?');
    const take = this.prepare('update line_bytes set bytes = max(bytes - ?, 0) where function_id = ?');
    const cut = this.prepare('insert or replace into line_cut values (?, ?)');
    const cuts = new Map<number, number>();
    let removed = 0;
    this.#atomic(() => {
      for (const { seq, function_id, time, message } of lines) {
        if (removed >= most) break;
        const size = Buffer.byteLength(message) + LINE_BYTES;
        unindex.run(seq, message);
        remove.run(seq);
        take.run(size, function_id);
        cuts.set(function_id, time);
        removed += size;
      }
      for (const [functionId, time] of cuts) cut.run(functionId, time);
    });
    return removed;
  }

  /** Updates the minutes up to the last record. A crash before loses none: they are rebuilt from the records. */
  sumUp(): void {
    if (this.#unsummed === 0) return;
    this.#atomic(() => {
      this.#minutes.write(this, (key) => this.#intern(key));
      this.prepare('delete from summed').run();
      this.prepare('insert into summed values (?)').run(this.#lastRecord);
    });
    this.#minutes.clear();
    this.#unsummed = 0;
    this.#summedAt = performance.now();
  }

  #recoverSums(): void {
    const summed = Number(this.prepare('select max(up_to) from summed').pluck().get() ?? 0);
    const old = this.hasOldRecords ? oldRecordsAfter(this, summed) : [];
    for (const some of [old, chunksAfter(this, summed)]) {
      for (const records of some) {
        this.#minutes.add(records);
        this.#unsummed += records.length;
      }
    }
    this.sumUpIfRoom();
  }

  /** The metrics of a function; its records stay. */
  forgetMetrics(key: string): void {
    // pending sums would bring them back
    this.sumUp();
    const id = this.functionId(key);
    if (id !== undefined) this.#atomic(() => removeMinutes(this, id));
  }

  appendGauges(minute: number, samples: readonly GaugeSample[]): void {
    this.#atomic(() => {
      addGauges(this, minute, samples, (key) => this.#intern(key));
    });
  }

  #atomic(write: () => void): void {
    this.db.exec('begin immediate');
    try {
      write();
      this.db.exec('commit');
    } catch (error) {
      if (this.db.inTransaction) this.db.exec('rollback');
      // Ids assigned in the transaction are rolled back with it.
      this.#functions.clear();
      throw error;
    }
  }

  #intern(key: string): number {
    const known = this.functionId(key);
    if (known !== undefined) return known;
    const id = Number(this.prepare('insert into function (key) values (?)').run(key).lastInsertRowid);
    this.#remember(key, id);
    return id;
  }

  #remember(key: string, id: number): void {
    if (this.#functions.size >= maxKnownFunctions) this.#functions.clear();
    this.#functions.set(key, id);
  }
}
