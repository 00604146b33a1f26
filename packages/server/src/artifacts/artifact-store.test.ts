import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ARCHIVE_LIMITS, type ArchiveLimits } from './artifact-limits.ts';
import { ArtifactStore } from './artifact-store.ts';
import { ArtifactError, type ArtifactReason } from './errors.ts';
import { type FakeEntry, type FakeTrailer, fakeZip } from './testing.ts';

const LINK = 0o120777;
let dir: string;
let store: ArtifactStore;

async function openStore(limits: ArchiveLimits = ARCHIVE_LIMITS): Promise<ArtifactStore> {
  const opened = new ArtifactStore({ dir, limits });
  await opened.start();
  return opened;
}

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'funcgraph-artifacts-'));
  store = await openStore();
});

afterEach(async () => {
  await store.stop();
  rmSync(dir, { recursive: true, force: true });
});

function left(): string[] {
  return ['incoming', 'blobs', 'trees'].flatMap((part) =>
    readdirSync(join(dir, part)).map((name) => `${part}/${name}`),
  );
}

async function refusal(bytes: Uint8Array, on = store): Promise<ArtifactError> {
  try {
    const pin = await on.put(bytes, { kind: 'zip' });
    pin.release();
  } catch (error) {
    if (error instanceof ArtifactError) return error;
    throw error;
  }
  throw new Error('the archive was accepted');
}

describe('an accepted archive', () => {
  it('is unpacked once with plain modes and reported with both digests', async () => {
    const zip = fakeZip([
      { name: 'lib/', mode: 0o42777 },
      { name: 'lib/tool.sh', data: '#!/bin/sh\n', mode: 0o104755 },
      { name: 'index.js', data: 'exports.handler = 1', mode: 0o100600 },
      { name: 'plain.txt', data: 'stored', stored: true },
      { name: 'lib/link', data: '../index.js', mode: LINK, stored: true },
      { name: './dotted//name.txt', data: 'x' },
    ]);
    const { artifact } = await store.put(zip, { kind: 'zip' });
    expect(artifact.sha256).toBe(createHash('sha256').update(zip).digest('hex'));
    expect(artifact.sha512).toBe(createHash('sha512').update(zip).digest('hex'));
    expect(artifact.sizeBytes).toBe(zip.length);
    const at = (name: string) => join(artifact.treePath, name);
    expect(statSync(at('lib/tool.sh')).mode).toBe(0o100755);
    expect(statSync(at('lib')).mode).toBe(0o40755);
    expect(statSync(at('index.js')).mode).toBe(0o100644);
    expect(readFileSync(at('lib/link'), 'utf8')).toBe('exports.handler = 1');
    expect(readlinkSync(at('lib/link'))).toBe('../index.js');
    expect(readFileSync(at('dotted/name.txt'), 'utf8')).toBe('x');
    expect((await store.readAll(artifact.sha256)).equals(zip)).toBe(true);
    expect(left()).toEqual([`blobs/${artifact.sha256}`, `trees/${artifact.sha256}`]);
  });

  it('finds programs by their first bytes when the archiver knows no modes', async () => {
    const zip = fakeZip([
      { name: 'bootstrap', data: '#!/bin/sh\n', host: 0 },
      { name: 'go', data: '\x7fELF....', host: 0, mode: 0o104777 },
      { name: 'index.js', data: '//', host: 0 },
    ]);
    const { artifact } = await store.put(zip, { kind: 'zip' });
    const modes = ['bootstrap', 'go', 'index.js'].map((name) => statSync(join(artifact.treePath, name)).mode & 0o7777);
    expect(modes).toEqual([0o755, 0o755, 0o644]);
  });

  it('may come as a stream of small pieces', async () => {
    const zip = fakeZip([{ name: 'a', data: randomBytes(5000) }]);
    async function* pieces() {
      for (let at = 0; at < zip.length; at += 7) yield zip.subarray(at, at + 7);
    }
    const { artifact } = await store.put(pieces(), { kind: 'zip' });
    expect(artifact.sha256).toBe(createHash('sha256').update(zip).digest('hex'));
  });

  it('may be made by Python, the most common archiver for function code', async () => {
    const source = join(dir, 'source');
    mkdirSync(join(source, 'sub'), { recursive: true });
    writeFileSync(join(source, 'index.py'), 'def handler(e, c): return e\n');
    writeFileSync(join(source, 'sub/数据.json'), '{}');
    const file = join(dir, 'python.zip');
    execFileSync('python3', ['-m', 'zipfile', '-c', file, join(source, 'index.py'), join(source, 'sub')]);
    const { artifact } = await store.put(readFileSync(file), { kind: 'zip' });
    expect(readdirSync(join(artifact.treePath, 'sub'))).toEqual(['数据.json']);
  });

  it('unpacks to the packed files, for any names and contents', async () => {
    const name = fc.stringMatching(/^[a-z0-9_-]{1,8}$/);
    const files = fc.dictionary(name, fc.uint8Array({ maxLength: 2000 }), {
      minKeys: 1,
      maxKeys: 8,
      noNullPrototype: true,
    });
    await fc.assert(
      fc.asyncProperty(files, fc.boolean(), async (tree, stored) => {
        const entries = Object.entries(tree).map(([path, data]) => ({ name: `d/${path}`, data, stored }));
        const { artifact, release } = await store.put(fakeZip(entries), { kind: 'zip' });
        for (const [path, data] of Object.entries(tree)) {
          expect(readFileSync(join(artifact.treePath, 'd', path)).equals(Buffer.from(data))).toBe(true);
        }
        release();
      }),
      { numRuns: 25 },
    );
  });
});

