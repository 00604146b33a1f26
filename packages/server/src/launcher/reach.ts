import { dirname } from 'node:path';

/** Owner and permissions of a file. */
export interface Permissions {
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
}

/** A folder that a user cannot traverse, with the paths below it that the user needs. */
export interface ClosedFolder {
  readonly path: string;
  readonly needed: readonly string[];
}

/**
 * The topmost folders that keep a user from the absolute paths `needed`, such as `/root` of a clone below it. Access
 * lists are ignored.
 */
export function closedFolders(
  needed: readonly string[],
  user: { readonly uid: number; readonly gid: number },
  permissionsOf: (path: string) => Permissions,
): ClosedFolder[] {
  const closed = new Map<string, string[]>();
  for (const path of new Set(needed)) {
    const obstacle = foldersAbove(path).find((folder) => !mayEnter(permissionsOf(folder), user));
    if (obstacle !== undefined) closed.set(obstacle, [...(closed.get(obstacle) ?? []), path]);
  }
  return [...closed].map(([path, below]) => ({ path, needed: outermost(below) }));
}

/** Whether a user with access to the folder above `folder` can read a file below it. */
export function canReadBelow(
  folder: string,
  file: string,
  user: { readonly uid: number; readonly gid: number },
  permissionsOf: (path: string) => Permissions,
): boolean {
  const inside = foldersAbove(file).filter((each) => each === folder || each.startsWith(`${folder}/`));
  return inside.every((each) => mayEnter(permissionsOf(each), user)) && may(0o4, permissionsOf(file), user);
}

function mayEnter(permissions: Permissions, user: { readonly uid: number; readonly gid: number }): boolean {
  return may(0o1, permissions, user);
}

function may(
  bit: number,
  { uid, gid, mode }: Permissions,
  user: { readonly uid: number; readonly gid: number },
): boolean {
  const shift = uid === user.uid ? 6 : gid === user.gid ? 3 : 0;
  return ((mode >> shift) & bit) !== 0;
}

/** From the root down, without the path itself. */
function foldersAbove(path: string): string[] {
  const folder = dirname(path);
  return folder === path ? [] : [...foldersAbove(folder), folder];
}

/** Without those inside another one of them. */
function outermost(paths: readonly string[]): string[] {
  return paths.filter((path) => !paths.some((other) => other !== path && path.startsWith(`${other}/`)));
}
