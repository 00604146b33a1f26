import { expect, it } from 'vitest';
import { openTestStorage } from '../testing.ts';
import { functionSettings0029 } from './0029-function-settings.ts';

const SETTINGS = { handler: 'index.handler', timeoutSeconds: 3, env: { a: '1' }, dependencies: [] };
const VPC = { vpc_id: 'v', subnet_id: 's', vpc_name: 'net' };

it('gives settings with an effect names of their own, and keeps the others', async () => {
  const storage = await openTestStorage();
  const { db } = storage;
  try {
    const fn = { id: 'f', project_id: 'p', package: 'default', name: 'f', runtime: 'Node.js20.15', collected: 0 };
    await db
      .insertInto('function')
      .values({ ...fn, created_at: 1 })
      .execute();
    const stored = {
      type: 'v2',
      xrole: 'agency',
      pre_stop_handler: 'a.b.stop',
      pre_stop_timeout: 5,
      func_vpc: VPC,
      network_controller: { disable_public_network: true },
      mount_config: {
        mount_user: { user_id: -1, user_group_id: 5 },
        func_mounts: [{ mount_type: 'sfs', mount_resource: 'data', local_mount_path: '/mnt/data' }],
      },
    };
    for (const [version, config] of [
      ['latest', { ...SETTINGS, stored }],
      ['v1', { ...SETTINGS, stored: {} }],
    ] as const) {
      const artifact = { artifact_sha256: 's', artifact_sha512: 's', artifact_bytes: 1, artifact_kind: 'zip' };
      const row = { function_id: 'f', version, revision: 1, config: JSON.stringify(config), sealed_env: null };
      await db
        .insertInto('function_version')
        .values({ ...row, ...artifact, artifact_file: null, description: '', modified_at: 1 })
        .execute();
    }
    await functionSettings0029.up(db);
    const rows = await db.selectFrom('function_version').select('config').orderBy('version').execute();
    expect(rows.map(({ config }) => JSON.parse(config))).toEqual([
      {
        ...SETTINGS,
        agency: 'agency',
        preStopHandler: 'a.b.stop',
        preStopTimeoutSeconds: 5,
        network: { vpcId: 'v', subnetId: 's' },
        publicNetwork: false,
        mountConfig: {
          user: { uid: -1, gid: 5 },
          mounts: [{ type: 'sfs', resource: 'data', path: '/mnt/data' }],
        },
        kept: { type: 'v2', func_vpc: VPC, network_controller: { disable_public_network: true } },
      },
      { ...SETTINGS, kept: {} },
    ]);
  } finally {
    await storage.close();
  }
});
