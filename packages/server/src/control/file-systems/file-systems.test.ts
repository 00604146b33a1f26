import type { FileSystemMount, MountCheck } from '@funcgraph/agent';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { surroundingsChoice } from '../../domain/surroundings.ts';
import { ChangeFeed } from '../../storage/index.ts';
import { openTestControl, type TestControl } from '../testing.ts';
import { FileSystemStore } from './file-system-store.ts';
import { FileSystems } from './file-systems.ts';
import type { NewFileSystem } from './types.ts';

let control: TestControl;
let tried: FileSystemMount[];
let refusal: Error | undefined;
let fileSystems: FileSystems;
let retired: string[];
let removed: string[];

const make = (): FileSystems =>
  new FileSystems({
    store: new FileSystemStore(control.storage.db),
    feed: new ChangeFeed(control.storage.db),
    catalog: control.catalog,
    clock: control.clock,
    mayUse: (_id, projectId) => projectId === 'p1',
    onRemoved: async (id) => void removed.push(id),
    ownFolders: ['/data/funcgraph', '/run/funcgraph'],
    mountUsers: [{ from: 1000, to: 59_999 }],
    host: {
      async tryMount(mount): Promise<MountCheck> {
        if (refusal !== undefined) throw refusal;
        tried.push(mount);
        return { users: 'mapped', writable: true };
      },
    },
  });
const NO_USER = { uid: -1, gid: -1 };
const mounts = (...names: string[]) =>
  surroundingsChoice({
    mountConfig: {
      user: { uid: -1, gid: 2000 },
      mounts: names.map((name) => ({ type: 'sfs', resource: name, path: `/mnt/${name}` })),
    },
  }).mounts;

beforeEach(async () => {
  control = await openTestControl();
  tried = [];
  refusal = undefined;
  retired = [];
  removed = [];
  control.catalog.facts.on('surroundings.changed', ({ snapshot }) => retired.push(snapshot.name));
  fileSystems = make();
  await fileSystems.start();
});
afterEach(() => control.close());

