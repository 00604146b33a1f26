import { rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { makeWithParents } from '../lib/data-dir.ts';
import { syncFolder, syncTree, writeDurably } from '../lib/durable-file.ts';
import { readDatabaseRecord, sqliteFile } from '../storage/index.ts';
import {
  type BackedUpFile,
  type CopiedFile,
  copyFileHashed,
  DATABASE,
  hashFile,
  MANIFEST,
  type Manifest,
} from './backup-files.ts';
import { MaintenanceError } from './maintenance-error.ts';
import { type ReferredBlob, referredBlobs } from './references.ts';

/** Files with secrets; without `master.key` the database is of no use. */
const KEYS = ['master.key', 'credentials.json'] as const;
/** Code deleted between the snapshot and its copy may make the copy fail this many times. */
const ATTEMPTS = 5;

export interface BackupSummary {
  readonly folder: string;
  readonly files: number;
  readonly bytes: number;
}

/**
 * Makes a backup of a data directory, also while a server works on it: first a snapshot of the database, then every
 * file that the snapshot refers to. The folder has its name when it is complete. Throws `backup.exists`,
 * `backup.postgres`, `backup.incomplete` and errors of reading and writing.
 */
export async function createBackup(dataDir: string, folder: string): Promise<BackupSummary> {
  const target = resolve(folder);
  await refuseExisting(target);
  const record = await readDatabaseRecord(dataDir);
  if (record.postgresId !== undefined || !record.sqlite) throw noDatabase(dataDir, record.postgresId !== undefined);
  const partial = `${target}.partial`;
  await rm(partial, { recursive: true, force: true });
  await makeWithParents(partial, 0o700);
  try {
    const files = await copyConsistently(dataDir, partial);
    for (const name of KEYS) {
      const copied = await copyIfThere(join(dataDir, name), join(partial, name));
      if (copied !== undefined) files.push({ path: name, bytes: copied.bytes, sha256: copied.sha256 });
    }
    const manifest: Manifest = { format: 1, created_at: new Date().toISOString(), files };
    await writeDurably(join(partial, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);
    await syncTree(partial);
    await rename(partial, target);
    await syncFolder(dirname(target));
    return { folder: target, files: files.length, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) };
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
}

async function copyConsistently(dataDir: string, partial: string): Promise<BackedUpFile[]> {
  const copied = new Map<string, BackedUpFile>();
  let missing: ReferredBlob[] = [];
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const snapshot = join(partial, DATABASE);
    const blobs = await takeSnapshot(dataDir, snapshot);
    missing = [];
    for (const blob of blobs) {
      if (copied.has(blob.path)) continue;
      const file = await copyBlob(dataDir, partial, blob);
      if (file === undefined) missing.push(blob);
      else copied.set(blob.path, file);
    }
    if (missing.length > 0) continue;
    const expected = new Set(blobs.map(({ path }) => path));
    for (const path of copied.keys()) {
      if (expected.has(path)) continue;
      await rm(join(partial, path));
      copied.delete(path);
    }
    const { size } = await stat(snapshot);
    return [{ path: DATABASE, bytes: size, sha256: await hashFile(snapshot) }, ...copied.values()];
  }
  const [first] = missing;
  throw new MaintenanceError(
    'backup.incomplete',
    `${missing.length} files that the database refers to are missing, the first one ${first?.path} of ${first?.usedBy}`,
    { hint: 'Find the fault with: fgs check. Upload the code again, or delete the function.' },
  );
}

/** Writes a consistent, immutable copy of the database, and returns the files it refers to. */
async function takeSnapshot(dataDir: string, snapshot: string): Promise<ReferredBlob[]> {
  await rm(snapshot, { force: true });
  const source = new Database(sqliteFile(dataDir), { fileMustExist: true, timeout: 30_000 });
  try {
    // reads one state of the database, beside all writers
    source.prepare('vacuum into ?').run(snapshot);
  } finally {
    source.close();
  }
  const db = new Database(snapshot);
  try {
    // one file, without a log beside it
    db.pragma('journal_mode = DELETE');
    db.pragma('synchronous = EXTRA');
    return referredBlobs(db);
  } finally {
    db.close();
  }
}

async function copyBlob(
  dataDir: string,
  partial: string,
  { path, digest }: ReferredBlob,
): Promise<BackedUpFile | undefined> {
  const copied = await copyIfThere(join(dataDir, path), join(partial, path));
  if (copied === undefined) return undefined;
  const { bytes, sha256 } = copied;
  if (copied[digest.algorithm] === digest.hex) return { path, bytes, sha256 };
  throw new MaintenanceError('backup.damaged', `${path} is damaged: its content is not what was stored`, {
    hint: 'Find its users with: fgs check. Upload the code again, or delete the function.',
  });
}

async function copyIfThere(from: string, to: string): Promise<CopiedFile | undefined> {
  try {
    return await copyFileHashed(from, to, 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    await rm(to, { force: true });
    return undefined;
  }
}

async function refuseExisting(target: string): Promise<void> {
  const exists = await stat(target).then(
    () => true,
    () => false,
  );
  if (!exists) return;
  throw new MaintenanceError('backup.exists', `${target} exists already`, {
    hint: 'Name a folder that does not exist yet.',
  });
}

function noDatabase(dataDir: string, isPostgres: boolean): MaintenanceError {
  if (!isPostgres) {
    return new MaintenanceError('backup.nothing', `${dataDir} holds no database`, {
      hint: 'Name the data directory of a server with --data-dir.',
    });
  }
  return new MaintenanceError('backup.postgres', `the data of ${dataDir} is in a PostgreSQL database`, {
    hint: 'Use the tools of PostgreSQL (pg_dump), then copy the data directory: docs/guides/operate.md.',
  });
}