const inner = fakeZip([{ name: 'b', data: 'bbbb', stored: true }]);
const refused: readonly [ArtifactReason, string, readonly FakeEntry[], FakeTrailer?][] = [
  ['traversal', 'a path that climbs', [{ name: '../evil', data: 'x' }]],
  ['traversal', 'a path that climbs from the middle', [{ name: 'a/../../evil', data: 'x' }]],
  ['absolute-path', 'an absolute path', [{ name: '/etc/cron.d/evil', data: 'x' }]],
  ['drive-letter', 'a drive letter', [{ name: 'C:/evil', data: 'x' }]],
  ['backslash', 'a backslash', [{ name: '..\\evil', data: 'x' }]],
  ['name-control-character', 'NUL in a name', [{ name: 'a\0b', data: 'x' }]],
  ['name-control-character', 'a line break in a name', [{ name: 'a\nb', data: 'x' }]],
  ['name-empty', 'a missing name', [{ name: '', data: 'x' }]],
  ['name-encoding', 'a name that is not UTF-8', [{ name: Buffer.from([0x61, 0xff, 0xfe]), data: 'x' }]],
  ['name-too-long', 'a long file name', [{ name: 'n'.repeat(256), data: 'x' }]],
  ['name-too-long', 'a long path', [{ name: 'dir/'.repeat(300), data: 'x' }]],
  ['link-outside', 'a link to the parent', [{ name: 'l', data: '../x', mode: LINK }]],
  ['link-outside', 'an absolute link', [{ name: 'l', data: '/etc/passwd', mode: LINK }]],
  [
    'link-outside',
    'a link that leaves through another link',
    [
      { name: 'd/e/up', data: '../..', mode: LINK },
      { name: 'd/out', data: 'e/up/../etc', mode: LINK },
    ],
  ],
  [
    'link-loop',
    'links in a circle',
    [
      { name: 'a', data: 'b', mode: LINK },
      { name: 'b', data: 'a', mode: LINK },
    ],
  ],
  ['link-target', 'an endless link target', [{ name: 'l', data: 'x'.repeat(2000), mode: LINK }]],
  ['link-target', 'NUL in a link target', [{ name: 'l', data: 'a\0b', mode: LINK }]],
  [
    'file-and-folder',
    'a file below a link',
    [
      { name: 'l', data: 'd', mode: LINK },
      { name: 'l/x', data: 'x' },
    ],
  ],
  [
    'file-and-folder',
    'a file used as a folder',
    [
      { name: 'a', data: 'x' },
      { name: 'a/b', data: 'x' },
    ],
  ],
  [
    'file-and-folder',
    'a folder used as a file',
    [
      { name: 'a/b', data: 'x' },
      { name: 'a', data: 'x' },
    ],
  ],
  ['file-and-folder', 'a folder mode without a slash', [{ name: 'a', mode: 0o40755 }]],
  ['file-and-folder', 'a folder with contents', [{ name: 'a/', data: 'x' }]],
  ['special-file', 'a device', [{ name: 'a', mode: 0o60666 }]],
  ['special-file', 'a pipe', [{ name: 'a', mode: 0o10666 }]],
  [
    'duplicate',
    'one name twice',
    [
      { name: 'a', data: '1' },
      { name: './a', data: '2' },
    ],
  ],
  [
    'case-clash',
    'names that differ in case',
    [
      { name: 'Index.js', data: '1' },
      { name: 'index.js', data: '2' },
    ],
  ],
  [
    'case-clash',
    'folders that differ in case',
    [
      { name: 'Lib/a', data: '1' },
      { name: 'lib/b', data: '2' },
    ],
  ],
  ['crc', 'a wrong checksum', [{ name: 'a', data: 'x', crc: 1 }]],
  ['size-mismatch', 'more bytes than the header says', [{ name: 'a', data: 'x'.repeat(500), unpackedBytes: 10 }]],
  ['size-mismatch', 'fewer bytes than the header says', [{ name: 'a', data: 'x', unpackedBytes: 10 }]],
  ['size-mismatch', 'a stored entry with two sizes', [{ name: 'a', data: 'xy', stored: true, unpackedBytes: 3 }]],
  [
    'size-mismatch',
    'bytes behind the deflate stream',
    [{ name: 'a', data: 'x', packed: Buffer.concat([deflateRawSync('x'), Buffer.from('tail')]) }],
  ],
  ['corrupt-data', 'a broken deflate stream', [{ name: 'a', data: 'xxxx', packed: Buffer.from([0xff, 0xff, 0xff]) }]],
  [
    'corrupt-data',
    'a deflate stream that ends early',
    [{ name: 'a', data: 'x'.repeat(300), packed: deflateRawSync(randomBytes(300)).subarray(0, 100) }],
  ],
  [
    'size-mismatch',
    'a large entry with more bytes than in its header',
    [{ name: 'a', data: Buffer.alloc(200_000), unpackedBytes: 100_000 }],
  ],
  [
    'corrupt-data',
    'a large entry that ends early',
    [{ name: 'a', data: randomBytes(90_000), packed: deflateRawSync(randomBytes(90_000)).subarray(0, 80_000) }],
  ],
  ['encrypted', 'an encrypted entry', [{ name: 'a', data: 'x', flags: 0x801 }]],
  ['encrypted', 'strong encryption', [{ name: 'a', data: 'x', flags: 0x840 }]],
  ['compression-method', 'an unknown method', [{ name: 'a', data: 'x', method: 93 }]],
  ['header-mismatch', 'two names for one entry', [{ name: 'good.txt', localName: 'evil.txt', data: 'x' }]],
  [
    'overlap',
    'two entries over the same bytes',
    [
      { name: 'a', data: inner, stored: true },
      { name: 'b', data: 'bbbb', stored: true, at: 31 },
    ],
  ],
  [
    'truncated',
    'an entry that reaches past the end',
    [{ name: 'a', data: 'x', stored: true, packedBytes: 9999, unpackedBytes: 9999 }],
  ],
  [
    'overlap',
    'an entry that reaches into the directory',
    [{ name: 'a', data: 'x', stored: true, packedBytes: 10, unpackedBytes: 10 }],
  ],
  ['zip64', 'a zip64 field', [{ name: 'a', data: 'x', extra: Buffer.from([1, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0]) }]],
  ['zip64', 'a zip64 locator', [{ name: 'a', data: 'x' }], { zip64Locator: true }],
  ['zip64', 'a zip64 count', [{ name: 'a', data: 'x' }], { entries: 0xffff }],
  ['too-many-entries', 'too many entries', [{ name: 'a', data: 'x' }], { entries: 30_001 }],
  ['multi-disk', 'one part of several', [{ name: 'a', data: 'x' }], { disk: 1 }],
  ['malformed', 'a directory elsewhere', [{ name: 'a', data: 'x' }], { directoryOffset: 0 }],
  [
    'malformed',
    'a directory with hidden entries',
    [
      { name: 'a', data: 'x' },
      { name: 'b', data: 'x' },
    ],
    { entries: 1 },
  ],
  ['truncated', 'bytes behind the archive', [{ name: 'a', data: 'x' }], { suffix: Buffer.from('more') }],
  ['empty', 'an archive without files', []],
  ['empty', 'an archive of folders only', [{ name: 'a/' }]],
];

