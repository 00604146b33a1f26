import { lstat } from 'node:fs/promises';

/** Whether a file or folder that nothing refers to may be removed now. */
export type MayRemove = (path: string) => Promise<boolean>;

const GRACE_MS = 60 * 60 * 1000;

export interface LeftoverRules {
  /** When the database was created, in ms since the epoch: it cannot know older files. */
  readonly databaseBornAt: number;
  readonly now: () => number;
  /** Called with the first file of a process that is older than the database. */
  readonly onOlder: (path: string) => void;
}

/**
 * The rule for removing files that the database does not mention. A file changed within the last hour stays: a row may
 * be about to refer to it. A file older than the database stays for good: it belongs to another database, which may
 * have been lost.
 */
export function leftoverRule({ databaseBornAt, now, onOlder }: LeftoverRules): MayRemove {
  let hasWarned = false;
  return async (path) => {
    let times: { readonly mtimeMs: number; readonly ctimeMs: number };
    try {
      times = await lstat(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true;
      throw error;
    }
    if (Math.min(times.mtimeMs, times.ctimeMs) < databaseBornAt) {
      if (!hasWarned) onOlder(path);
      hasWarned = true;
      return false;
    }
    return now() - times.ctimeMs >= GRACE_MS;
  };
}
