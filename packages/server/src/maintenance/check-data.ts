import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { openSealer } from '../lib/sealer.ts';
import { readDatabaseRecord, StorageError, sqliteFile } from '../storage/index.ts';
import { hashFile } from './backup-files.ts';
import { databaseFaults, referredBlobs, sealedSample } from './references.ts';

/** One check and its result. `hint` is the remedy. */
export interface DataCheck {
  readonly name: string;
  readonly state: 'ok' | 'warn' | 'fail';
  readonly detail: string;
  readonly hint?: string;
}

const RESTORE = 'Restore a backup: fgs backup restore DIR';
const SECRET_FILES = ['master.key', 'credentials.json', 'funcgraph.db', 'funcgraph.db-wal', 'database.json'];
const UNFINISHED = ['artifacts/incoming', 'images/incoming', 'images/uploads', 'buckets/incoming'];

/** Checks a data directory, also while a server works on it; changes nothing. Rejects when there is none. */
export async function checkData(dataDir: string): Promise<DataCheck[]> {
  if (!existsSync(dataDir)) {
    throw new StorageError('storage.unreadable', `there is no folder ${dataDir}`, {
      hint: 'Name the data directory of a server with --data-dir.',
    });
  }
  const record = await readDatabaseRecord(dataDir);
  const checks = [...(await checkModes(dataDir)), await checkLeftovers(dataDir), ...(await checkTelemetry(dataDir))];
  if (record.postgresId !== undefined) {
    const detail = 'in PostgreSQL: neither it nor the files it refers to were checked';
    return [{ name: 'database', state: 'warn', detail, hint: 'fgs doctor --database-url-file FILE' }, ...checks];
  }
  const file = sqliteFile(dataDir);
  if (!record.sqlite)
    return [{ name: 'database', state: 'fail', detail: `${file} is missing`, hint: RESTORE }, ...checks];
  return [...(await checkDatabase(dataDir, file)), ...checks];
}

async function checkDatabase(dataDir: string, file: string): Promise<DataCheck[]> {
  let db: Database.Database | undefined;
  try {
    db = new Database(file, { fileMustExist: true, timeout: 30_000 });
    const faults = databaseFaults(db);
    if (faults.length > 0) {
      return [{ name: 'database', state: 'fail', detail: faults.slice(0, 3).join('; '), hint: RESTORE }];
    }
    return [
      { name: 'database', state: 'ok', detail: `${file} is sound` },
      await checkKey(dataDir, sealedSample(db)),
      ...(await checkBlobs(dataDir, db)),
    ];
  } catch (error) {
    return [{ name: 'database', state: 'fail', detail: (error as Error).message, hint: RESTORE }];
  } finally {
    db?.close();
  }
}

async function checkKey(dataDir: string, sealed: string | undefined): Promise<DataCheck> {
  const name = 'master.key';
  try {
    const sealer = await openSealer(join(dataDir, name), { mayCreate: false });
    if (sealed !== undefined) sealer.open(sealed);
    return { name, state: 'ok', detail: 'opens the secrets of the database' };
  } catch (error) {
    const { message, hint = RESTORE } = error as { message: string; hint?: string };
    return { name, state: 'fail', detail: message, hint };
  }
}

async function checkBlobs(dataDir: string, db: Database.Database): Promise<DataCheck[]> {
  const blobs = referredBlobs(db);
  const bad: DataCheck[] = [];
  for (const { path, digest, usedBy } of blobs) {
    const file = join(dataDir, path);
    const hash = existsSync(file) ? await hashFile(file, digest.algorithm) : undefined;
    const state = hash === undefined ? 'missing' : hash === digest.hex ? 'whole' : 'damaged';
    if (state === 'whole') continue;
    const hint = 'Upload it again, or restore a backup: fgs backup restore DIR';
    bad.push({ name: 'stored files', state: 'fail', detail: `${path} of ${usedBy} is ${state}`, hint });
  }
  const detail = `${blobs.length} files of code, dependencies, images and buckets are whole`;
  // the name of a folder for a single file continues after the digest
  const trees = await readdir(join(dataDir, 'artifacts/trees')).catch(() => []);
  const unpacked = new Set(trees.map((name) => name.slice(0, 64)));
  const noTree = blobs.filter(({ path, digest }) => path.startsWith('artifacts/') && !unpacked.has(digest.hex));
  const result: DataCheck[] = bad.length > 0 ? bad : [{ name: 'stored files', state: 'ok', detail }];
  if (noTree.length > 0) {
    const missing = `${noTree.length} code folders are missing`;
    result.push({ name: 'code folders', state: 'warn', detail: missing, hint: 'The next start unpacks them again.' });
  }
  return result;
}

async function checkModes(dataDir: string): Promise<DataCheck[]> {
  const { uid } = await stat(dataDir);
  const open: string[] = [];
  const foreign: string[] = [];
  for (const name of SECRET_FILES) {
    const stats = await stat(join(dataDir, name)).catch(() => undefined);
    if (stats === undefined) continue;
    if ((stats.mode & 0o077) !== 0) open.push(name);
    if (stats.uid !== uid) foreign.push(name);
  }
  const checks: DataCheck[] = [];
  if (open.length > 0) {
    const hint = `chmod 600 ${open.map((name) => join(dataDir, name)).join(' ')}`;
    checks.push({ name: 'modes', state: 'fail', detail: `others can read ${open.join(', ')}`, hint });
  }
  if (foreign.length > 0) {
    const hint = `chown --reference=${dataDir} ${foreign.map((name) => join(dataDir, name)).join(' ')}`;
    checks.push({
      name: 'owners',
      state: 'fail',
      detail: `not of the owner of the directory: ${foreign.join(', ')}`,
      hint,
    });
  }
  return checks.length > 0 ? checks : [{ name: 'modes', state: 'ok', detail: 'secrets are for their owner only' }];
}

async function checkLeftovers(dataDir: string): Promise<DataCheck> {
  const left: string[] = [];
  for (const folder of UNFINISHED) {
    for (const name of await readdir(join(dataDir, folder)).catch(() => [])) left.push(join(folder, name));
  }
  for (const name of await readdir(dataDir)) if (name.endsWith('.new')) left.push(name);
  for (const name of await readdir(join(dataDir, 'logs')).catch(() => [])) {
    if (name.endsWith('.damaged')) left.push(join('logs', name));
  }
  if (left.length === 0) return { name: 'leftovers', state: 'ok', detail: 'none' };
  const some = left.slice(0, 5).join(', ');
  const hint =
    'A running server may be working on them; a start removes unfinished ones. Damaged logs are yours to delete.';
  return { name: 'leftovers', state: 'warn', detail: `${left.length}: ${some}`, hint };
}

async function checkTelemetry(dataDir: string): Promise<DataCheck[]> {
  const damaged: string[] = [];
  for (const name of await readdir(join(dataDir, 'logs')).catch(() => [])) {
    if (!name.endsWith('.db')) continue;
    const db = new Database(join(dataDir, 'logs', name), { fileMustExist: true, timeout: 30_000 });
    try {
      if (db.pragma('quick_check(1)', { simple: true }) !== 'ok') damaged.push(name);
    } catch {
      damaged.push(name);
    } finally {
      db.close();
    }
  }
  if (damaged.length === 0) return [{ name: 'logs', state: 'ok', detail: 'every day can be read' }];
  const hint = 'The server moves them aside when it finds them; nothing else depends on them.';
  return [{ name: 'logs', state: 'warn', detail: `damaged: ${damaged.join(', ')}`, hint }];
}
