import { renameSync, rmSync } from 'node:fs';
import type Database from 'better-sqlite3';

const CODES = new Set(['SQLITE_NOTADB', 'SQLITE_CORRUPT']);

/** True for an error that reports that a file is not a database, or incomplete. */
export function isDamage(error: unknown): boolean {
  const code = String((error as { code?: unknown }).code);
  return CODES.has(code) || code.startsWith('SQLITE_CORRUPT_');
}

/** Whether the open database is damaged. Reads all of it, so call it only after an error. */
export function isDamaged(db: Database.Database): boolean {
  try {
    return db.pragma('quick_check(1)', { simple: true }) !== 'ok';
  } catch (error) {
    return isDamage(error);
  }
}

/** Renames a damaged file to `<name>.damaged`, replacing an older one. Returns its new path. */
export function setAside(path: string): string {
  for (const suffix of ['-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true });
  const aside = `${path}.damaged`;
  rmSync(aside, { recursive: true, force: true });
  renameSync(path, aside);
  return aside;
}

/** Opens a file; a damaged one is set aside, reported, and created again. */
export function openOrSetAside<T>(path: string, open: () => T, onSetAside: (path: string) => void): T {
  try {
    return open();
  } catch (error) {
    if (!isDamage(error)) throw error;
    onSetAside(setAside(path));
    return open();
  }
}
