import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ArtifactStore, SharedBlobs } from './index.ts';

const CODE = Buffer.from('exports.handler = () => 1');
const SHA = createHash('sha256').update(CODE).digest('hex');
const INLINE = { kind: 'inline', fileName: 'index.js' } as const;
const never = async () => false;
const always = async () => true;

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'fg-shared-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const shared = () => new SharedBlobs(join(dir, 'shared'));
async function store(name: string): Promise<ArtifactStore> {
  const made = new ArtifactStore({ dir: join(dir, name), shared: shared() });
  await made.start();
  return made;
}
const names = (part: string) => readdir(join(dir, 'shared', part));
const age = async (part: string) => {
  const longAgo = new Date(Date.now() - 2 * 3_600_000);
  await utimes(join(dir, 'shared', part, SHA), longAgo, longAgo);
};

describe('code that two servers share', () => {
  it('is unpacked, read and built upon where it was not uploaded', async () => {
    const [a, b] = [await store('a'), await store('b')];
    const { artifact, release } = await a.put(CODE, INLINE);
    release();
    const there = b.describe({ ...artifact, fileName: 'index.js' });
    expect(await b.restore(there, 'index.js')).toBe(true);
    expect(await readFile(join(there.treePath, 'index.js'))).toEqual(CODE);
    const c = await store('c');
    expect(await c.readAll(SHA)).toEqual(CODE);
    const chunks: Buffer[] = [];
    for await (const chunk of (await store('d')).read(SHA)) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks)).toEqual(CODE);
  });

  it('is not taken when it was damaged', async () => {
    const [a, b] = [await store('a'), await store('b')];
    const { artifact } = await a.put(CODE, INLINE);
    await writeFile(join(dir, 'shared', 'blobs', SHA), 'something else');
    expect(await b.restore(b.describe({ ...artifact, fileName: 'index.js' }), 'index.js')).toBe(false);
    expect(await readdir(join(dir, 'b', 'incoming'))).toEqual([]);
  });

  it('is found after one server removed it while another one uploaded it again', async () => {
    const [a, b, c] = [await store('a'), await store('b'), await store('c')];
    (await a.put(CODE, INLINE)).release();
    // the upload finds the bytes, and the removal comes before its version is stored
    const { artifact } = await b.put(CODE, INLINE);
    expect(await a.release(SHA, never)).toBe(true);
    expect([await names('blobs'), await names('trash')]).toEqual([[], [SHA]]);
    expect(await c.restore(c.describe({ ...artifact, fileName: 'index.js' }), 'index.js')).toBe(true);
    await shared().sweep(always);
    expect([await names('blobs'), await names('trash')]).toEqual([[SHA], []]);
  });

  it('is removed an hour after its last version, and not before', async () => {
    const a = await store('a');
    (await a.put(CODE, INLINE)).release();
    await shared().sweep(never);
    expect(await names('blobs')).toEqual([SHA]);
    await age('blobs');
    await shared().sweep(always);
    expect(await names('blobs')).toEqual([SHA]);
    await shared().sweep(never);
    expect([await names('blobs'), await names('trash')]).toEqual([[], [SHA]]);
    await shared().sweep(never);
    expect(await names('trash')).toEqual([SHA]);
    await age('trash');
    await shared().sweep(never);
    expect(await names('trash')).toEqual([]);
  });

  it('is young again when it is uploaded again', async () => {
    const a = await store('a');
    (await a.put(CODE, INLINE)).release();
    await age('blobs');
    (await (await store('b')).put(CODE, INLINE)).release();
    await shared().sweep(never);
    expect(await names('blobs')).toEqual([SHA]);
  });

  it('of a server that had it alone is shared at its next start', async () => {
    const alone = new ArtifactStore({ dir: join(dir, 'a') });
    await alone.start();
    const { artifact } = await alone.put(CODE, INLINE);
    expect(await (await store('a')).restore(artifact, 'index.js')).toBe(true);
    expect(await names('blobs')).toEqual([SHA]);
  });

  it('has a folder that can be written, or the server does not start', async () => {
    await mkdir(join(dir, 'x'));
    await writeFile(join(dir, 'x', 'shared'), '');
    const broken = new SharedBlobs(join(dir, 'x', 'shared'));
    await expect(broken.start()).rejects.toMatchObject({
      code: 'artifacts',
      hint: expect.stringContaining('--artifacts'),
    });
  });
});
