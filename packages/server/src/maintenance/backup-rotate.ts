import { readdir, rename, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { makeWithParents } from '../lib/data-dir.ts';
import { type BackupSummary, createBackup } from './backup-create.ts';
import { MANIFEST } from './backup-files.ts';
import { verifyBackup } from './backup-verify.ts';
import { MaintenanceError } from './maintenance-error.ts';

/** Names sort by time. */
const NAME = /^funcgraph-\d{8}T\d{6}Z$/;
const PARTIAL = '.partial';
/** A program that was killed left it. */
const ABANDONED_MS = 24 * 60 * 60 * 1000;

export interface Rotation extends BackupSummary {
  readonly kept: number;
  readonly removed: readonly string[];
}

/**
 * Makes a backup named by the time in `folder`, and removes the oldest beyond `keep`, but only after the new one was
 * verified. Other files of the folder are left alone. Throws `backup.damaged` and what `createBackup` throws.
 */
export async function rotateBackups(dataDir: string, folder: string, keep: number, now: Date): Promise<Rotation> {
  const place = resolve(folder);
  await makeWithParents(place, 0o700);
  // first: a full disk may be full of them
  await removeAbandoned(place, now);
  const made = await createBackup(dataDir, join(place, nameOf(now)));
  const { ok, faults } = await verifyBackup(made.folder);
  if (!ok) {
    // the next rotation would count it, and remove a good one for it
    const damaged = `${made.folder}${PARTIAL}`;
    await rename(made.folder, damaged);
    throw new MaintenanceError('backup.damaged', `${damaged} cannot be restored: ${faults.slice(0, 3).join('; ')}`, {
      hint: 'No older backup was removed. Check the disk, and the data directory with: fgs check',
    });
  }
  const { kept, removed } = choose(await backupsIn(place), keep);
  for (const name of removed) {
    // half a backup must not look like one
    await rename(join(place, name), join(place, `${name}${PARTIAL}`));
    await rm(join(place, `${name}${PARTIAL}`), { recursive: true });
  }
  return { ...made, kept: kept.length, removed };
}

async function removeAbandoned(place: string, now: Date): Promise<void> {
  const abandoned = `${nameOf(new Date(now.getTime() - ABANDONED_MS))}${PARTIAL}`;
  for (const name of await readdir(place)) {
    const isPartial = name.endsWith(PARTIAL) && NAME.test(name.slice(0, -PARTIAL.length));
    if (isPartial && name < abandoned) await rm(join(place, name), { recursive: true, force: true });
  }
}

function nameOf(now: Date): string {
  return `funcgraph-${now.toISOString().slice(0, 19).replaceAll(/[:-]/g, '')}Z`;
}

async function backupsIn(place: string): Promise<string[]> {
  const names = (await readdir(place)).filter((name) => NAME.test(name));
  const whole = await Promise.all(
    names.map((name) =>
      stat(join(place, name, MANIFEST)).then(
        () => true,
        () => false,
      ),
    ),
  );
  return names.filter((_, at) => whole[at]);
}

/** The newest stay. */
export function choose(names: readonly string[], keep: number): { kept: string[]; removed: string[] } {
  const sorted = [...names].sort();
  const first = Math.max(0, sorted.length - keep);
  return { kept: sorted.slice(first), removed: sorted.slice(0, first) };
}
