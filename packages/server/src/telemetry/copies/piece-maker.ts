import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Day } from '../day.ts';
import type { DayFile } from '../day-file.ts';
import type { DayFiles } from '../day-files.ts';
import { MINUTE_MS } from '../metrics/minute-table.ts';
import type { UsageFile } from '../metrics/usage-file.ts';
import type { RecordChunk } from '../record-chunk.ts';
import { type Packed, pack } from './pack.ts';
import type { CopiedChunk, CopiedGauge, CopiedLine, Piece } from './types.ts';

/** Of messages, and of records, in a piece: making it holds up the other work of the thread. */
const PIECE_BYTES = 2 * 1024 * 1024;
const PIECE_ROWS = 10_000;
const PIECE_MINUTES = 10;

/** Up to which positions a day is copied to a place. */
interface Copied {
  /** Of the last piece. The first one of a file has that of its time: behind those of a file that was set aside. */
  readonly number: number;
  readonly line: number;
  readonly record: number;
  readonly gauge: number;
}

/** A file to be copied, and what to note then. */
export interface MadePiece {
  readonly day: Day;
  readonly path: string;
  readonly sha256: string;
  readonly copied: Copied;
}

export interface MadeUsage {
  readonly path: string;
  readonly sha256: string;
}

const SCHEMA = `
  create table if not exists copied (
    place text primary key, number integer not null, line integer not null, record integer not null, gauge integer not null
  ) without rowid;
  create index if not exists gauge_minute on gauge (minute);
`;

/**
 * Makes the pieces of the files of days. What is copied is noted in each file when a piece is stored: after a crash the
 * same rows are copied again, with the same positions.
 */
export class PieceMaker {
  readonly #files: DayFiles;
  readonly #dir: string;
  /** Days that may have rows which are not copied. */
  readonly #touched: Set<Day>;

  /** `dir`: for the files that are copied next. */
  constructor(files: DayFiles, dir: string) {
    this.#files = files;
    this.#dir = dir;
    this.#touched = new Set(files.days());
    rmSync(dir, { recursive: true, force: true });
    mkdirSync(dir, { recursive: true, mode: 0o700 });
  }

  touch(day: Day): void {
    this.#touched.add(day);
  }

  /** The next piece that the place does not have; undefined when it has all closed ones. The newest day comes first. */
  next(place: string, now: number): MadePiece | undefined {
    const days = new Set(this.#files.days());
    for (const day of [...this.#touched].sort().reverse()) {
      const made = days.has(day) ? this.#pieceOf(day, place, now) : undefined;
      if (made !== undefined) return made;
      this.#touched.delete(day);
    }
    return undefined;
  }

  note(place: string, { day, copied, path }: Pick<MadePiece, 'day' | 'copied' | 'path'>): void {
    rmSync(path, { force: true });
    if (!this.#files.days().includes(day)) return;
    const { number, line, record, gauge } = copied;
    this.#files
      .get(day)
      .prepare('insert or replace into copied values (?, ?, ?, ?, ?)')
      .run(place, number, line, record, gauge);
  }

  usage(usage: UsageFile): MadeUsage {
    return this.#write(pack(usage.copy()));
  }

  #pieceOf(day: Day, place: string, now: number): MadePiece | undefined {
    const file = this.#files.get(day);
    file.db.exec(SCHEMA);
    const before = file
      .prepare<Copied>('select number, line, record, gauge from copied where place = ?')
      .get(place) ?? {
      ...{ number: Math.max(0, now - Date.parse(day)), line: 0, record: 0, gauge: 0 },
    };
    const lines = linesAfter(file, before.line);
    const chunks = chunksAfter(file, before.record);
    const gauges = gaugesAfter(file, before.gauge, Math.floor(now / MINUTE_MS));
    if (lines.length === 0 && chunks.length === 0 && gauges.length === 0) return undefined;
    const cuts = file
      .prepare<Piece['cuts'][number]>('select key, time from line_cut join function on function.id = function_id')
      .all();
    const lastChunk = chunks.at(-1);
    const copied: Copied = {
      number: before.number + 1,
      line: lines.at(-1)?.seq ?? before.line,
      record: lastChunk === undefined ? before.record : lastChunk.seq + lastChunk.chunk.count - 1,
      gauge: gauges.at(-1)?.minute ?? before.gauge,
    };
    return { day, ...this.#write(pack({ lines, chunks, gauges, cuts })), copied };
  }

  #write({ bytes, sha256 }: Packed): { readonly path: string; readonly sha256: string } {
    const path = join(this.#dir, sha256);
    writeFileSync(path, bytes, { mode: 0o600 });
    return { path, sha256 };
  }
}

function linesAfter(file: DayFile, seq: number): CopiedLine[] {
  const rows = file
    .prepare<CopiedLine>(
      `select seq, key, time, version, request_id as requestId, instance_id as instanceId, level, message
      from line cross join function on function.id = function_id where seq > ? order by seq limit ${PIECE_ROWS}`,
    )
    .iterate(seq);
  return within(rows, ({ message }) => message.length);
}

function chunksAfter(file: DayFile, seq: number): CopiedChunk[] {
  const rows = file
    .prepare<{ seq: number; lineSeq: number; body: string }>(
      `select seq, coalesce(line_seq, 0) as lineSeq, body from chunk where seq > ? order by seq limit ${PIECE_ROWS}`,
    )
    .iterate(seq);
  return within(rows, ({ body }) => body.length).map(({ body, ...row }) => ({
    ...row,
    chunk: JSON.parse(body) as RecordChunk,
  }));
}

/** Of minutes that are over: their rows no longer change. */
function gaugesAfter(file: DayFile, minute: number, current: number): CopiedGauge[] {
  const first = file
    .prepare<{ minute: number | null }>('select min(minute) as minute from gauge where minute > ?')
    .get(minute);
  if (first === undefined || first.minute === null) return [];
  return file
    .prepare<CopiedGauge>(
      `select minute, key as functionKey, qualifier, concurrency, reserved, instances
      from gauge join function on function.id = function_id where minute >= ? and minute < ? order by minute`,
    )
    .all(first.minute, Math.min(first.minute + PIECE_MINUTES, current));
}

function within<Row>(rows: Iterable<Row>, sizeOf: (row: Row) => number): Row[] {
  const taken: Row[] = [];
  let bytes = 0;
  for (const row of rows) {
    taken.push(row);
    bytes += sizeOf(row);
    if (bytes > PIECE_BYTES) break;
  }
  return taken;
}
