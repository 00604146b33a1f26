import { mkdir, readdir, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { StartupError } from './startup-error.ts';

/**
 * Makes the data directory when it is missing. Throws `StartupError` when that cannot be done, or when the directory has
 * nothing yet and a backup is being restored into it, or its restore was killed: the server would begin without data.
 */
export async function makeDataDir(dataDir: string): Promise<void> {
  await refuseHalfRestore(dataDir);
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o711 });
  } catch (cause) {
    throw new StartupError('data_dir', `cannot make the data directory ${dataDir}: ${(cause as Error).message}`, {
      hint: 'Name a directory that the user who runs the server may write, with --data-dir.',
      cause,
    });
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
