import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { imageLimits } from '../image-limits.ts';
import { digestOf, type FakeEntry, fakeTar } from '../testing.ts';
import { unpackImage } from './unpack-image.ts';
import { unpackInThread } from './unpack-in-thread.ts';

const LIMITS = { ...imageLimits(1 << 20), unpackedBytes: 100_000, entries: 50 };

describe('unpacking layers', () => {
  let dir = '';
  let root = '';
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'funcgraph-unpack-'));
    root = join(dir, 'root');
    writeFileSync(join(dir, 'outside'), 'untouched');
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  async function unpack(...layers: readonly (readonly FakeEntry[] | Buffer)[]): Promise<number> {
    const stored = layers.map((layer, index) => {
      const tar = Buffer.isBuffer(layer) ? layer : fakeTar(layer);
      const path = join(dir, `layer-${index}`);
      writeFileSync(path, index % 2 === 0 ? gzipSync(tar) : tar);
      return { path, diffId: digestOf(tar) };
    });
    const { signal } = new AbortController();
    return unpackImage({ layers: stored, target: root, limits: LIMITS, signal });
  }

  const read = (name: string): string => readFileSync(join(root, name), 'utf8');
  const modeOf = (name: string): string => (lstatSync(join(root, name)).mode & 0o7777).toString(8);

  it('puts one layer over the other', async () => {
    const bytes = await unpack(
      [
        { name: 'etc', type: '5' },
        { name: 'etc/a', data: 'low' },
        { name: 'etc/b', data: 'low' },
      ],
      [{ name: './etc/a', data: 'high' }],
    );
    expect([read('etc/a'), read('etc/b'), bytes]).toEqual(['high', 'low', 10]);
  });

  it('reads layers that are compressed with zstd', async () => {
    const tar = fakeTar([{ name: 'etc/a', data: 'small' }]);
    const path = join(dir, 'layer');
    writeFileSync(path, zstdCompressSync(tar));
    const { signal } = new AbortController();
    await unpackImage({ layers: [{ path, diffId: digestOf(tar) }], target: root, limits: LIMITS, signal });
    expect(read('etc/a')).toBe('small');
  });

  it('makes folders that no entry names, and mount points for the sandbox', async () => {
    await unpack([{ name: 'app/deep/file', data: '1' }]);
    expect(read('app/deep/file')).toBe('1');
    const places = ['dev', 'etc', 'mnt', 'proc', 'run', 'tmp'];
    expect(readdirSync(root)).toEqual(expect.arrayContaining(places));
    expect(readdirSync(join(root, 'run'))).toEqual(['funcgraph']);
    expect(readdirSync(join(root, 'etc')).sort()).toEqual(['hostname', 'hosts', 'resolv.conf']);
  });

  it('replaces entries that would redirect a mount', async () => {
    await unpack([
      { name: 'proc', type: '2', linkName: '/etc' },
      { name: 'run', type: '2', linkName: '../..' },
      { name: 'tmp', data: 'no folder' },
      { name: 'etc/hosts', type: '2', linkName: '/outside' },
    ]);
    for (const name of ['proc', 'run', 'run/funcgraph', 'tmp']) {
      expect([name, lstatSync(join(root, name)).isDirectory()]).toEqual([name, true]);
    }
    expect(lstatSync(join(root, 'etc/hosts')).isFile()).toBe(true);
  });

  it('hides entries that a whiteout names, and whole folders, but not entries of the same layer', async () => {
    await unpack(
      [
        { name: 'a/gone', data: '1' },
        { name: 'a/stays', data: '1' },
        { name: 'b/old', data: '1' },
        { name: 'b/sub/old', data: '1' },
        { name: 'c/folder/file', data: '1' },
      ],
      [
        { name: 'a/.wh.gone' },
        { name: 'b/sub/new', data: '2' },
        { name: 'b/.wh..wh..opq' },
        { name: 'b/new', data: '2' },
        { name: 'c/.wh.folder' },
        { name: 'c/.wh..wh.plnk', type: '5' },
      ],
    );
    expect(readdirSync(join(root, 'a'))).toEqual(['stays']);
    expect(readdirSync(join(root, 'b')).sort()).toEqual(['new', 'sub']);
    expect(readdirSync(join(root, 'b/sub'))).toEqual(['new']);
    expect(readdirSync(join(root, 'c'))).toEqual([]);
  });

  it('hides the same for any number and order of whiteouts in a layer', async () => {
    await unpack(
      [
        { name: 'a/b/c/old', data: '1' },
        { name: 'a/old', data: '1' },
      ],
      [
        { name: 'a/b/c/new', data: '2' },
        { name: 'a/b/c/.wh..wh..opq' },
        { name: 'a/b/.wh..wh..opq' },
        { name: 'a/.wh..wh..opq' },
        { name: 'a/.wh.b' },
        { name: 'a/b/later', data: '2' },
        { name: 'a/.wh..wh..opq' },
        { name: 'a/.wh.b' },
      ],
    );
    expect(readdirSync(join(root, 'a'))).toEqual(['b']);
    expect(readdirSync(join(root, 'a/b')).sort()).toEqual(['c', 'later']);
    expect(readdirSync(join(root, 'a/b/c'))).toEqual(['new']);
  });

  it('takes time in proportion to the entries of a layer, for any whiteouts', async () => {
    const hostile = (count: number): FakeEntry[] => [
      ...Array.from({ length: count }, (_, index) => ({ name: `own/${index}` })),
      ...Array.from({ length: count }, (_, index) => ({ name: `dir-${index}`, type: '5' })),
      ...Array.from({ length: count }, (_, index) => ({
        name: index % 2 === 0 ? 'own/.wh..wh..opq' : `.wh.no-${index}`,
      })),
    ];
    const millisecondsFor = async (count: number, run: number): Promise<number> => {
      const tar = fakeTar(hostile(count));
      const path = join(dir, `hostile-${count}-${run}`);
      writeFileSync(path, tar);
      const started = performance.now();
      await unpackImage({
        layers: [{ path, diffId: digestOf(tar) }],
        target: join(dir, `root-${count}-${run}`),
        limits: { ...LIMITS, entries: 3 * count + 1 },
        signal: new AbortController().signal,
      });
      return performance.now() - started;
    };
    // Reading the folder again for each whiteout would make this 64 times as long. A busy machine makes a run slower,
    // never faster: the fastest of some are compared.
    let [small, large] = [Infinity, Infinity];
    for (let run = 0; run < 5 && (run === 0 || large >= small * 30); run += 1) {
      small = Math.min(small, await millisecondsFor(200, run));
      large = Math.min(large, await millisecondsFor(1600, run));
    }
    expect(large).toBeLessThan(small * 30);
  });

  it('follows links of the image inside the image, as programs in it would', async () => {
    await unpack(
      [
        { name: 'usr/lib', type: '5' },
        { name: 'lib', type: '2', linkName: 'usr/lib' },
        { name: 'abs', type: '2', linkName: '/usr/lib' },
        { name: 'up', type: '2', linkName: '../../../../usr' },
      ],
      [
        { name: 'lib/a', data: 'a' },
        { name: 'abs/b', data: 'b' },
        { name: 'up/c', data: 'c' },
      ],
    );
    expect([read('usr/lib/a'), read('usr/lib/b'), read('usr/c')]).toEqual(['a', 'b', 'c']);
  });

  it('keeps links as text, wherever they lead', async () => {
    await unpack([{ name: 'link', type: '2', linkName: '/etc/shadow' }]);
    expect(readlinkSync(join(root, 'link'))).toBe('/etc/shadow');
  });

  it('links files inside the image to one another', async () => {
    await unpack([
      { name: 'one', data: '1', mode: 0o755 },
      { name: 'two', type: '1', linkName: '/one' },
    ]);
    expect(lstatSync(join(root, 'two')).ino).toBe(lstatSync(join(root, 'one')).ino);
  });

  it('takes away set-user-id and writing, and opens files of ordinary users as far as they were to them', async () => {
    await unpack([
      { name: 'suid', mode: 0o6755 },
      { name: 'shared', mode: 0o666 },
      { name: 'root-only', mode: 0o600 },
      { name: 'app-only', mode: 0o700, uid: 1003, gid: 1003 },
      { name: 'group-only', mode: 0o640, gid: 50 },
      { name: 'closed', type: '5', mode: 0o700 },
      { name: 'sticky', type: '5', mode: 0o1777 },
      { name: 'own', type: '5', mode: 0o500, uid: 1003 },
      { name: 'own/file', mode: 0o400, uid: 1003 },
    ]);
    const names = ['suid', 'shared', 'root-only', 'app-only', 'group-only', 'closed', 'sticky', 'own', 'own/file'];
    expect(names.map((name) => [name, modeOf(name)])).toEqual([
      ['suid', '755'],
      ['shared', '644'],
      ['root-only', '600'],
      ['app-only', '705'],
      ['group-only', '644'],
      ['closed', '700'],
      ['sticky', '755'],
      ['own', '705'],
      ['own/file', '604'],
    ]);
  });

  it('leaves devices and pipes out', async () => {
    await unpack([
      { name: 'dev/sda', type: '4' },
      { name: 'dev/null', type: '3' },
      { name: 'pipe', type: '6' },
    ]);
    expect([existsSync(join(root, 'dev/sda')), existsSync(join(root, 'pipe'))]).toEqual([false, false]);
  });

  it.each<[string, readonly (readonly FakeEntry[])[], string]>([
    ['a name that leaves the image', [[{ name: '../outside', data: 'x' }]], 'traversal'],
    ['a name that leaves it on the way', [[{ name: 'a/../../outside', data: 'x' }]], 'traversal'],
    ['a whiteout that leaves the image', [[{ name: '.wh...' }]], 'traversal'],
    ['a hard link that leaves the image', [[{ name: 'l', type: '1', linkName: '../outside' }]], 'traversal'],
    ['a hard link to nothing', [[{ name: 'l', type: '1', linkName: 'nothing' }]], 'link-target'],
    [
      'a hard link to a folder',
      [
        [
          { name: 'd', type: '5' },
          { name: 'l', type: '1', linkName: 'd' },
        ],
      ],
      'link-target',
    ],
    ['a link to nowhere', [[{ name: 'l', type: '2', linkName: '' }]], 'link-target'],
    ['a link in circles', [[{ name: 'l', type: '2', linkName: 'l' }, { name: 'l/x' }]], 'link-loop'],
    ['an entry inside a file', [[{ name: 'f', data: 'x' }, { name: 'f/x' }]], 'link-target'],
    ['an unknown type', [[{ name: 'x', type: 'Z' }]], 'entry-type'],
    ['a name that is too long', [[{ name: `a/${'n'.repeat(256)}` }]], 'name-too-long'],
    ['a path that is too long', [[{ name: 'a/'.repeat(3000) }]], 'name-too-long'],
    [
      'too many bytes',
      [[{ name: 'a', data: Buffer.alloc(60_000) }], [{ name: 'b', data: Buffer.alloc(60_000) }]],
      'unpacked-too-large',
    ],
    ['too many entries', [Array.from({ length: 51 }, (_, index) => ({ name: `f${index}` }))], 'too-many-entries'],
    ['too many folders that no entry names', [[{ name: `${'a/'.repeat(60)}f` }]], 'too-many-entries'],
    ['a path of too many folders', [[{ name: 'a/'.repeat(300) }]], 'name-too-long'],
  ])('refuses %s', async (_what, layers, reason) => {
    await expect(unpack(...layers)).rejects.toMatchObject({ reason });
    expect(readFileSync(join(dir, 'outside'), 'utf8')).toBe('untouched');
    expect(
      readdirSync(dir)
        .filter((name) => !name.startsWith('layer-'))
        .sort(),
    ).toEqual(['outside', 'root']);
  });

  it.each<[string, readonly (readonly FakeEntry[])[]]>([
    ['a link', [[{ name: 'd', type: '2', linkName: '../' }], [{ name: 'd/outside', data: 'x' }]]],
    [
      'an absolute link',
      [
        [
          { name: 'd', type: '2', linkName: '/..' },
          { name: 'd/outside', data: 'x' },
        ],
      ],
    ],
    [
      'a folder that became a link',
      [
        [{ name: 'd/x/y', data: '1' }],
        [
          { name: 'd', type: '2', linkName: '..' },
          { name: 'd/outside', data: 'x' },
        ],
      ],
    ],
    [
      'a folder hidden and made a link',
      [
        [
          { name: 'a/b/c/f', data: '1' },
          { name: 'a/b/c', type: '5', mode: 0o700 },
        ],
        [
          { name: '.wh.a' },
          { name: 'a', type: '2', linkName: '../..' },
          { name: 'a/b/c/g', data: 'x' },
          { name: 'a/outside', data: 'x' },
        ],
      ],
    ],
    [
      'a file through a link',
      [[{ name: 'outside', type: '2', linkName: '../outside' }], [{ name: 'outside', data: 'x' }]],
    ],
    [
      'a folder through a link',
      [[{ name: 'root', type: '2', linkName: '..' }], [{ name: 'root', type: '5', mode: 0o777 }]],
    ],
    ['a whiteout through a link', [[{ name: 'd', type: '2', linkName: '..' }], [{ name: 'd/.wh.outside' }]]],
    ['an opaque folder that is a link', [[{ name: 'd', type: '2', linkName: '../..' }], [{ name: 'd/.wh..wh..opq' }]]],
    [
      'a hard link through a link',
      [
        [
          { name: 'd', type: '2', linkName: '..' },
          { name: 'outside', data: 'in' },
        ],
        [
          { name: 'h', type: '1', linkName: 'd/outside' },
          { name: 'h', data: 'x' },
        ],
      ],
    ],
  ])('does not leave the image by %s', async (_what, layers) => {
    await unpack(...layers);
    expect(readFileSync(join(dir, 'outside'), 'utf8')).toBe('untouched');
    expect(
      readdirSync(dir)
        .filter((name) => !name.startsWith('layer-'))
        .sort(),
    ).toEqual(['outside', 'root']);
  });

  it('refuses a layer that is not the one of the configuration', async () => {
    writeFileSync(join(dir, 'layer-0'), gzipSync(fakeTar([{ name: 'a' }])));
    const layers = [{ path: join(dir, 'layer-0'), diffId: digestOf(Buffer.from('other')) }];
    const { signal } = new AbortController();
    await expect(unpackImage({ layers, target: root, limits: LIMITS, signal })).rejects.toMatchObject({
      reason: 'layer-mismatch',
    });
  });

  it('refuses damaged and endless compression', async () => {
    const damaged = gzipSync(fakeTar([{ name: 'a', data: Buffer.alloc(5000, 'abc') }]));
    damaged.fill(0, 20, 40);
    const bomb = gzipSync(fakeTar([{ name: 'a', data: Buffer.alloc(50_000_000) }]));
    const { signal } = new AbortController();
    for (const [bytes, reason] of [
      [damaged, 'compression'],
      [bomb, 'unpacked-too-large'],
    ] as const) {
      writeFileSync(join(dir, 'layer-0'), bytes);
      const layers = [{ path: join(dir, 'layer-0'), diffId: digestOf(bytes) }];
      await expect(unpackImage({ layers, target: root, limits: LIMITS, signal })).rejects.toMatchObject({ reason });
      rmSync(root, { recursive: true, force: true });
    }
  });
});

