/**
 * Parts of the environment that a version wants to share with others, as its user stated them; each start resolves them
 * for this machine.
 */
export interface SurroundingsChoice {
  /** The network that the user chose, by its ids; the default network without. */
  readonly vpc?: NetworkChoice;
  /** Whether the default network may reach the outside. */
  readonly publicNetwork: boolean;
  readonly mounts: readonly MountChoice[];
}

export interface MountChoice {
  /** Id or name of a registered file system. */
  readonly resource: string;
  /** `/mnt/<name>`. */
  readonly path: string;
  /** Owner of files on disk; undefined for the user that the file system was registered with. */
  readonly uid: number | undefined;
  readonly gid: number | undefined;
}

/** A network by its ids; both are empty for none. */
export interface NetworkChoice {
  readonly vpcId: string;
  readonly subnetId: string;
}

export interface Mount {
  readonly type: 'sfs' | 'sfsTurbo' | 'ecs';
  /** Id or name of a registered file system. */
  readonly resource: string;
  /** `host:/path`, for `ecs`. */
  readonly sharePath?: string;
  /** `/mnt/<name>`. */
  readonly path: string;
}

export interface MountConfig {
  /** Owner of files on disk; −1 for the user that a file system was registered with. */
  readonly user: { readonly uid: number; readonly gid: number };
  readonly mounts: readonly Mount[];
}

/** The settings of a version that `surroundingsChoice` reads. */
export interface SurroundingSettings {
  readonly network?: NetworkChoice | undefined;
  readonly publicNetwork?: boolean | undefined;
  readonly mountConfig?: MountConfig | undefined;
}

export function surroundingsChoice({
  network,
  publicNetwork = true,
  mountConfig,
}: SurroundingSettings): SurroundingsChoice {
  const chosen = (id = -1): number | undefined => (id > 0 ? id : undefined);
  return {
    ...(network === undefined || network.vpcId === '' ? {} : { vpc: network }),
    publicNetwork,
    mounts: (mountConfig?.mounts ?? []).map(({ resource, path }) => ({
      resource,
      path,
      uid: chosen(mountConfig?.user.uid),
      gid: chosen(mountConfig?.user.gid),
    })),
  };
}
