import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';

const MB = 2 ** 20;
/** A database of this size is rewritten in a second or two. */
const QUICK_BYTES = 64 * MB;
const MARGIN_BYTES = 64 * MB;
/** Free pages left for the next rows: a queue deletes and inserts all the time. */
const SPARE_PAGES = 1_024;
const INCREMENTAL = 2;

export interface FileSpace {
  readonly pageBytes: number;
  readonly pages: number;
  /** Pages of deleted rows. */
  readonly freePages: number;
  readonly diskFreeBytes: number;
}

/**
 * Pure: whether to rewrite a database without incremental vacuum, which enables it permanently. A rewrite takes time
 * and twice the space of the rows, so it happens only when it is quick or frees more than half of the file.
 */
export function isWorthRewriting({ pageBytes, pages, freePages, diskFreeBytes }: FileSpace): boolean {
  const usedBytes = (pages - freePages) * pageBytes;
  const isWorth = pages * pageBytes <= QUICK_BYTES || freePages * 2 > pages;
  return isWorth && diskFreeBytes > 2 * usedBytes + MARGIN_BYTES;
}

/** Call before any other statement on a connection; this suffices for a new file. */
export function useIncrementalVacuum(db: Database.Database): void {
  db.pragma('auto_vacuum = INCREMENTAL');
}

/**
 * Rewrites a file made without incremental vacuum if that is worth it. The file is unchanged when the rewrite fails.
 */
export function rewriteIfWorth(db: Database.Database, file: string): void {
  const read = (name: string): number => Number(db.pragma(name, { simple: true }));
  if (read('auto_vacuum') === INCREMENTAL) return;
  const { bavail, bsize } = statfsSync(dirname(file));
  const space = { pageBytes: read('page_size'), pages: read('page_count'), freePages: read('freelist_count') };
  if (!isWorthRewriting({ ...space, diskFreeBytes: bavail * bsize })) return;
  try {
    // not in memory: a rewrite copies all rows
    db.pragma('temp_store = FILE');
    db.exec('VACUUM');
    db.pragma('wal_checkpoint(TRUNCATE)');
  } catch (error) {
    if (!(error instanceof Database.SqliteError)) throw error;
  }
}

/** Returns at most `most` pages to the file system; the result is how many. Without incremental vacuum, 0. */
export function returnPages(db: Database.Database, most: number): number {
  if (Number(db.pragma('auto_vacuum', { simple: true })) !== INCREMENTAL) return 0;
  const free = Number(db.pragma('freelist_count', { simple: true }));
  const pages = Math.min(most, free - SPARE_PAGES);
  if (pages <= 0) return 0;
  db.pragma(`incremental_vacuum(${pages})`);
  // the file shrinks when the log is copied into it
  if (free - pages <= SPARE_PAGES) db.pragma('wal_checkpoint(PASSIVE)');
  return pages;
}
