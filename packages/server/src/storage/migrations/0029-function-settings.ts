import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

interface Before {
  function_version: { function_id: string; version: string; config: string };
}

/** Fields of the API as they were stored before this step. */
interface Stored {
  readonly xrole?: string;
  readonly app_xrole?: string;
  readonly enterprise_project_id?: string;
  readonly pre_stop_handler?: string;
  readonly pre_stop_timeout?: number;
  readonly heartbeat_handler?: string;
  readonly enable_class_isolation?: boolean;
  readonly func_vpc?: { readonly vpc_id?: string | null; readonly subnet_id?: string | null };
  readonly network_controller?: { readonly disable_public_network?: boolean };
  readonly mount_config?: {
    readonly mount_user: { readonly user_id: number; readonly user_group_id: number };
    readonly func_mounts: readonly {
      readonly mount_type: string;
      readonly mount_resource: string;
      readonly mount_share_path?: string;
      readonly local_mount_path: string;
    }[];
  };
}

/**
 * Settings of versions that have an effect were stored under the names of the API, together with those that are only
 * kept. From here on they have the names of the program, and `kept` has the others.
 */
export const functionSettings0029: Migration = {
  async up(migrated: Kysely<unknown>): Promise<void> {
    const db = migrated as Kysely<Before>;
    const rows = await db.selectFrom('function_version').select(['function_id', 'version', 'config']).execute();
    for (const { function_id, version, config } of rows) {
      const { stored = {}, ...settings } = JSON.parse(config) as { readonly stored?: Stored };
      await db
        .updateTable('function_version')
        .set({ config: JSON.stringify({ ...settings, ...renamed(stored) }) })
        .where('function_id', '=', function_id)
        .where('version', '=', version)
        .execute();
    }
  },
};

function renamed(stored: Stored): object {
  const {
    xrole: agency,
    app_xrole: codeAgency,
    enterprise_project_id: enterpriseProjectId,
    pre_stop_handler: preStopHandler,
    pre_stop_timeout: preStopTimeoutSeconds,
    heartbeat_handler: heartbeatHandler,
    enable_class_isolation: classIsolation,
    mount_config: mounts,
    ...kept
  } = stored;
  const { func_vpc: vpc, network_controller: controller } = kept;
  return {
    agency,
    codeAgency,
    enterpriseProjectId,
    preStopHandler,
    preStopTimeoutSeconds,
    heartbeatHandler,
    classIsolation,
    network: vpc && { vpcId: vpc.vpc_id ?? '', subnetId: vpc.subnet_id ?? '' },
    publicNetwork: controller && controller.disable_public_network !== true,
    mountConfig: mounts && {
      user: { uid: mounts.mount_user.user_id, gid: mounts.mount_user.user_group_id },
      mounts: mounts.func_mounts.map((mount) => ({
        type: mount.mount_type,
        resource: mount.mount_resource,
        sharePath: mount.mount_share_path,
        path: mount.local_mount_path,
      })),
    },
    kept,
  };
}
