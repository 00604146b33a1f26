import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';

const MB = 2 ** 20;
/** A database of this size is rewritten within a second or two. */
const QUICK_BYTES = 64 * MB;
const MARGIN_BYTES = 64 * MB;
/** Kept for the next rows: a queue deletes and stores all the time. */
const SPARE_PAGES = 1_024;
const INCREMENTAL = 2;

export interface FileSpace {
  readonly pageBytes: number;
  readonly pages: number;
  /** Of deleted rows. */
  readonly freePages: number;
  readonly diskFreeBytes: number;
}

/**
 * Pure: whether a database that cannot give space back in steps is rewritten, which changes that for good. It takes time,
 * and twice the room of its rows: only when it is quick or gives back more than half of the file.
 */
export function isWorthRewriting({ pageBytes, pages, freePages, diskFreeBytes }: FileSpace): boolean {
  const usedBytes = (pages - freePages) * pageBytes;
  const isWorth = pages * pageBytes <= QUICK_BYTES || freePages * 2 > pages;
  return isWorth && diskFreeBytes > 2 * usedBytes + MARGIN_BYTES;
}

/** Call it before anything else is done with a connection: for a new file it is enough. */
export function useIncrementalVacuum(db: Database.Database): void {
  db.pragma('auto_vacuum = INCREMENTAL');
}

/** Rewrites a file made without incremental vacuum if that is worth it. It stays as it is when the rewrite fails. */
export function rewriteIfWorth(db: Database.Database, file: string): void {
  const read = (name: string): number => Number(db.pragma(name, { simple: true }));
  if (read('auto_vacuum') === INCREMENTAL) return;
  const { bavail, bsize } = statfsSync(dirname(file));
  const space = { pageBytes: read('page_size'), pages: read('page_count'), freePages: read('freelist_count') };
  if (!isWorthRewriting({ ...space, diskFreeBytes: bavail * bsize })) return;
  try {
    // not in memory: it takes a copy of all rows
    db.pragma('temp_store = FILE');
    db.exec('VACUUM');
    db.pragma('wal_checkpoint(TRUNCATE)');
  } catch (error) {
    if (!(error instanceof Database.SqliteError)) throw error;
  }
}

/** Gives at most so many pages back to the file system; returns how many. In a file without incremental vacuum, none. */
export function returnPages(db: Database.Database, most: number): number {
  if (Number(db.pragma('auto_vacuum', { simple: true })) !== INCREMENTAL) return 0;
  const free = Number(db.pragma('freelist_count', { simple: true }));
  const pages = Math.min(most, free - SPARE_PAGES);
  if (pages <= 0) return 0;
  db.pragma(`incremental_vacuum(${pages})`);
  // the file gets shorter when the log is copied into it
  if (free - pages <= SPARE_PAGES) db.pragma('wal_checkpoint(PASSIVE)');
  return pages;
}
