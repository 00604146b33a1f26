import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { isWithin } from './affected.ts';

/**
 * Folders of the project that belong to one whose `command` makes `folder`: what the command names, and the folders
 * around it that have no part of another one. All but the command are absolute.
 */
export function homesOf(command: string, folder: string, others: readonly string[], root: string): string[] {
  const named = command
    .split(/[\s'"=;&|()]+/)
    .filter((word) => word !== '')
    .flatMap((word) => folderOf(resolve(root, word)) ?? []);
  return [...new Set([around(folder, others, root), ...named])].filter((path) => path !== root && isWithin(path, root));
}

function folderOf(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found?.isDirectory() ? path : found && dirname(path);
}

/** The largest folder below that of the project. */
function around(folder: string, others: readonly string[], root: string): string {
  const above = dirname(folder);
  const isFree = above !== root && isWithin(above, root) && !others.some((other) => isWithin(other, above));
  return isFree ? around(above, others, root) : folder;
}
