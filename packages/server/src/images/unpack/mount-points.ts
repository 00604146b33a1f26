import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { lookAt, makeFolder } from './image-tree.ts';

/** Parents first. Mounts of the agent in a sandbox need a place in the image, which is read-only by then. */
const FOLDERS = ['proc', 'dev', 'tmp', 'etc', 'mnt', 'run', 'run/funcgraph'];
const FILES = ['etc/hosts', 'etc/hostname', 'etc/resolv.conf'];

/** Creates the mount points, also replacing links and files of the image: a link must not redirect a mount. */
export function makeMountPoints(root: string): void {
  for (const name of FOLDERS) {
    const path = `${root}/${name}`;
    const found = lookAt(path);
    if (found?.isDirectory() === true) chmodSync(path, found.mode | 0o755);
    else {
      rmSync(path, { force: true });
      makeFolder(path);
    }
  }
  for (const name of FILES) {
    const path = `${root}/${name}`;
    const found = lookAt(path);
    if (found?.isFile() === true) continue;
    rmSync(path, { recursive: true, force: true });
    writeFileSync(path, '', { flag: 'wx', mode: 0o644 });
  }
}