describe('what a layer decompresses to', () => {
  const endless = Buffer.alloc(50_000_000);

  it.each([
    ['behind its last entry', Buffer.concat([fakeTar([{ name: 'a' }]), endless])],
    ['as a device', fakeTar([{ name: 'dev', type: '3', data: endless }])],
    ['as an entry outside of names', fakeTar([{ name: '.', type: '0', data: endless }])],
  ])('has a limit %s', async (_, tar) => {
    const dir = mkdtempSync(join(tmpdir(), 'funcgraph-unpack-'));
    try {
      writeFileSync(join(dir, 'layer-0'), zstdCompressSync(tar));
      const layers = [{ path: join(dir, 'layer-0'), diffId: digestOf(tar) }];
      const { signal } = new AbortController();
      await expect(unpackImage({ layers, target: join(dir, 'root'), limits: LIMITS, signal })).rejects.toMatchObject({
        reason: 'unpacked-too-large',
      });
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });
});

describe('unpacking in a thread', () => {
  it('does the same, reports each layer, and passes errors and an abort on', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'funcgraph-unpack-'));
    try {
      const write = (name: string, tar: Buffer) => {
        writeFileSync(join(dir, name), tar);
        return { path: join(dir, name), diffId: digestOf(tar) };
      };
      const good = write('good', fakeTar([{ name: 'a', data: 'abc' }]));
      const bad = write('bad', fakeTar([{ name: '../a', data: 'abc' }]));
      const reported: number[] = [];
      const { signal } = new AbortController();
      const onLayer = (number: number) => reported.push(number);
      const job = { layers: [good, good], target: join(dir, 'root'), limits: LIMITS, onLayer, signal };
      expect(await unpackInThread(job)).toBe(6);
      expect([reported, readFileSync(join(dir, 'root/a'), 'utf8')]).toEqual([[1, 2], 'abc']);
      await expect(unpackInThread({ ...job, layers: [bad], target: join(dir, 'other') })).rejects.toMatchObject({
        name: 'ImageError',
        reason: 'traversal',
      });
      const stopping = new AbortController();
      const stopped = { ...job, target: join(dir, 'third'), signal: stopping.signal };
      await expect(unpackInThread({ ...stopped, onLayer: () => stopping.abort(new Error('enough')) })).rejects.toThrow(
        'enough',
      );
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });
});
