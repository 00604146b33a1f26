import { describe, expect, it } from 'vitest';
import type { VersionSnapshot } from '../control/index.ts';
import { waitingOn } from '../instances/index.ts';
import { runtimeLaunch } from './launch.ts';

const planIn = (folder: string, tree: string) => ({
  command: ['/opt/runtime/node/bin/node', '/opt/runtime/shims/nodejs.js'],
  binds: [{ source: `${folder}/runtimes/${tree}`, target: '/opt/runtime/node' }],
  ...{ workingDir: '/', env: { LANG: 'C.UTF-8' } },
});
const imageIn = (folder: string, id: string) =>
  ({ id, rootfs: `${folder}/images/rootfs/${id}`, uid: 1, gid: 1 }) as VersionSnapshot['image'];

describe('what servers call a prewarmed runtime', () => {
  const launches = (folder: string) => [
    runtimeLaunch(planIn(folder, 'nodejs-20'), undefined),
    runtimeLaunch(planIn(folder, 'nodejs-24'), undefined),
    runtimeLaunch(planIn(folder, 'nodejs-24'), imageIn(folder, 'image-1')),
    runtimeLaunch(planIn(folder, 'nodejs-24'), imageIn(folder, 'image-2')),
    waitingOn(runtimeLaunch(planIn(folder, 'nodejs-24'), undefined), { kind: 'egress' }),
  ];
  const common = (folder: string) => launches(folder).map(({ commonSignature }) => commonSignature);

  it('is the same for servers with data directories of their own, whose runtimes are not interchangeable', () => {
    expect(common('/srv/one')).toEqual(common('/var/lib/two'));
    const signatures = ['/srv/one', '/var/lib/two'].flatMap((folder) => launches(folder).map((one) => one.signature));
    expect(new Set(signatures).size).toBe(10);
  });

  it('differs for other versions, images and networks', () => {
    expect(new Set(common('/srv/one')).size).toBe(5);
  });
});
