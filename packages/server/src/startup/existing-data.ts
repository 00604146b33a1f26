import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { StorageError, sqliteFile } from '../storage/index.ts';

/** Folders whose files only have a meaning with a database. */
const REFERRED = [
  ['artifacts', 'blobs'],
  ['images', 'blobs'],
] as const;

/** Whether the data directory holds code or images that a database must know. */
export async function hasStoredFiles(dataDir: string): Promise<boolean> {
  for (const parts of REFERRED) {
    const names = await readdir(join(dataDir, ...parts)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    });
    if (names.length > 0) return true;
  }
  return false;
}

/** Throws `storage.missing` when the SQLite database of a directory with stored files is missing or has no content. */
export async function refuseMissingDatabase(dataDir: string): Promise<void> {
  const file = sqliteFile(dataDir);
  const size = await stat(file).then(
    (stats) => stats.size,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    },
  );
  if (size !== undefined && size > 0) return;
  throw new StorageError(
    'storage.missing',
    `${file} is ${size === undefined ? 'missing' : 'empty'}, but ${dataDir} holds code or images that belong to it`,
    {
      hint: 'Restore the database from a backup (fgs backup restore), or start with another data directory. Nothing was changed.',
    },
  );
}
