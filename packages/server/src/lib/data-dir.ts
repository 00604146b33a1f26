import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { StartupError } from './startup-error.ts';

/** Makes the data directory when it is missing. Throws `StartupError` when that cannot be done. */
export async function makeDataDir(dataDir: string): Promise<void> {
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
