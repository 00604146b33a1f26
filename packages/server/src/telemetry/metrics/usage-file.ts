import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { UsageCopy } from '../copies/types.ts';
import { isDamaged, openOrSetAside, setAside } from '../damage.ts';
import type { Day } from '../day.ts';
import type { DayFile } from '../day-file.ts';
import type { DayFiles } from '../day-files.ts';
import { projectKey } from './minute-table.ts';
import type { MonthUsage } from './types.ts';

interface ProjectDay {
  readonly project: string;
  readonly calls: number;
  readonly gb_s: number;
}

/** Days that are kept: more than `MAX_MONTHS` months. */
const KEPT_DAYS = 400;
const MAX_MONTHS = 12;

const schema = `
  create table if not exists usage (
    day text not null, project text not null, calls integer not null, gb_s real not null, primary key (day, project)
  ) without rowid;
  create table if not exists closed (day text primary key) without rowid;
`;

/**
 * Usage of projects on days whose files are removed or no longer change. A day is written as a whole, and repeating it
 * has no effect, so a crash at any moment neither loses nor doubles usage.
 */
export class UsageFile {
  readonly #path: string;
  readonly #onSetAside: (path: string) => void;
  #db: Database.Database;

  /** A damaged file is set aside, and rebuilt from the files of the days that are kept. */
  constructor(dir: string, onSetAside: (path: string) => void) {
    this.#path = join(dir, 'usage.db');
    this.#onSetAside = onSetAside;
    this.#db = this.#open();
  }

  /** Sets the file aside if it is damaged. */
  setAsideDamaged(): void {
    if (!isDamaged(this.#db)) return;
    this.#db.close();
    this.#onSetAside(setAside(this.#path));
    this.#db = this.#open();
  }

  close(): void {
    this.#db.close();
  }

  /**
   * Writes the days before `firstOpen` that are not written yet; days before `mayGo` are written again before removal.
   */
  closeDays(files: DayFiles, firstOpen: Day, mayGo: Day): void {
    const closed = new Set(this.#db.prepare('select day from closed').pluck().all() as string[]);
    for (const day of files.days()) {
      const goes = day < mayGo;
      if (!goes && (day >= firstOpen || closed.has(day))) continue;
      this.#closeDay(day, usedOn(files.get(day)));
    }
    const forgotten = new Date(Date.parse(firstOpen) - KEPT_DAYS * 86_400_000).toISOString().slice(0, 10);
    this.#db.prepare('delete from usage where day < ?').run(forgotten);
    this.#db.prepare('delete from closed where day < ?').run(forgotten);
  }

  /** The last `months`, including this one, oldest first. At most 12. */
  months(files: DayFiles, projectId: string, now: number, months: number): MonthUsage[] {
    const names = lastMonths(now, Math.min(months, MAX_MONTHS));
    const sums = new Map(names.map((month) => [month, { month, calls: 0, gbSeconds: 0 }]));
    const add = (day: Day, calls: number, gbSeconds: number): void => {
      const sum = sums.get(day.slice(0, 7));
      if (sum === undefined) return;
      sum.calls += calls;
      sum.gbSeconds += gbSeconds;
    };
    const rows = this.#db
      .prepare<unknown[], ProjectDay & { day: string }>('select * from usage where project = ? and day >= ?')
      .all(projectId, names[0] ?? '');
    for (const row of rows) add(row.day, row.calls, row.gb_s);
    const closed = new Set(this.#db.prepare('select day from closed').pluck().all() as string[]);
    for (const day of files.days()) {
      if (closed.has(day) || !sums.has(day.slice(0, 7))) continue;
      for (const used of usedOn(files.get(day), projectId)) add(day, used.calls, used.gb_s);
    }
    return names.map((month) => sums.get(month) ?? { month, calls: 0, gbSeconds: 0 });
  }

  /** The days that are written. */
  copy(): UsageCopy {
    const days = this.#db.prepare<unknown[], UsageCopy['days'][number]>('select * from usage order by day').all();
    return { days, closed: this.#db.prepare('select day from closed order by day').pluck().all() as string[] };
  }

  /** Replaces all by what another server wrote. */
  replace({ days, closed }: UsageCopy): void {
    this.#db.transaction(() => {
      this.#db.exec('delete from usage; delete from closed');
      const insert = this.#db.prepare('insert or replace into usage values (?, ?, ?, ?)');
      for (const { day, project, calls, gb_s } of days) insert.run(day, project, calls, gb_s);
      const close = this.#db.prepare('insert or ignore into closed values (?)');
      for (const day of closed) close.run(day);
    })();
  }

  #open(): Database.Database {
    return openOrSetAside(this.#path, () => openUsage(this.#path), this.#onSetAside);
  }

  #closeDay(day: Day, used: readonly ProjectDay[]): void {
    this.#db.transaction(() => {
      this.#db.prepare('delete from usage where day = ?').run(day);
      const insert = this.#db.prepare('insert into usage values (?, ?, ?, ?)');
      for (const { project, calls, gb_s } of used) insert.run(day, project, calls, gb_s);
      this.#db.prepare('insert or replace into closed values (?)').run(day);
    })();
  }
}

function openUsage(path: string): Database.Database {
  const db = new Database(path, { timeout: 5000 });
  try {
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = NORMAL');
    db.exec(schema);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Usage by calls that ran: rejected requests do not count. */
function usedOn(file: DayFile, projectId?: string): ProjectDay[] {
  file.sumUpIfRoom();
  const [from, to] = projectId === undefined ? ['*', '+'] : [projectKey(projectId), `${projectKey(projectId)}\0`];
  return file
    .prepare<ProjectDay>(
      `select substr(key, 2) as project, sum(calls - rejected) as calls, sum(gb_s) as gb_s
      from function cross join minute on function.id = function_id where key >= ? and key < ? group by key`,
    )
    .all(from, to);
}

function lastMonths(now: number, months: number): string[] {
  const date = new Date(now);
  return Array.from({ length: months }, (_, index) =>
    new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - (months - 1 - index), 1)).toISOString().slice(0, 7),
  );
}