describe('a hostile archive', () => {
  it.each(refused)('is refused as %s: %s', async (reason, _what, entries, trailer) => {
    const error = await refusal(fakeZip(entries, trailer));
    expect(error.reason, error.message).toBe(reason);
    expect(left()).toEqual([]);
  });

  it('is refused when it is no archive, or a part of one', async () => {
    expect((await refusal(Buffer.from('exports.handler = 1'))).reason).toBe('not-a-zip');
    expect((await refusal(Buffer.from('P'))).reason).toBe('not-a-zip');
    expect((await refusal(Buffer.alloc(0))).reason).toBe('empty');
    const zip = fakeZip([{ name: 'a', data: randomBytes(100) }]);
    expect((await refusal(zip.subarray(0, zip.length - 30))).reason).toBe('truncated');
  });

  it('never does harm at any cut or flipped byte: it unpacks or is refused, and no files stay behind', async () => {
    const zip = fakeZip([
      { name: 'a/b.js', data: 'hello hello hello', mode: 0o100644 },
      { name: 'l', data: 'a/b.js', mode: LINK },
    ]);
    for (let at = 0; at < zip.length; at++) {
      const flipped = Buffer.from(zip);
      flipped[at] = (flipped[at] ?? 0) ^ (1 + (at % 255));
      for (const bytes of [flipped, zip.subarray(0, at)]) {
        const outcome = await store.put(bytes, { kind: 'zip' }).catch((error: unknown) => error);
        if (outcome instanceof Error) expect(outcome).toBeInstanceOf(ArtifactError);
        expect(readdirSync(join(dir, 'incoming'))).toEqual([]);
      }
    }
    expect(readdirSync(dir).sort()).toEqual(['blobs', 'incoming', 'merged', 'trees']);
  });

  it('is refused when names imply far more folders than entries', async () => {
    const small = await openStore({ ...ARCHIVE_LIMITS, entries: 10 });
    expect((await refusal(fakeZip([{ name: `${'d/'.repeat(200)}f`, data: 'x' }]), small)).reason).toBe(
      'too-many-entries',
    );
  });

  it('is stopped by counted bytes when its headers lie, with bounded memory and no descriptor left open', async () => {
    const small = await openStore({ ...ARCHIVE_LIMITS, ratioFreeBytes: 8 << 20 });
    const packed = deflateRawSync(Buffer.alloc(200 << 20));
    const honest = fakeZip([{ name: 'bomb', packed, crc: 0, unpackedBytes: 200 << 20 }]);
    const fds = () => readdirSync('/proc/self/fd').length;
    const before = { fds: fds(), rss: process.memoryUsage().rss };
    expect((await refusal(honest, small)).reason).toBe('ratio');
    for (let round = 0; round < 5; round++) await refusal(honest, small);
    expect(fds()).toBeLessThanOrEqual(before.fds);
    expect(process.memoryUsage().rss - before.rss).toBeLessThan(100 << 20);
    const total = await openStore({ ...ARCHIVE_LIMITS, unpackedBytes: 1 << 20 });
    expect((await refusal(honest, total)).reason).toBe('unpacked-too-large');
    expect(left()).toEqual([]);
  });
});

