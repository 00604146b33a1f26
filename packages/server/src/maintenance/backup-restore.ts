import { chown, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeWithParents, restoringDir } from '../lib/data-dir.ts';
import { syncFolder, syncTree } from '../lib/durable-file.ts';
import type { BackupSummary } from './backup-create.ts';
import { copyFileHashed, readManifest } from './backup-files.ts';
import { verifyBackup } from './backup-verify.ts';
import { MaintenanceError } from './maintenance-error.ts';

const PRIVATE = 0o600;
/** Unpacked code, which is made from these files, is read by the users of sandboxes. */
const CODE = 0o644;

/**
 * Makes a data directory from a backup, which is verified first. The directory must be missing or empty; its owner gets the
 * files. It has its name when it is complete. Throws `backup.damaged` and `backup.exists`.
 */
export async function restoreBackup(folder: string, dataDir: string): Promise<BackupSummary> {
  const owner = await ownerOfEmpty(dataDir);
  const { ok, faults } = await verifyBackup(folder);
  if (!ok) {
    throw new MaintenanceError('backup.damaged', `the backup cannot be restored: ${faults.slice(0, 3).join('; ')}`, {
      hint: 'Take another backup. All faults: fgs backup verify DIR',
    });
  }
  const { files } = await readManifest(folder);
  const partial = restoringDir(dataDir);
  await rm(partial, { recursive: true, force: true });
  await makeWithParents(partial, 0o711);
  let bytes = 0;
  try {
    for (const { path, sha256 } of files) {
      const mode = path.startsWith('artifacts/') ? CODE : PRIVATE;
      const copied = await copyFileHashed(join(folder, path), join(partial, path), mode);
      if (copied.sha256 !== sha256) throw new Error(`${path} changed while it was copied`);
      bytes += copied.bytes;
    }
    if (owner !== undefined) await giveAll(partial, owner);
    await syncTree(partial);
    // an empty folder of the name gives way
    await rename(partial, dataDir);
    await syncFolder(dirname(dataDir));
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
  return { folder: dataDir, files: files.length, bytes };
}

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** The owner of an empty directory, whom root gives the files; undefined for a directory that is to be made. */
async function ownerOfEmpty(dataDir: string): Promise<Owner | undefined> {
  try {
    const names = await readdir(dataDir);
    if (names.length === 0) return process.getuid?.() === 0 ? await stat(dataDir) : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  throw new MaintenanceError('backup.exists', `the data directory ${dataDir} is not empty`, {
    hint: 'Stop the server and move the directory away first, or restore into another one: --data-dir DIR',
  });
}

async function giveAll(path: string, { uid, gid }: Owner): Promise<void> {
  await chown(path, uid, gid);
  for (const entry of await readdir(path, { withFileTypes: true })) {
    const inside = join(path, entry.name);
    if (entry.isDirectory()) await giveAll(inside, { uid, gid });
    else await chown(inside, uid, gid);
  }
}
