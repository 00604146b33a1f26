import { PlatformError } from '../../lib/platform-error.ts';
import type { Kept } from '../functions/types.ts';
import { WireFields } from '../functions/wire-fields.ts';
import { isResourceName } from '../networks/network-body.ts';
import { sourceOf } from './location.ts';
import type { FileSystem } from './types.ts';

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

type FileSystemBody = Pick<FileSystem, 'name' | 'source' | 'readOnly' | 'user' | 'anyUser'>;

/** Throws `invalid_request`. */
export function readFileSystemBody(body: Kept, ownFolders: readonly string[]): FileSystemBody {
  const fields = new WireFields(body);
  const name = fields.text('name') ?? '';
  if (!isResourceName(name)) throw refuse('name', 'At most 63 small letters, digits and -; starts with a letter.');
  const path = fields.text('path') ?? '';
  const nfs = fields.text('nfs') ?? '';
  if ((path === '') === (nfs === ''))
    throw refuse('path', 'Give the path of a folder, or an NFS export as host:/path.');
  const settings = {
    name,
    readOnly: fields.flag('read_only') ?? false,
    user: { uid: diskId(fields, 'user_id'), gid: diskId(fields, 'user_group_id') },
    anyUser: fields.flag('any_user') ?? false,
  };
  if (nfs !== '') {
    if (!isPlainPath(EXPORT.exec(nfs)?.[1] ?? '')) throw refuse('nfs', 'Such as storage.example:/export/data.');
    return { ...settings, source: sourceOf('nfs', nfs) };
  }
  if (!isPlainPath(path)) throw refuse('path', 'An absolute path without . and .. in it.');
  const folder = path.length > 1 ? path.replace(/\/$/, '') : path;
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

function diskId(fields: WireFields, name: 'user_id' | 'user_group_id'): number {
  return fields.integer(name, { min: 1, max: MAX_ID, code: 'invalid_request' }) ?? USUAL_ID;
}

function isPlainPath(path: string): boolean {
  const parts = path.replace(/\/$/, '').split('/').slice(1);
  const isAbsolute = path.startsWith('/') && path.length <= MAX_PATH && !/[\0\n]/.test(path);
  return isAbsolute && parts.every((part) => part !== '' && part !== '.' && part !== '..');
}

function refuse(field: string, hint: string): PlatformError {
  return new PlatformError('invalid_request', `${field} of a file system is not usable`, { hint });
}
