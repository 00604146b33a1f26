/**
 * Parts of the environment that a version wants to share with others, as its user stated them; each start resolves them
 * for this machine.
 */
export interface WantedSurroundings {
  /** The network that the user chose, by its ids; the default network without. */
  readonly vpc?: { readonly vpcId: string; readonly subnetId: string };
  /** Whether the default network may reach the outside. */
  readonly publicNetwork: boolean;
  readonly mounts: readonly WantedMount[];
}

export interface WantedMount {
  /** Id or name of a registered file system. */
  readonly resource: string;
  /** `/mnt/<name>`. */
  readonly path: string;
  /** Owner of files on disk; undefined for the user that the file system was registered with. */
  readonly uid: number | undefined;
  readonly gid: number | undefined;
}

/** Reads the fields of the API, which were checked when they were set. */
export function wantedSurroundings(stored: Readonly<Record<string, unknown>>): WantedSurroundings {
  const vpc = fieldsOf(stored.func_vpc);
  const vpcId = textOf(vpc.vpc_id);
  const { mount_user, func_mounts } = fieldsOf(stored.mount_config);
  const user = fieldsOf(mount_user);
  return {
    ...(vpcId === '' ? {} : { vpc: { vpcId, subnetId: textOf(vpc.subnet_id) } }),
    publicNetwork: fieldsOf(stored.network_controller).disable_public_network !== true,
    mounts: (Array.isArray(func_mounts) ? func_mounts : []).map(fieldsOf).map((mount) => ({
      resource: textOf(mount.mount_resource),
      path: textOf(mount.local_mount_path),
      uid: idOf(user.user_id),
      gid: idOf(user.user_group_id),
    })),
  };
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Clients send −1 for "no choice". */
function idOf(value: unknown): number | undefined {
  return typeof value === 'number' && value > 0 ? value : undefined;
}