describe('size limits', () => {
  it('accepts 50 MB exactly and refuses one byte more before it looks inside', async () => {
    const limit = 50 * 1024 * 1024;
    const overhead = fakeZip([{ name: 'a', stored: true, data: '' }]).length;
    const full = fakeZip([{ name: 'a', stored: true, data: Buffer.alloc(limit - overhead, 'x') }]);
    expect(full.length).toBe(limit);
    const { artifact } = await store.put(full, { kind: 'zip' });
    expect(artifact.sizeBytes).toBe(limit);
    expect((await refusal(Buffer.concat([full, Buffer.from('x')]))).reason).toBe('too-large');
  });

  it('stops reading an endless upload', async () => {
    let requested = 0;
    async function* endless() {
      for (;;) {
        requested += 1;
        yield Buffer.alloc(1024);
      }
    }
    await expect(store.put(endless(), { kind: 'inline', fileName: 'index.js' })).rejects.toMatchObject({
      reason: 'too-large',
    });
    expect(requested).toBe(11);
  });
});

describe('single files', () => {
  it('stores inline text under the name the handler implies', async () => {
    const { artifact } = await store.put(Buffer.from('x = 1'), { kind: 'inline', fileName: 'src/index.py' });
    expect(readFileSync(join(artifact.treePath, 'src/index.py'), 'utf8')).toBe('x = 1');
    const other = await store.put(Buffer.from('x = 1'), { kind: 'inline', fileName: 'main.py' });
    expect(readdirSync(other.artifact.treePath)).toEqual(['main.py']);
    expect(other.artifact.sha256).toBe(artifact.sha256);
  });

  it('makes an inline bootstrap a program', async () => {
    const { artifact } = await store.put(Buffer.from('#!/bin/sh'), { kind: 'inline', fileName: 'bootstrap' });
    expect(statSync(join(artifact.treePath, 'bootstrap')).mode & 0o777).toBe(0o755);
  });

  it('refuses a name that leaves the tree', async () => {
    await expect(store.put(Buffer.from('x'), { kind: 'inline', fileName: '../x' })).rejects.toMatchObject({
      reason: 'traversal',
    });
    await expect(store.put(Buffer.from('x'), { kind: 'inline' })).rejects.toMatchObject({ reason: 'name-empty' });
    expect(left()).toEqual([]);
  });

  it('keeps a jar whole and refuses a file that is no archive', async () => {
    const jar = fakeZip([
      { name: 'A.class', data: 'x' },
      { name: 'a.class', data: 'y' },
    ]);
    const { artifact } = await store.put(jar, { kind: 'jar', fileName: 'demo.jar' });
    expect(readFileSync(join(artifact.treePath, 'demo.jar')).equals(jar)).toBe(true);
    await expect(store.put(Buffer.from('text'), { kind: 'jar', fileName: 'demo.jar' })).rejects.toMatchObject({
      reason: 'not-a-zip',
    });
  });
});

