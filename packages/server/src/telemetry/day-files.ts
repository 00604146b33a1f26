import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isDamaged, openOrSetAside, setAside } from './damage.ts';
import { type Day, dayMs, oldestDay } from './day.ts';
import { DayFile } from './day-file.ts';

const maxOpen = 8;
/** Positions of a file that begins in a day: no server writes as many lines. */
const SEQS_PER_MS = 1000;
const MAX_AGE_DAYS = 10_000;

export interface DayFilesOptions {
  /**
   * The positions of a new file are behind those of any earlier file of the day: copies know a line by its position, also
   * after a damaged file was set aside.
   */
  readonly uniquePositions?: boolean;
}

/** The files of all days. A day is removed by deleting its file. */
export class DayFiles {
  readonly #dir: string;
  readonly #open = new Map<Day, DayFile>();
  readonly #onSetAside: (path: string) => void;
  readonly #uniquePositions: boolean;

  /** Creates a missing directory; it may hold secrets that functions have logged. */
  constructor(dir: string, onSetAside: (path: string) => void, { uniquePositions = false }: DayFilesOptions = {}) {
    this.#dir = dir;
    this.#uniquePositions = uniquePositions;
    this.#onSetAside = onSetAside;
    mkdirSync(dir, { recursive: true, mode: 0o700 });
  }

  /** The days that have a file, oldest first. */
  days(): Day[] {
    return readdirSync(this.#dir)
      .filter((name) => /^\d{4}-\d{2}-\d{2}\.db$/.test(name))
      .map((name) => name.slice(0, 10))
      .sort();
  }

  /** Opens or creates the file of a day. A damaged one is set aside as `<day>.db.damaged` and created again. */
  get(day: Day): DayFile {
    let file = this.#open.get(day);
    if (file === undefined) file = this.#load(day);
    else this.#open.delete(day);
    this.#open.set(day, file);
    for (const [oldest, unused] of this.#open) {
      if (this.#open.size <= maxOpen) break;
      this.#open.delete(oldest);
      unused.close();
    }
    return file;
  }

  /** Deletes the days before the last `retainDays`; returns which. */
  prune(now: number, retainDays: number): Day[] {
    const oldest = oldestDay(now, retainDays);
    const dropped = this.days().filter((day) => day < oldest);
    for (const day of dropped) this.drop(day);
    return dropped;
  }

  drop(day: Day): void {
    this.#open.get(day)?.discard();
    this.#open.delete(day);
    for (const suffix of ['-wal', '-shm', '.damaged', '']) rmSync(`${this.#path(day)}${suffix}`, { force: true });
  }

  /** Bytes on disk of a day. */
  bytesOf(day: Day): number {
    let bytes = 0;
    for (const suffix of ['-wal', '.damaged', '']) {
      bytes += statSync(`${this.#path(day)}${suffix}`, { throwIfNoEntry: false })?.size ?? 0;
    }
    return bytes;
  }

  /** Sets aside open files that are damaged. */
  setAsideDamaged(): void {
    for (const [day, file] of this.#open) {
      if (!isDamaged(file.db)) continue;
      this.#open.delete(day);
      file.discard();
      this.#onSetAside(setAside(this.#path(day)));
    }
  }

  close(): void {
    for (const file of this.#open.values()) file.close();
    this.#open.clear();
  }

  #path(day: Day): string {
    return join(this.#dir, `${day}.db`);
  }

  #load(day: Day): DayFile {
    const path = this.#path(day);
    const age = Math.min(Math.max(Date.now() - Date.parse(day), 0), MAX_AGE_DAYS * dayMs);
    const firstSeq = this.#uniquePositions ? 1 + age * SEQS_PER_MS : 1;
    return openOrSetAside(path, () => new DayFile(path, { firstSeq }), this.#onSetAside);
  }
}
