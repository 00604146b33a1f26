import { describe, expect, it } from 'vitest';
import { canReadBelow, closedFolders, type Permissions } from './reach.ts';

const USER = { uid: 990, gid: 990 };
const open: Permissions = { uid: 0, gid: 0, mode: 0o755 };

function withClosed(...closed: [path: string, permissions: Permissions][]): (path: string) => Permissions {
  const folders = new Map(closed);
  return (path) => folders.get(path) ?? open;
}

describe('folders that keep the server from paths it needs', () => {
  it.each<[string, Permissions, boolean]>([
    ['closed to all but root', { uid: 0, gid: 0, mode: 0o700 }, true],
    ['that others may walk through', { uid: 0, gid: 0, mode: 0o711 }, false],
    ['that others may only list', { uid: 0, gid: 0, mode: 0o704 }, true],
    ['of the user itself', { uid: 990, gid: 0, mode: 0o700 }, false],
    ['of the user, who closed it to itself', { uid: 990, gid: 0, mode: 0o077 }, true],
    ['of the group of the user', { uid: 0, gid: 990, mode: 0o710 }, false],
    ['open to all but the group of the user', { uid: 0, gid: 990, mode: 0o701 }, true],
  ])('are those %s', (_, permissions, isClosed) => {
    const found = closedFolders(['/root/fg/data'], USER, withClosed(['/root', permissions]));
    expect(found).toEqual(isClosed ? [{ path: '/root', needed: ['/root/fg/data'] }] : []);
  });

  it('are named once, the topmost of each way, with the needed paths below', () => {
    const closed: Permissions = { uid: 0, gid: 0, mode: 0o700 };
    const permissionsOf = withClosed(['/root', closed], ['/root/src', closed], ['/tmp/x', closed]);
    const needed = ['/root/src/fg', '/root/src/fg/data', '/root/node', '/tmp/x/data', '/usr/bin/node', '/root/node'];
    expect(closedFolders(needed, USER, permissionsOf)).toEqual([
      { path: '/root', needed: ['/root/src/fg', '/root/node'] },
      { path: '/tmp/x', needed: ['/tmp/x/data'] },
    ]);
  });

  it('do not include a needed path itself', () => {
    expect(closedFolders(['/root'], USER, withClosed(['/root', { uid: 0, gid: 0, mode: 0o700 }]))).toEqual([]);
  });
});

describe('a file of the program', () => {
  it.each<[string, Permissions, Permissions, boolean]>([
    ['open to all', open, { uid: 0, gid: 0, mode: 0o644 }, true],
    ['of a strict umask', { uid: 0, gid: 0, mode: 0o700 }, { uid: 0, gid: 0, mode: 0o600 }, false],
    ['in a closed folder of the program', { uid: 0, gid: 0, mode: 0o700 }, { uid: 0, gid: 0, mode: 0o644 }, false],
    ['closed itself', open, { uid: 0, gid: 0, mode: 0o640 }, false],
    ['of the user, who closed it to itself', open, { uid: 990, gid: 0, mode: 0o044 }, false],
  ])('%s can be read or not', (_, folder, file, isReadable) => {
    const closed: Permissions = { uid: 0, gid: 0, mode: 0o700 };
    const permissionsOf = withClosed(['/root', closed], ['/root/fg', folder], ['/root/fg/main.js', file]);
    expect(canReadBelow('/root/fg', '/root/fg/main.js', USER, permissionsOf)).toBe(isReadable);
  });
});
