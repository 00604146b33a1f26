import { stat } from 'node:fs/promises';

/** Whether a file or folder exists at a path. Throws on all other errors. */
export async function pathExists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}
