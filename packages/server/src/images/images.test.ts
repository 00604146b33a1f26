import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FolderBlobs } from '../artifacts/index.ts';
import { ManualClock } from '../lib/manual-clock.ts';
import type { Storage } from '../storage/index.ts';
import { openTestStorage } from '../storage/testing.ts';
import { imageLimits } from './image-limits.ts';
import { ImageStore } from './image-store.ts';
import { Images } from './images.ts';
import { FakeRegistry } from './registry/fake-registry.ts';
import { described, digestOf, type FakeImage, fakeDockerArchive, fakeLayout, fakeParts, fakeTar } from './testing.ts';
import { unpackImage } from './unpack/unpack-image.ts';

const BASE = fakeTar([{ name: 'base', data: Buffer.alloc(20_000, 'base') }]);
const image = (content: string): FakeImage => ({
  layers: [BASE, fakeTar([{ name: 'app', data: content }])],
  entrypoint: ['/app'],
  env: ['A=1', 'FUNCGRAPH_LINK=/evil', 'B=x=y'],
  workingDir: '/work',
});

describe('the images of a machine', () => {
  let dir = '';
  let storage: Storage;
  let images: Images;
  let clock: ManualClock;
  let mayRemove: (path: string) => boolean;
  const gone = new AbortController().signal;
  const steps: string[] = [];

  const open = async (): Promise<Images> => {
    const opened = new Images({
      store: new ImageStore(storage.db),
      dir: join(dir, 'images'),
      limits: imageLimits(1 << 20),
      clock,
      mayRemove: async (path) => mayRemove(path),
      log: pino({ level: 'silent' }),
      unpack: unpackImage,
    });
    await opened.start();
    return opened;
  };

  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'funcgraph-images-'));
    storage = await openTestStorage();
    clock = new ManualClock();
    // no files of another process, unless a test allows it
    mayRemove = () => false;
    images = await open();
  });
  afterEach(async () => {
    await images.stop();
    await storage.close();
    rmSync(dir, { recursive: true, force: true });
  });

  async function load(archive: Buffer, name?: string) {
    const path = join(dir, 'archive');
    writeFileSync(path, archive);
    return images.load(path, name, (step) => steps.push(step), gone);
  }

  const folders = (name: string): string[] => readdirSync(join(dir, 'images', name));

  it('come from OCI layouts and archives of docker save, and are the same image then', async () => {
    const [fromLayout] = await load(fakeLayout('team/app:v1', image('1')));
    const [fromDocker] = await load(fakeDockerArchive(['team/app:docker', 'other:x'], image('1')));
    expect(fromLayout?.names).toEqual(['team/app:v1']);
    expect(fromDocker?.names).toEqual(['team/app:docker', 'other:x']);
    expect(fromDocker?.id).toBe(fromLayout?.id);
    const shown = await images.show('other:x');
    expect(shown).toMatchObject({
      entrypoint: ['/app'],
      env: { A: '1', B: 'x=y' },
      workingDir: '/work',
      names: ['other:x', 'team/app:docker', 'team/app:v1'],
      versions: 0,
    });
    expect(readFileSync(join(images.rootfs(shown.id), 'app'), 'utf8')).toBe('1');
    expect(steps).toEqual(expect.arrayContaining(['layer 1 of 2, 0.0 MB', 'unpacking layer 2 of 2']));
  });

  it('may come in a compressed archive, and with the name that is asked for', async () => {
    const [loaded] = await load(gzipSync(fakeLayout('v1', image('1'))), 'swr.example.com/team/app');
    expect(loaded?.names).toEqual(['swr.example.com/team/app:latest']);
    expect(readdirSync(dir)).not.toContain('archive.tmp');
  });

  it('come without the layers that are here already', async () => {
    await load(fakeLayout('app:1', { ...image('1'), plain: true }));
    await load(fakeLayout('app:2', { ...image('2'), plain: true }, [BASE]));
    const { id } = await images.show('app:2');
    expect(readFileSync(join(images.rootfs(id), 'base'), 'utf8')).toHaveLength(20_000);
  });

  it('of another server are unpacked when an instance needs them, from layers that both share', async () => {
    const server = async (name: string): Promise<Images> => {
      const opened = new Images({
        store: new ImageStore(storage.db),
        dir: join(dir, name),
        limits: imageLimits(1 << 20),
        clock,
        mayRemove: async () => true,
        log: pino({ level: 'silent' }),
        unpack: unpackImage,
        shared: new FolderBlobs(join(dir, 'shared')),
      });
      await opened.start();
      return opened;
    };
    const [a, b] = [await server('a'), await server('b')];
    const path = join(dir, 'archive');
    writeFileSync(path, fakeLayout('app:1', image('1')));
    const [loaded] = await a.load(path, undefined, () => {}, gone);
    const rootfs = b.rootfs(loaded?.id ?? '');
    expect(existsSync(rootfs)).toBe(false);
    await Promise.all([b.ready(rootfs), b.ready(rootfs)]);
    expect(readFileSync(join(rootfs, 'app'), 'utf8')).toBe('1');
    // a third one, with shared layers that are damaged
    for (const name of readdirSync(join(dir, 'shared', 'blobs')))
      writeFileSync(join(dir, 'shared', 'blobs', name), 'x');
    const c = await server('c');
    await expect(c.ready(c.rootfs(loaded?.id ?? ''))).rejects.toThrow();
    await a.sweepShared();
    expect(readdirSync(join(dir, 'shared', 'blobs'))).toHaveLength(2);
    await Promise.all([a.stop(), b.stop(), c.stop()]);
  });

  it('above the limit of copies are removed unless they are in use, and made again from layers that are fetched once', async () => {
    const shared = new FolderBlobs(join(dir, 'shared'));
    let fetches = 0;
    const options = {
      ...{ store: new ImageStore(storage.db), limits: imageLimits(1 << 20), clock, mayRemove: async () => true },
      ...{ log: pino({ level: 'silent' }), unpack: unpackImage },
    };
    const a = new Images({ ...options, dir: join(dir, 'a'), shared });
    const counted = Object.assign(Object.create(shared) as FolderBlobs, {
      fetch: async (sha256: string, file: string) => {
        fetches += 1;
        return shared.fetch(sha256, file);
      },
      start: () => shared.start(),
      share: (sha256: string, file: string) => shared.share(sha256, file),
    });
    const b = new Images({ ...options, dir: join(dir, 'b'), shared: counted });
    await a.start();
    await b.start();
    const path = join(dir, 'archive');
    const folderOf = async (name: string, content: string): Promise<string> => {
      writeFileSync(path, fakeLayout(name, image(content)));
      return b.rootfs((await a.load(path, undefined, () => {}, gone))[0]?.id ?? '');
    };
    const [one, two] = [await folderOf('app:1', '1'), await folderOf('app:2', '2')];
    // both have the same base
    await Promise.all([b.ready(one), b.ready(two), b.ready(one)]);
    expect(fetches).toBe(3);
    const release = b.use(one);
    const evict = async (): Promise<void> => {
      for (const part of ['blobs', 'rootfs'])
        for (const name of readdirSync(join(dir, 'b', part))) utimesSync(join(dir, 'b', part, name), 0, 0);
      for (const item of await b.cached()) await item.remove();
    };
    await evict();
    expect(readdirSync(join(dir, 'b', 'blobs'))).toEqual([]);
    expect([existsSync(one), existsSync(two)]).toEqual([true, false]);
    await b.ready(two);
    expect(readFileSync(join(two, 'app'), 'utf8')).toBe('2');
    release();
    await evict();
    expect([existsSync(one), existsSync(two)]).toEqual([false, false]);
    await b.ready(one);
    expect(readFileSync(join(one, 'app'), 'utf8')).toBe('1');
    await Promise.all([a.stop(), b.stop()]);
  });

  it('share layers on disk', async () => {
    await load(fakeLayout('app:1', image('1')));
    await load(fakeLayout('app:2', image('2')));
    expect(folders('blobs')).toHaveLength(3);
    expect(folders('rootfs')).toHaveLength(2);
  });

  it('are removed with their last name, and so are layers that no other image has', async () => {
    await load(fakeLayout('app:1', image('1')));
    await load(fakeLayout('app:2', image('2')));
    expect(await images.remove('app:1')).toEqual({ versions: 0 });
    expect([folders('rootfs').length, folders('blobs').length]).toEqual([1, 2]);
    const { id } = await images.show('app:2');
    await images.remove(id);
    expect([folders('rootfs'), folders('blobs'), await images.list()]).toEqual([[], [], []]);
    await expect(images.remove('app:2')).rejects.toMatchObject({ code: 'image_not_found' });
  });

  it('are removed when their name moves to another, unless they are held or may still run', async () => {
    await load(fakeLayout('app:1', image('1')));
    const { image: held, release } = await images.hold('app:1', () => true);
    await load(fakeLayout('app:1', image('2')));
    await images.remove('app:1');
    expect(folders('rootfs')).toEqual([held.id.slice(7)]);
    release();
    images.retire(held.id);
    await load(fakeLayout('app:3', image('3')));
    expect(existsSync(images.rootfs(held.id))).toBe(true);
    clock.advance(21 * 60_000);
    await images.remove('app:3');
    expect(folders('rootfs')).toEqual([]);
  });

  it('are held by users who may use one of their names, and do not exist for others', async () => {
    const [loaded] = await load(fakeLayout('app:1', image('1')));
    await load(fakeLayout('other:1', image('2')));
    const mayUseApp = (repository: string): boolean => repository === 'app';
    for (const reference of ['app:1', loaded?.id ?? '']) {
      const { image: held, release } = await images.hold(reference, mayUseApp);
      expect(held.id).toBe(loaded?.id);
      release();
    }
    const { id } = await images.show('other:1');
    for (const reference of ['other:1', id, 'nothing:1']) {
      await expect(images.hold(reference, mayUseApp)).rejects.toMatchObject({ code: 'image_not_found' });
    }
  });

  it('stay for the versions that use them', async () => {
    const [loaded] = await load(fakeLayout('app:1', image('1')));
    await useImage(loaded?.id ?? '');
    expect(await images.remove('app:1')).toEqual({ versions: 1 });
    expect(folders('rootfs')).toHaveLength(1);
    await images.stop();
    images = await open();
    expect(await images.list()).toMatchObject([{ id: loaded?.id, names: [], versions: 1 }]);
  });

  it('exist after a restart, and are unpacked again when their files are missing', async () => {
    const [loaded] = await load(fakeLayout('app:1', image('1')));
    await images.stop();
    const root = images.rootfs(loaded?.id ?? '');
    rmSync(root, { recursive: true });
    writeFileSync(join(dir, 'images/blobs', 'f'.repeat(64)), 'left by a crash');
    images = await open();
    expect(folders('blobs')).toHaveLength(3);
    mayRemove = (path) => path.includes('fff');
    await images.sweep();
    expect(readFileSync(join(root, 'app'), 'utf8')).toBe('1');
    expect(folders('blobs')).toHaveLength(2);
  });

  it('come from registries, without the layers that are here', async () => {
    await using registry = await FakeRegistry.start();
    const access = { username: '', password: '', plainHttp: true };
    registry.push('v1', image('1'));
    registry.push('v2', image('2'));
    await images.pull(`${registry.host}/team/app:v1`, access, () => {}, gone);
    const before = registry.seen.length;
    const { names } = await images.pull(`${registry.host}/team/app:v2`, access, () => {}, gone);
    expect(names).toEqual([`${registry.host}/team/app:v2`]);
    // manifest, configuration, and one layer
    expect(registry.seen.length - before).toBe(3);
  });

  it('leave no files behind when a part does not match its digest', async () => {
    await using registry = await FakeRegistry.start();
    registry.push('v1', image('1'));
    const last = fakeParts(image('1')).layers[1] ?? Buffer.alloc(0);
    registry.blobs.set(digestOf(last), Buffer.alloc(last.length));
    const access = { username: '', password: '', plainHttp: true };
    await expect(images.pull(`${registry.host}/team/app:v1`, access, () => {}, gone)).rejects.toMatchObject({
      code: 'invalid_image',
      message: expect.stringContaining('digest-mismatch'),
    });
    await images.stop();
    expect([folders('blobs'), folders('rootfs'), folders('incoming')]).toEqual([[], [], []]);
  });

  const withManifest = (manifest: object, ...blobs: Buffer[]): Buffer =>
    fakeTar([
      { name: 'index.json', data: JSON.stringify(manifest) },
      ...blobs.map((data) => ({ name: `blobs/sha256/${digestOf(data).slice(7)}`, data })),
    ]);
  const { manifest, config, layers } = fakeParts(image('1'));
  const index = { manifests: [{ ...described('x', manifest), annotations: { 'io.containerd.image.name': 'a:1' } }] };
  it.each<[string, Buffer, string]>([
    ['an archive of something else', fakeTar([{ name: 'readme' }]), 'not-an-image'],
    ['no archive at all', Buffer.alloc(3000, 'x'), 'malformed-tar'],
    ['an archive that is cut off', fakeLayout('a:1', image('1')).subarray(0, 5000), 'truncated'],
    ['an archive without a layer', withManifest(index, manifest, config, layers[0] ?? Buffer.alloc(0)), 'missing-blob'],
    ['an archive without the manifest', withManifest(index, config, ...layers), 'missing-blob'],
    ['an image for another machine', fakeLayout('a:1', { ...image('1'), architecture: 's390x' }), 'platform'],
    ['an image without a name', fakeLayout('v1', image('1')), 'no-name'],
    ['an image with an impossible name', fakeDockerArchive(['../../etc:1'], image('1')), 'bad-reference'],
    ['too many variables', fakeLayout('a:1', { ...image('1'), env: [`X=${'y'.repeat(20_000)}`] }), 'too-large'],
    ['a command that is too long', fakeLayout('a:1', { ...image('1'), command: ['y'.repeat(9000)] }), 'too-large'],
    ['a relative working directory', fakeLayout('a:1', { ...image('1'), workingDir: 'x' }), 'malformed-config'],
    [
      'more than the limit',
      fakeLayout('a:1', { layers: [fakeTar([{ name: 'a', data: randomBytes(1_100_000) }])] }),
      'too-large',
    ],
  ])('are not loaded from %s', async (_what, archive, reason) => {
    await expect(load(archive)).rejects.toMatchObject({
      code: 'invalid_image',
      message: expect.stringContaining(`[${reason}]`),
    });
    await images.stop();
    expect([folders('blobs'), folders('rootfs'), folders('incoming')]).toEqual([[], [], []]);
  });

  /** The part of a function version that images need. */
  async function useImage(id: string): Promise<void> {
    await storage.db
      .insertInto('function')
      .values({ id: 'f', project_id: 'p', package: 'd', name: 'n', runtime: 'r', collected: 0, created_at: 0 })
      .execute();
    const artifact = { artifact_sha256: '', artifact_sha512: '', artifact_kind: 'inline', artifact_bytes: 0 };
    await storage.db
      .insertInto('function_version')
      .values({
        function_id: 'f',
        version: 'latest',
        revision: 1,
        config: '{}',
        sealed_env: null,
        ...artifact,
        artifact_file: null,
        modified_at: 0,
        description: '',
        image_id: id,
      })
      .execute();
  }
});

/** Incompressible bytes, the same in each run. */
function randomBytes(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = 1;
  for (let at = 0; at < length; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}
