import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { killAll, removeGroup, writeControl } from './cgroup/group-files.ts';
import { isGroupOfDead } from './cgroup/group-owner.ts';
import { runHostCommand } from './host-command.ts';
import { isOwnerAlive, isOwnerId } from './owner.ts';

export interface SweepPlaces {
  /** Folders that hold one folder for each agent, named by its owner id. */
  readonly folders: readonly string[];
  /** Folders that may hold the parent group of an agent. */
  readonly cgroupRoots: readonly string[];
}

/**
 * Removes leftovers of killed agents: processes and groups, mounts, loop devices, folders. Resources of living agents
 * are not touched. Returns the number of removed resources; those that cannot be removed now are left for the next
 * sweep.
 */
export async function sweep({ folders, cgroupRoots }: SweepPlaces): Promise<number> {
  let swept = 0;
  // Processes first: they hold everything else.
  for (const group of frozenFirst(cgroupRoots.flatMap(deadGroups)))
    swept += await attempt(() => removeDeadGroup(group));
  for (const folder of folders.flatMap(deadFolders)) swept += await removeAgentFolder(folder);
  return swept;
}

/**
 * Removes the folder of an agent with the mounts and loop devices below it. Returns the number of removed resources.
 */
export async function removeAgentFolder(folder: string): Promise<number> {
  let removed = 0;
  for (const point of mountsBelow(folder)) removed += await attempt(() => runHostCommand('umount', ['--lazy', point]));
  for (const device of loopDevicesOf(basename(folder)))
    removed += await attempt(() => runHostCommand('losetup', ['--detach', device]));
  // Deleting below a mount that could not be unmounted would delete the mounted files.
  if (mountsBelow(folder).length > 0) return removed;
  // a helper of the agent may be about to end, and still write
  return removed + (await attempt(() => rm(folder, { recursive: true, force: true, maxRetries: 5 })));
}

function deadFolders(parent: string): string[] {
  return namesIn(parent)
    .filter((name) => isOwnerId(name) && !isOwnerAlive(name))
    .map((name) => `${parent}/${name}`);
}

function deadGroups(root: string): string[] {
  return namesIn(root)
    .filter((name) => isGroupOfDead(name))
    .map((name) => `${root}/${name}`);
}

/** A task that is frozen by version 1 dies in no hierarchy before it is thawed in the freezer's. */
function frozenFirst(groups: readonly string[]): string[] {
  const isFreezer = (group: string) => existsSync(`${group}/freezer.state`);
  return [...groups.filter(isFreezer), ...groups.filter((group) => !isFreezer(group))];
}

async function removeDeadGroup(group: string): Promise<void> {
  await killAll(group, async () => {
    // Version 2 kills by itself; frozen tasks of version 1 must be thawed before a signal reaches them.
    await writeControl(`${group}/cgroup.kill`, 1).catch(() => {});
    if (!existsSync(`${group}/freezer.state`)) return;
    for (const child of namesIn(group)) await writeControl(`${group}/${child}/freezer.state`, 'THAWED').catch(() => {});
    await writeControl(`${group}/freezer.state`, 'THAWED').catch(() => {});
  });
  await removeGroup(group);
}

/** Deepest first. */
function mountsBelow(folder: string): string[] {
  const points = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '');
  return points.filter((point) => point.startsWith(`${folder}/`)).reverse();
}

/** The kernel may report their files without the path of a removed mount, but always with the agent's folder. */
function loopDevicesOf(ownerId: string): string[] {
  return namesIn('/sys/block')
    .filter((name) => name.startsWith('loop') && backingFileOf(name).includes(`/${ownerId}/`))
    .map((name) => `/dev/${name}`);
}

function backingFileOf(device: string): string {
  try {
    return readFileSync(`/sys/block/${device}/loop/backing_file`, 'utf8');
  } catch {
    return '';
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

async function attempt(removal: () => Promise<unknown>): Promise<number> {
  return removal().then(
    () => 1,
    () => 0,
  );
}
