import { LIMITS } from '@funcgraph/api';
import type { Mount, MountConfig } from '../../domain/surroundings.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { checkLength, checkRange } from '../checks.ts';

const PLACE = /^\/mnt\/[A-Za-z0-9_.-]{1,64}$/;
const SHARE = /^[^:\s]{1,255}:\/\S{0,1024}$/;
const MAX_ID = 65_534;
const FORBIDDEN_IDS = [0, 1000, 1002];
const MAX_TEXT = 1024;

/** Throws `invalid_mount_user`, `invalid_mount_path`, `mount_quota`, `mounted_already`, `invalid_request`. */
export function checkMountConfig({ user, mounts }: MountConfig): void {
  if (mounts.length > LIMITS.mountsPerFunction) {
    throw new PlatformError('mount_quota', `a function mounts at most ${LIMITS.mountsPerFunction} file systems`);
  }
  mounts.forEach(checkMount);
  refuseTwice(
    mounts.map(({ path }) => path),
    'invalid_mount_path',
  );
  refuseTwice(
    mounts.map(({ resource }) => resource),
    'mounted_already',
  );
  checkId('user_id', user.uid);
  checkId('user_group_id', user.gid);
}

function checkMount({ type, resource, sharePath, path }: Mount): void {
  checkLength('mount_resource', resource, MAX_TEXT);
  if (resource === '') throw new PlatformError('invalid_request', 'mount_resource must name a file system');
  checkLength('mount_share_path', sharePath, MAX_TEXT);
  if (type === 'ecs' && (sharePath === undefined || !SHARE.test(sharePath))) {
    throw new PlatformError('invalid_request', 'mount_share_path must be given as host:/path for mount_type ecs');
  }
  if (!PLACE.test(path) || ['/mnt/.', '/mnt/..'].includes(path)) {
    throw new PlatformError('invalid_mount_path', 'failed to mount exist system path', {
      hint: 'local_mount_path must be /mnt/ and one name of letters, digits, _, - and ., such as /mnt/data.',
    });
  }
}

function checkId(field: string, id: number): void {
  checkRange(field, id, { min: -1, max: MAX_ID, code: 'invalid_mount_user' });
  if (FORBIDDEN_IDS.includes(id)) {
    throw new PlatformError('invalid_mount_user', `${field} may not be ${FORBIDDEN_IDS.join(', ')}`);
  }
}

function refuseTwice(values: readonly string[], code: 'invalid_mount_path' | 'mounted_already'): void {
  const twice = values.find((value, at) => values.indexOf(value) !== at);
  if (twice !== undefined) throw new PlatformError(code, `${twice} is named twice`);
}