describe('restoring', () => {
  it('unpacks code again whose tree is missing, of every kind', async () => {
    const zip = (await store.put(fakeZip([{ name: 'index.js', data: '1' }]), { kind: 'zip' })).artifact;
    const inline = (await store.put(Buffer.from('2'), { kind: 'inline', fileName: 'index.py' })).artifact;
    for (const { treePath } of [zip, inline]) rmSync(treePath, { recursive: true });
    expect(await store.restore(zip, undefined)).toBe(true);
    expect(await store.restore(inline, 'index.py')).toBe(true);
    expect(readFileSync(join(zip.treePath, 'index.js'), 'utf8')).toBe('1');
    expect(readFileSync(join(inline.treePath, 'index.py'), 'utf8')).toBe('2');
    expect(readdirSync(join(dir, 'incoming'))).toEqual([]);
  });

  it('makes no tree of bytes that are missing or were changed', async () => {
    const { artifact } = await store.put(fakeZip([{ name: 'index.js', data: '1' }]), { kind: 'zip' });
    rmSync(artifact.treePath, { recursive: true });
    const blob = join(dir, 'blobs', artifact.sha256);
    writeFileSync(blob, fakeZip([{ name: 'index.js', data: 'other' }]));
    expect(await store.restore(artifact, undefined)).toBe(false);
    rmSync(blob);
    expect(await store.restore(artifact, undefined)).toBe(false);
    expect(readdirSync(join(dir, 'trees'))).toEqual([]);
  });

  it('works again after the upload of the same code, when its bytes were changed', async () => {
    const code = fakeZip([{ name: 'index.js', data: '1' }]);
    const { artifact } = await store.put(code, { kind: 'zip' });
    writeFileSync(join(dir, 'blobs', artifact.sha256), 'other');
    await store.put(code, { kind: 'zip' });
    expect(await store.readAll(artifact.sha256)).toEqual(code);
  });
});

