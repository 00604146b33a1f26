import { PlatformError } from '../../lib/platform-error.ts';
import { checkRange } from '../checks.ts';
import { isResourceName } from '../networks/check-network.ts';
import { sourceOf } from './location.ts';
import type { FileSystem, NewFileSystem } from './types.ts';

const EXPORT = /^[A-Za-z0-9][A-Za-z0-9.-]{0,252}:(\/.*)$/;
const MAX_PATH = 4000;
const USUAL_ID = 1003;
const MAX_ID = 65_534;

/**
 * Folders of the machine itself, with everything below them: a function with write access to them controls the machine.
 */
const SYSTEM_FOLDERS = [
  ...['/bin', '/boot', '/dev', '/etc', '/lib', '/lib32', '/lib64', '/proc', '/root', '/run', '/sbin', '/sys', '/usr'],
  ...[
    '/var/run',
    '/var/lock',
    '/var/spool',
    '/var/lib/dpkg',
    '/var/lib/systemd',
    '/var/lib/docker',
    '/var/lib/containerd',
  ],
];
/** Folders whose own entries belong to the machine; folders made below them may be shared. */
const PARENT_FOLDERS = ['/', '/home', '/opt', '/tmp', '/var', '/var/lib', '/var/log', '/var/cache', '/var/tmp'];

type CheckedFileSystem = Pick<FileSystem, 'name' | 'source' | 'readOnly' | 'user' | 'anyUser'>;

/** Throws `invalid_request`. */
export function checkFileSystem(
  { name, kind, location, readOnly = false, user = {}, anyUser = false }: NewFileSystem,
  ownFolders: readonly string[],
): CheckedFileSystem {
  if (!isResourceName(name)) throw refuse('name', 'At most 63 small letters, digits and -; starts with a letter.');
  const { uid = USUAL_ID, gid = USUAL_ID } = user;
  checkRange('user_id', uid, { min: 1, max: MAX_ID });
  checkRange('user_group_id', gid, { min: 1, max: MAX_ID });
  const settings = { name, readOnly, user: { uid, gid }, anyUser };
  if (kind === 'nfs') {
    if (!isPlainPath(EXPORT.exec(location)?.[1] ?? '')) throw refuse('nfs', 'Such as storage.example:/export/data.');
    return { ...settings, source: sourceOf('nfs', location) };
  }
  if (!isPlainPath(location)) throw refuse('path', 'An absolute path without . and .. in it.');
  const folder = location.length > 1 ? location.replace(/\/$/, '') : location;
  checkFolder(folder, ownFolders);
  return { ...settings, source: sourceOf('folder', folder) };
}

/** Throws `invalid_request` for a folder of the machine or of the server. */
function checkFolder(path: string, ownFolders: readonly string[]): void {
  if (PARENT_FOLDERS.includes(path) || SYSTEM_FOLDERS.some((folder) => isWithin(path, folder))) {
    throw refuse('path', 'A folder of the system cannot be shared; make one for the purpose, such as /srv/shared.');
  }
  if (ownFolders.some((folder) => isWithin(path, folder) || isWithin(folder, path))) {
    throw refuse('path', 'The data directory of the server cannot be shared, nor a folder in or around it.');
  }
}

/** Whether one folder is inside the other: a function that writes to the outer one could replace the inner one. */
export function areNested(one: FileSystem['source'], other: FileSystem['source']): boolean {
  if (one.kind !== 'folder' || other.kind !== 'folder' || one.path === other.path) return false;
  return isWithin(one.path, other.path) || isWithin(other.path, one.path);
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

function isPlainPath(path: string): boolean {
  const parts = path.replace(/\/$/, '').split('/').slice(1);
  const isAbsolute = path.startsWith('/') && path.length <= MAX_PATH && !/[\0\n]/.test(path);
  return isAbsolute && parts.every((part) => part !== '' && part !== '.' && part !== '..');
}

function refuse(field: string, hint: string): PlatformError {
  return new PlatformError('invalid_request', `${field} of a file system is not usable`, { hint });
}