describe('file systems of the administrator', () => {
  it('are tried before they are registered, and known after a restart', async () => {
    const folder = await fileSystems.add({ name: 'data', kind: 'folder', location: '/srv/data/' });
    const nfs = await fileSystems.add({
      name: 'far',
      kind: 'nfs',
      location: 'storage.example:/export',
      readOnly: true,
    });
    expect(tried.map(({ source }) => source)).toEqual([folder.source, nfs.source]);
    fileSystems = make();
    await fileSystems.start();
    expect(fileSystems.list()).toEqual([
      expect.objectContaining({ name: 'data', readOnly: false, source: { kind: 'folder', path: '/srv/data' } }),
      expect.objectContaining({
        name: 'far',
        readOnly: true,
        source: { kind: 'nfs', host: 'storage.example', export: '/export' },
      }),
    ]);
  });

  it.each([
    ['NOT_ALLOWED', 'invalid_request'],
    ['MOUNT_FAILED', 'mount_not_ready'],
    ['NOT_SUPPORTED', 'not_available'],
  ])('are not registered when the machine answers %s', async (answer, code) => {
    refusal = Object.assign(new Error('no'), { code: answer, hint: 'do this' });
    const refused = fileSystems.add({ name: 'data', kind: 'folder', location: '/srv/data' });
    await expect(refused).rejects.toMatchObject({ code, hint: 'do this' });
    expect(fileSystems.list()).toEqual([]);
  });

  it.each<NewFileSystem>([
    { name: 'Data', kind: 'folder', location: '/srv/a' },
    { name: 'data', kind: 'folder', location: '/' },
    { name: 'data', kind: 'folder', location: '/etc' },
    { name: 'data', kind: 'folder', location: '/usr/share' },
    { name: 'data', kind: 'folder', location: '/var/lib' },
    { name: 'data', kind: 'folder', location: '/var/spool/cron' },
    { name: 'data', kind: 'folder', location: '/tmp/' },
    { name: 'data', kind: 'folder', location: '/data' },
    { name: 'data', kind: 'folder', location: '/data/funcgraph' },
    { name: 'data', kind: 'folder', location: '/data/funcgraph/artifacts' },
    { name: 'data', kind: 'folder', location: '/srv/a', user: { uid: 0 } },
    { name: 'data', kind: 'folder', location: '/srv/../etc' },
    { name: 'data', kind: 'folder', location: '/srv//a' },
    { name: 'data', kind: 'folder', location: 'srv' },
    { name: 'data', kind: 'nfs', location: 'h' },
    { name: 'data', kind: 'nfs', location: 'h:relative' },
    { name: 'data', kind: 'nfs', location: '-o:/x' },
  ])('are not made of %j', async (body) => {
    await expect(fileSystems.add(body)).rejects.toMatchObject({ code: 'invalid_request' });
    expect(tried).toEqual([]);
  });

  it('are not inside each other: a function that writes to an outer folder could redirect an inner one', async () => {
    await fileSystems.add({ name: 'data', kind: 'folder', location: '/srv/data' });
    await fileSystems.add({ name: 'beside', kind: 'folder', location: '/srv/data-2' });
    await fileSystems.add({ name: 'same', kind: 'folder', location: '/srv/data' });
    for (const path of ['/srv/data/inner', '/srv']) {
      const refused = fileSystems.add({ name: 'nested', kind: 'folder', location: path });
      await expect(refused).rejects.toMatchObject({ code: 'invalid_request' });
    }
  });

  it('stay as long as a version mounts them', async () => {
    const { id } = await fileSystems.add({ name: 'data', kind: 'folder', location: '/srv/data' });
    await control.functions.create('p1', {
      name: 'user',
      runtime: 'Node.js20.15',
      handler: 'index.handler',
      timeoutSeconds: 3,
      memoryMb: 128,
      code: { type: 'inline', bytes: Buffer.from('x') },
      mountConfig: { user: NO_USER, mounts: [{ type: 'sfs', resource: id, path: '/mnt/data' }] },
    });
    await expect(fileSystems.remove('data')).rejects.toMatchObject({ code: 'resource_in_use' });
    await control.functions.delete({ projectId: 'p1', package: 'default', name: 'user' });
    await fileSystems.remove('data');
    expect(removed).toEqual([id]);
    await expect(fileSystems.remove('data')).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('the mounts of a function', () => {
  it('are named by name or id, as the user that the function names', async () => {
    const { id } = await fileSystems.add({
      name: 'data',
      kind: 'folder',
      location: '/srv/data',
      readOnly: true,
      anyUser: true,
    });
    const mount = { source: { kind: 'folder', path: '/srv/data' }, readOnly: true, uid: 1003, gid: 2000 };
    expect(fileSystems.of(mounts('data'), 'p1')).toEqual([{ ...mount, target: '/mnt/data' }]);
    expect(fileSystems.of(mounts(id), 'p1')).toEqual([{ ...mount, target: `/mnt/${id}` }]);
  });

  it('must be registered, and each once under any name', async () => {
    const { id } = await fileSystems.add({ name: 'data', kind: 'folder', location: '/srv/data', anyUser: true });
    const check =
      (...names: string[]) =>
      () =>
        fileSystems.check(mounts(...names), 'p1');
    expect(check('data')).not.toThrow();
    expect(check('other')).toThrow(expect.objectContaining({ code: 'mount_not_found' }));
    expect(check('data', id)).toThrow(expect.objectContaining({ code: 'mounted_already' }));
  });

  it('belong on disk to the registered user, and to another one only if the registration allows it', async () => {
    await fileSystems.add({ name: 'data', kind: 'folder', location: '/srv/data', user: { uid: 1005, gid: 2000 } });
    await fileSystems.add({ name: 'open', kind: 'folder', location: '/srv/open', anyUser: true });
    expect(fileSystems.of(mounts('data'), 'p1')).toMatchObject([{ uid: 1005, gid: 2000 }]);
    expect(fileSystems.of(mounts('open'), 'p1')).toMatchObject([{ uid: 1003, gid: 2000 }]);
    await fileSystems.add({ name: 'usual', kind: 'folder', location: '/srv/usual' });
    expect(() => fileSystems.check(mounts('usual'), 'p1')).toThrow(
      expect.objectContaining({ code: 'invalid_mount_user' }),
    );
  });

  it('are users of the machine that the configuration allows', async () => {
    const refused = { code: 'invalid_mount_user', hint: expect.stringContaining('mount_users') };
    for (const user of [{ uid: 999 }, { gid: 42 }, { uid: 65_534, gid: 65_534 }])
      await expect(
        fileSystems.add({ name: 'data', kind: 'folder', location: '/srv/data', user }),
      ).rejects.toMatchObject(refused);
    expect(tried).toEqual([]);
    await fileSystems.add({ name: 'open', kind: 'folder', location: '/srv/open', anyUser: true });
    const [mount] = mounts('open');
    if (mount === undefined) throw new Error('no mount');
    for (const user of [{ uid: 999 }, { gid: 42 }])
      expect(() => fileSystems.check([{ ...mount, ...user }], 'p1')).toThrow(expect.objectContaining(refused));
  });

  it('of another account are not found, and instances are replaced when that changes', async () => {
    const { id } = await fileSystems.add({ name: 'data', kind: 'folder', location: '/srv/data', anyUser: true });
    const refused = expect.objectContaining({ code: 'mount_not_found' });
    for (const name of ['data', id]) {
      expect(() => fileSystems.check(mounts(name), 'p2')).toThrow(refused);
      expect(() => fileSystems.of(mounts(name), 'p2')).toThrow(refused);
    }
    await control.functions.create('p2', {
      name: 'user',
      runtime: 'Node.js20.15',
      handler: 'index.handler',
      timeoutSeconds: 3,
      memoryMb: 128,
      code: { type: 'inline', bytes: Buffer.from('x') },
      mountConfig: { user: NO_USER, mounts: [{ type: 'sfs', resource: 'data', path: '/mnt/data' }] },
    });
    fileSystems.sharingChanged(id);
    expect(retired).toEqual(['user']);
    // It mounts nothing, so it holds up nothing.
    await fileSystems.remove('data');
  });
});
