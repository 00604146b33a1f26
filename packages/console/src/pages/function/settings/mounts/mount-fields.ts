import type { ShownFunction } from '../../shown-function.ts';
import type { ConfigChange } from '../section.ts';

export const MOUNT_TYPES = ['sfsTurbo', 'ecs'] as const;
export const MOUNT_PATH = /^\/mnt\/(?!\.{1,2}$)[A-Za-z0-9_.-]{1,64}$/;
export const SHARE_PATH = /^[^:\s]{1,255}:\/\S{0,1024}$/;

export interface Mount {
  readonly type?: string;
  readonly resource?: string;
  readonly sharePath?: string;
  readonly path?: string;
}

export interface MountFields {
  readonly mounts: readonly Mount[];
  /** The owner of files on disk, which the page does not show. */
  readonly user: Readonly<Record<string, number>>;
}

const ANY_USER = { user_id: -1, user_group_id: -1 };

export function readMounts({ mount_config: config }: ShownFunction['config']): MountFields {
  const list = (config?.func_mounts ?? []) as readonly Readonly<Record<string, string | undefined>>[];
  return {
    mounts: list.map((each) => ({
      type: each.mount_type ?? MOUNT_TYPES[0],
      resource: each.mount_resource ?? '',
      sharePath: each.mount_share_path ?? '',
      path: each.local_mount_path ?? '',
    })),
    user: (config?.mount_user as MountFields['user'] | undefined) ?? ANY_USER,
  };
}

export const writeMounts = ({ mounts, user }: MountFields): ConfigChange => ({
  mount_config: {
    mount_user: user,
    func_mounts: mounts.map(({ type = '', resource = '', sharePath, path = '' }) => ({
      mount_type: type,
      mount_resource: resource,
      ...(type === 'ecs' ? { mount_share_path: sharePath ?? '' } : {}),
      local_mount_path: path,
    })),
  },
});
