import type { TarEntry } from '../tar/read-tar.ts';

/**
 * Owners are not kept: inside, one user runs everything and owns none of the files. So a file that the image gives to a
 * user other than root is as open to all as it was to its owner, while a file of root stays as closed as it was. No
 * file is writable, and set-user-id is removed.
 */
function openTo({ mode, uid, gid }: Pick<TarEntry, 'mode' | 'uid' | 'gid'>): number {
  const owner = uid === 0 ? 0 : (mode >> 6) & 0o5;
  const group = gid === 0 ? 0 : (mode >> 3) & 0o5;
  return (mode & 0o555) | owner | group;
}

/** Mode of a file on disk: writable and removable for the server. */
export function fileMode(entry: Pick<TarEntry, 'mode' | 'uid' | 'gid'>): number {
  return openTo(entry) | 0o600;
}

export function folderMode(entry: Pick<TarEntry, 'mode' | 'uid' | 'gid'>): number {
  return openTo(entry) | 0o700;
}
