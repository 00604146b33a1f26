import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** A private folder inside `dir`, removed when `work` ends, also on failure. */
export async function withTemporary<T>(dir: string, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(dir, '.new-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
