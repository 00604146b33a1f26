import { mkdir, readdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { StartupError } from './startup-error.ts';

/**
 * Makes the data directory when it is missing. Throws `StartupError` when that cannot be done, or when the directory has
 * nothing yet and a backup is being restored into it, or its restore was killed: the server would begin without data.
 */
export async function makeDataDir(dataDir: string): Promise<void> {
  await refuseHalfRestore(dataDir);
  try {
    await makeWithParents(resolve(dataDir), 0o711);
  } catch (cause) {
    throw new StartupError('data_dir', `cannot make the data directory ${dataDir}: ${(cause as Error).message}`, {
      hint: 'Name a directory that the user who runs the server may write, with --data-dir.',
      cause,
    });
  }
}

/**
 * Makes a folder that a user names, an absolute path, with the folders above it; others may make them at the same time.
 * Node.js makes them for ever where they exist and a folder is nevertheless refused with ENOENT, as in `/proc`.
 */
export async function makeWithParents(folder: string, mode: number): Promise<void> {
  const make = (): Promise<void> =>
    mkdir(folder, { mode }).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST' || !(await stat(folder)).isDirectory()) throw error;
    });
  try {
    await make();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    await makeWithParents(dirname(folder), mode);
    await make();
  }
}

const AFTER_DRAIN_MS = 30_000;

/** How long another server of the directory may take to stop, if it has the same drain time. */
export function mostStopMs(drainMs: number): number {
  return drainMs + AFTER_DRAIN_MS;
}

/** Beside a data directory: where a backup is restored until it is complete. */
export function restoringDir(dataDir: string): string {
  return `${resolve(dataDir)}.restoring`;
}

async function refuseHalfRestore(dataDir: string): Promise<void> {
  const restoring = restoringDir(dataDir);
  const isThere = await stat(restoring).then(
    () => true,
    () => false,
  );
  if (!isThere) return;
  const names = await readdir(dataDir).catch(() => []);
  if (names.length > 0) return;
  throw new StartupError('data_dir', `a backup was not restored to its end: ${restoring} is what there is of it`, {
    hint: `Restore it again: fgs backup restore. To begin without data, remove ${restoring}.`,
  });
}
