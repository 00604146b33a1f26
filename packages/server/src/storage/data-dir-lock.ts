import { rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { holderFile, holderOf, noteHolder } from '../lib/data-dir-holder.ts';
import { giveToFolderOwner } from '../lib/durable-file.ts';
import { StorageError } from './errors.ts';

export interface DataDirLock {
  /** Notes for a server that starts that this one is stopping: `takeDataDir` waits for it. */
  leaving(): void;
  /** Lets the next server take the lock. Idempotent. */
  release(): void;
}

/**
 * Makes this process the only server on the directory, which must exist. Throws `storage.locked` with the pid of the
 * holder when another process holds it. The kernel frees the lock whenever the process ends.
 * The lock file must not be read or copied by this process: closing any handle to it would drop the lock.
 */
export function lockDataDir(dir: string): DataDirLock {
  const pidFile = holderFile(dir);
  let lock: Database.Database | undefined;
  try {
    lock = new Database(join(dir, 'server.lock'), { timeout: 0 });
    // no write ever happens, so the lock can be taken on a full disk
    lock.pragma('journal_mode = MEMORY');
    lock.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    lock?.close();
    if ((cause as { code?: unknown }).code !== 'SQLITE_BUSY') {
      throw unwritable(dir, cause);
    }
    const pid = holderOf(dir)?.pid;
    throw new StorageError(
      'storage.locked',
      `the data directory ${dir} is in use by another server${pid === undefined ? '' : ` (pid ${pid})`}`,
      { hint: 'Stop that server first, or start this one with another data directory.', cause },
    );
  }
  const held = lock;
  try {
    noteHolder(dir, { isStopping: false });
    for (const file of [pidFile, join(dir, 'server.lock')]) giveToFolderOwner(file);
  } catch (cause) {
    // the file only names the holder for others; on a full disk the server continues without it
    if ((cause as NodeJS.ErrnoException).code === 'ENOSPC') return releaser(held, dir);
    held.close();
    throw unwritable(dir, cause);
  }
  return releaser(held, dir);
}

function releaser(held: Database.Database, dir: string): DataDirLock {
  return {
    leaving: () => {
      if (!held.open) return;
      try {
        noteHolder(dir, { isStopping: true });
      } catch {
        // on a full disk a server that starts meanwhile is refused
      }
    },
    release: () => {
      if (!held.open) return;
      rmSync(holderFile(dir), { force: true });
      held.close();
    },
  };
}

function unwritable(dir: string, cause: unknown): StorageError {
  return new StorageError(
    'storage.unreadable',
    `cannot write to the data directory ${dir}: ${(cause as Error).message}`,
    {
      hint: 'Check that the directory exists, that its file system is not mounted read-only or full, and that the user who runs the server owns it.',
      cause,
    },
  );
}
