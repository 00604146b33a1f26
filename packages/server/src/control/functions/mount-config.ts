import { LIMITS } from '@funcgraph/api';
import { PlatformError } from '../../lib/platform-error.ts';
import type { Kept } from './types.ts';
import type { WireFields } from './wire-fields.ts';

const TYPES = ['sfs', 'sfsTurbo', 'ecs'];
const PLACE = /^\/mnt\/[A-Za-z0-9_.-]{1,64}$/;
const SHARE = /^[^:\s]{1,255}:\/\S{0,1024}$/;
const NOT_GIVEN = -1;
const MAX_ID = 65_534;
const FORBIDDEN_IDS = [0, 1000, 1002];
const MAX_TEXT = 1024;

/**
 * The file systems of a body in one form, whichever of their names a client uses; undefined when it omits them. Throws
 * `invalid_mount_user`, `invalid_mount_path`, `mount_quota`, `mounted_already`, `invalid_request`.
 */
export function readMountConfig(fields: WireFields): Kept | undefined {
  const given = fields.nested('mount_config');
  if (given === undefined) return undefined;
  const user = given.nested('mount_user');
  const mounts = given.list('func_mounts', { max: 100, code: 'invalid_request' }) ?? [];
  if (mounts.length > LIMITS.mountsPerFunction) {
    throw new PlatformError('mount_quota', `a function mounts at most ${LIMITS.mountsPerFunction} file systems`);
  }
  const read = mounts.map(readMount);
  refuseTwice(
    read.map((mount) => String(mount.local_mount_path)),
    'invalid_mount_path',
  );
  refuseTwice(
    read.map((mount) => String(mount.mount_resource)),
    'mounted_already',
  );
  return {
    mount_user: {
      user_id: readId(user, ['user_id', 'mount_user_id']),
      user_group_id: readId(user, ['user_group_id', 'mount_user_group_id']),
    },
    func_mounts: read,
  };
}

function readMount(fields: WireFields): Kept {
  const type = fields.text('mount_type') ?? '';
  if (!TYPES.includes(type))
    throw new PlatformError('invalid_request', `mount_type must be one of ${TYPES.join(', ')}`);
  const resource = fields.text('mount_resource', { max: MAX_TEXT }) ?? '';
  if (resource === '') throw new PlatformError('invalid_request', 'mount_resource must name a file system');
  const share = fields.text('mount_share_path', { max: MAX_TEXT }) || undefined;
  if (type === 'ecs' && (share === undefined || !SHARE.test(share))) {
    throw new PlatformError('invalid_request', 'mount_share_path must be given as host:/path for mount_type ecs');
  }
  const path = fields.text('local_mount_path') ?? '';
  if (!PLACE.test(path) || ['/mnt/.', '/mnt/..'].includes(path)) {
    throw new PlatformError('invalid_mount_path', 'failed to mount exist system path', {
      hint: 'local_mount_path must be /mnt/ and one name of letters, digits, _, - and ., such as /mnt/data.',
    });
  }
  return {
    mount_type: type,
    mount_resource: resource,
    ...(share === undefined ? {} : { mount_share_path: share }),
    local_mount_path: path,
  };
}

/** −1 means the user of functions. */
function readId(user: WireFields | undefined, names: readonly string[]): number {
  const bounds = { min: NOT_GIVEN, max: MAX_ID, code: 'invalid_mount_user' } as const;
  for (const name of names) {
    const id = user?.integer(name, bounds);
    if (id === undefined) continue;
    if (FORBIDDEN_IDS.includes(id)) {
      throw new PlatformError('invalid_mount_user', `${name} may not be ${FORBIDDEN_IDS.join(', ')}`);
    }
    return id;
  }
  return NOT_GIVEN;
}

function refuseTwice(values: readonly string[], code: 'invalid_mount_path' | 'mounted_already'): void {
  const twice = values.find((value, at) => values.indexOf(value) !== at);
  if (twice !== undefined) throw new PlatformError(code, `${twice} is named twice`);
}