describe('keeping and collecting', () => {
  const zip = fakeZip([{ name: 'index.js', data: '1' }]);
  const no = async () => false;

  it('removes an artifact without references, and only then', async () => {
    const { artifact, release } = await store.put(zip, { kind: 'zip' });
    release();
    expect(await store.release(artifact.sha256, async () => true)).toBe(false);
    expect(left()).toHaveLength(2);
    expect(await store.release(artifact.sha256, no)).toBe(true);
    expect(left()).toEqual([]);
    expect(await store.keep(artifact)).toBeUndefined();
  });

  it('does not collect under a pin, and does after the last pin is released', async () => {
    const first = await store.put(zip, { kind: 'zip' });
    const second = await store.keep(first.artifact);
    first.release();
    first.release();
    expect(await store.release(first.artifact.sha256, no)).toBe(false);
    expect(left()).toHaveLength(2);
    second?.release();
    await store.stop();
    expect(left()).toEqual([]);
  });

  it('survives concurrent uploads and removals of the same bytes: every holder of a pin sees the tree', async () => {
    const holders = Array.from({ length: 30 }, async (_, index) => {
      const { artifact, release } = await store.put(zip, { kind: 'zip' });
      if (index % 3 === 0) await store.release(artifact.sha256, no);
      expect(readFileSync(join(artifact.treePath, 'index.js'), 'utf8')).toBe('1');
      release();
      await store.release(artifact.sha256, no);
    });
    await Promise.all(holders);
    await store.stop();
    expect(left()).toEqual([]);
  });

  it('removes leftovers of a crash and sweeps unused artifacts', async () => {
    const kept = (await store.put(zip, { kind: 'zip' })).artifact;
    const lost = (await store.put(fakeZip([{ name: 'b', data: 'b' }]), { kind: 'zip' })).artifact;
    mkdirSync(join(dir, 'incoming', 'half', 'tree'), { recursive: true });
    const next = await openStore();
    expect(readdirSync(join(dir, 'incoming'))).toEqual([]);
    const isKept = async (sha256: string): Promise<boolean> => sha256 === kept.sha256;
    expect(await next.sweep(isKept, async () => false)).toBe(0);
    // a tree that must stay keeps its blob
    expect(await next.sweep(isKept, async (path) => !path.startsWith(join(dir, 'trees')))).toBe(0);
    expect(await next.sweep(isKept, async () => true)).toBe(1);
    expect(await next.keep(lost)).toBeUndefined();
    expect((await next.keep(kept))?.artifact).toEqual(kept);
  });
});
