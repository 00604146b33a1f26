import { chownSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as sdk from '@huaweicloud/huaweicloud-sdk-functiongraph';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deploy, invoke, runtimeOf } from '../functions.ts';
import { TestServer } from '../server.ts';

const isRoot = process.getuid?.() === 0;

const SOURCE = `
const { writeFileSync, readFileSync } = require('node:fs');
exports.handler = async (event, context) => {
  writeFileSync('/mnt/data/seen', 'by the official client');
  return readFileSync('/mnt/data/seen', 'utf8');
};`;

/** The order in which the public Terraform provider works: create first, then networks and mounts by a second call. */
describe.runIf(isRoot)('the official SDK with networks and file systems', () => {
  let server: TestServer;
  let folder: string;

  beforeAll(async () => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'funcgraph-compat-')));
    chownSync(folder, 1003, 1003);
    server = await TestServer.start();
    await server.api.call('addFileSystem', { body: { name: 'data', path: folder } });
  });
  afterAll(async () => {
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('sets both on a function, reads back what it set, and takes them away', async () => {
    const runtime = await runtimeOf(server, 'Node.js');
    const urn = await deploy(server, { name: 'placed', runtime, files: { 'index.js': SOURCE } });
    const mounts = new sdk.MountConfig(new sdk.MountUser(-1, -1), [
      new sdk.FuncMount('ecs', 'data', '/mnt/data').withMountSharePath('192.0.2.7:/data'),
    ]);
    const vpc = new sdk.FuncVpc('0dae26c9-9a70-4392-93f3-87d53115d171', '384571e9-46d2-4e1e-8d14-7bfa8b4f1d0d')
      .withVpcName('vpc-default')
      .withCidr('192.168.0.0/24')
      .withGateway('192.168.0.1');
    const body = () => new sdk.UpdateFunctionConfigRequestBody('placed', runtime as never, 10, 'index.handler', 128);
    const update = (changes: sdk.UpdateFunctionConfigRequestBody) =>
      server.sdk.updateFunctionConfig(new sdk.UpdateFunctionConfigRequest(urn).withBody(changes));
    const reported = {
      func_vpc: {
        vpc_id: '0dae26c9-9a70-4392-93f3-87d53115d171',
        subnet_id: '384571e9-46d2-4e1e-8d14-7bfa8b4f1d0d',
        vpc_name: 'vpc-default',
        cidr: '192.168.0.0/24',
        gateway: '192.168.0.1',
      },
      mount_config: {
        mount_user: { user_id: -1, user_group_id: -1 },
        func_mounts: [
          {
            mount_type: 'ecs',
            mount_resource: 'data',
            mount_share_path: '192.0.2.7:/data',
            local_mount_path: '/mnt/data',
            status: 'active',
          },
        ],
      },
    };
    expect(await update(body().withFuncVpc(vpc).withMountConfig(mounts))).toMatchObject(reported);
    const read = () => server.sdk.showFunctionConfig(new sdk.ShowFunctionConfigRequest(urn));
    expect(await read()).toMatchObject(reported);
    expect((await invoke(server, urn)).text).toBe('by the official client');

    // What a change does not name stays.
    await update(body().withDescription('another'));
    expect(await read()).toMatchObject({ ...reported, description: 'another' });
    await update(body().withMountConfig(new sdk.MountConfig(new sdk.MountUser(-1, -1), [])));
    expect(await read()).not.toHaveProperty('mount_config');
    expect((await invoke(server, urn)).text).toContain('ENOENT');
  });
});
