import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { openSealer } from '../lib/sealer.ts';
import { DATABASE, hashFile, readManifest } from './backup-files.ts';
import { databaseFaults, referredBlobs, sealedSample } from './references.ts';

export interface Verification {
  readonly ok: boolean;
  readonly created_at: string;
  readonly files: number;
  readonly bytes: number;
  /** The faults found, in sentences. */
  readonly faults: readonly string[];
}

/** Whether a backup can be restored: every file as it was copied, a sound database, and every file that it refers to. */
export async function verifyBackup(folder: string): Promise<Verification> {
  const manifest = await readManifest(folder);
  const faults: string[] = [];
  for (const { path, bytes, sha256 } of manifest.files) {
    const file = join(folder, path);
    const size = await stat(file).then(
      (stats) => stats.size,
      () => undefined,
    );
    if (size === undefined) faults.push(`${path} is missing`);
    else if (size !== bytes || (await hashFile(file)) !== sha256) faults.push(`${path} was changed`);
  }
  const known = new Set(manifest.files.map(({ path }) => path));
  if (faults.length === 0) faults.push(...(await contentFaults(folder, known)));
  const bytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0);
  return { ok: faults.length === 0, created_at: manifest.created_at, files: manifest.files.length, bytes, faults };
}

async function contentFaults(folder: string, known: ReadonlySet<string>): Promise<string[]> {
  if (!known.has(DATABASE)) return [`${DATABASE} is missing`];
  const faults: string[] = [];
  const db = new Database(join(folder, DATABASE), { readonly: true });
  try {
    faults.push(...databaseFaults(db).map((fault) => `${DATABASE}: ${fault}`));
    for (const { path, usedBy } of referredBlobs(db))
      if (!known.has(path)) faults.push(`${path} of ${usedBy} is missing`);
    const sealed = sealedSample(db);
    if (!known.has('master.key')) faults.push('master.key is missing');
    else if (sealed !== undefined) (await openSealer(join(folder, 'master.key'), { mayCreate: false })).open(sealed);
  } catch (error) {
    faults.push((error as Error).message);
  } finally {
    db.close();
  }
  return faults;
}
