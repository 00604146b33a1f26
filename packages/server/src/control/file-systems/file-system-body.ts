import { PlatformError } from '../../lib/platform-error.ts';
import type { Kept } from '../functions/types.ts';
import { WireFields } from '../functions/wire-fields.ts';
import { isResourceName } from '../networks/network-body.ts';
import { sourceOf } from './location.ts';
import type { FileSystem } from './types.ts';

const EXPORT = /^[A-Za-z0-9][A-Za-z0-9.-]{0,252}:(\/.*)$/;
const MAX_PATH = 4000;
/** What belongs to the machine itself. A function that may write there owns the machine. */
const SYSTEM_FOLDERS = [
  'bin',
  'boot',
  'dev',
  'etc',
  'lib',
  'lib32',
  'lib64',
  'proc',
  'root',
  'run',
  'sbin',
  'sys',
  'usr',
];

/** Throws `invalid_request`. */
export function readFileSystemBody(body: Kept): Pick<FileSystem, 'name' | 'source' | 'readOnly'> {
  const fields = new WireFields(body);
  const name = fields.text('name') ?? '';
  if (!isResourceName(name)) throw refuse('name', 'At most 63 small letters, digits and -; starts with a letter.');
  const path = fields.text('path') ?? '';
  const nfs = fields.text('nfs') ?? '';
  if ((path === '') === (nfs === ''))
    throw refuse('path', 'Give the path of a folder, or an NFS export as host:/path.');
  const readOnly = fields.flag('read_only') ?? false;
  if (nfs !== '') {
    if (!isPlainPath(EXPORT.exec(nfs)?.[1] ?? '')) throw refuse('nfs', 'Such as storage.example:/export/data.');
    return { name, readOnly, source: sourceOf('nfs', nfs) };
  }
  if (!isPlainPath(path)) throw refuse('path', 'An absolute path without . and .. in it.');
  const [top = ''] = path.slice(1).split('/');
  if (top === '' || SYSTEM_FOLDERS.includes(top)) {
    throw refuse('path', 'A folder of the system cannot be shared; make one for the purpose, such as /srv/shared.');
  }
  return { name, readOnly, source: sourceOf('folder', path.replace(/\/$/, '')) };
}

/** Whether one folder stands in the other. Whoever may write to the outer one could lead the inner one elsewhere. */
export function areNested(one: FileSystem['source'], other: FileSystem['source']): boolean {
  if (one.kind !== 'folder' || other.kind !== 'folder' || one.path === other.path) return false;
  return one.path.startsWith(`${other.path}/`) || other.path.startsWith(`${one.path}/`);
}

function isPlainPath(path: string): boolean {
  const parts = path.replace(/\/$/, '').split('/').slice(1);
  const isAbsolute = path.startsWith('/') && path.length <= MAX_PATH && !/[\0\n]/.test(path);
  return isAbsolute && parts.every((part) => part !== '' && part !== '.' && part !== '..');
}

function refuse(field: string, hint: string): PlatformError {
  return new PlatformError('invalid_request', `${field} of a file system is not usable`, { hint });
}
