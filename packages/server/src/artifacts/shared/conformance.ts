import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ArtifactStore } from '../artifact-store.ts';
import type { SharedBlobs } from './shared-blobs.ts';
import type { SharedFiles } from './shared-files.ts';

const HOUR_MS = 3_600_000;
const CODE = Buffer.from('exports.handler = () => 1');
const SHA = createHash('sha256').update(CODE).digest('hex');
const INLINE = { kind: 'inline', fileName: 'index.js' } as const;
const never = async () => false;
const always = async () => true;

export interface SharedBlobsFixture {
  /** The same place for each server. `aheadMs`: how far its time is ahead; `owner`: the id of its database. */
  blobs(aheadMs?: number, owner?: string): SharedBlobs;
  /** Names in `blobs`, `trash` or `incoming`. */
  names(part: string): Promise<string[]>;
  /** Replaces the bytes of a blob. */
  replace(sha256: string, content: string): Promise<void>;
}

/** The contract of the places in which servers share bytes. `open` makes an empty one. */
export function sharedBlobsConformance(name: string, open: () => Promise<SharedBlobsFixture>): void {
  describe(`code that two servers share in ${name}`, () => {
    let place: SharedBlobsFixture;
    let dir: string;
    beforeEach(async () => {
      dir = await mkdtemp(join(tmpdir(), 'fg-shared-'));
      place = await open();
    });
    afterEach(() => rm(dir, { recursive: true, force: true }));

    async function store(server: string): Promise<ArtifactStore> {
      const made = new ArtifactStore({ dir: join(dir, server), shared: place.blobs() });
      await made.start();
      return made;
    }
    const later = () => place.blobs(2 * HOUR_MS);
    const names = (part: string) => place.names(part);

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
      expect(await names('incoming')).toEqual([]);
    });

    it('is not taken when it was damaged', async () => {
      const [a, b] = [await store('a'), await store('b')];
      const { artifact } = await a.put(CODE, INLINE);
      await place.replace(SHA, 'something else');
      expect(await b.restore(b.describe({ ...artifact, fileName: 'index.js' }), 'index.js')).toBe(false);
      expect(await readdir(join(dir, 'b', 'incoming'))).toEqual([]);
    });

    it.each([
      ['gets them again', (server: ArtifactStore) => server.put(CODE, INLINE)],
      ['starts', (server: ArtifactStore) => server.share({ sha256: SHA })],
    ])('is whole again after a server with its bytes %s, when it was cut off', async (_, act) => {
      await (await store('a')).put(CODE, INLINE);
      await place.replace(SHA, CODE.subarray(1).toString());
      await act(await store('a'));
      expect(await (await store('b')).readAll(SHA)).toEqual(CODE);
    });

    it('is missing where it never was', async () => {
      const blobs = place.blobs();
      await blobs.start();
      expect(await blobs.fetch('0'.repeat(64), join(dir, 'missing'))).toBe(false);
      await blobs.discard('0'.repeat(64));
      expect([await readdir(dir), await names('trash')]).toEqual([[], []]);
      await expect(blobs.fetch('../x', join(dir, 'missing'))).rejects.toThrow('not a SHA-256');
    });

    it('is found after one server removed it while another one uploaded it again', async () => {
      const [a, b, c] = [await store('a'), await store('b'), await store('c')];
      (await a.put(CODE, INLINE)).release();
      // the upload finds the bytes, and the removal comes before its version is stored
      const { artifact } = await b.put(CODE, INLINE);
      expect(await a.release(SHA, never)).toBe(true);
      expect([await names('blobs'), await names('trash')]).toEqual([[], [SHA]]);
      expect(await c.restore(c.describe({ ...artifact, fileName: 'index.js' }), 'index.js')).toBe(true);
      await place.blobs().sweep(always);
      expect([await names('blobs'), await names('trash')]).toEqual([[SHA], []]);
    });

    it('is removed an hour after its last version, and not before', async () => {
      const a = await store('a');
      (await a.put(CODE, INLINE)).release();
      await place.blobs().sweep(never);
      await later().sweep(always);
      expect(await names('blobs')).toEqual([SHA]);
      await place.blobs().discard(SHA);
      expect([await names('blobs'), await names('trash')]).toEqual([[], [SHA]]);
      await place.blobs().sweep(never);
      expect(await names('trash')).toEqual([SHA]);
      await later().sweep(never);
      expect([await names('blobs'), await names('trash')]).toEqual([[], []]);
    });

    it('that no version refers to goes to the trash first', async () => {
      (await (await store('a')).put(CODE, INLINE)).release();
      await later().sweep(never);
      expect(await names('blobs')).toEqual([]);
    });

    it('of a server that had it alone is shared at its next start', async () => {
      const alone = new ArtifactStore({ dir: join(dir, 'a') });
      await alone.start();
      const { artifact } = await alone.put(CODE, INLINE);
      expect(await (await store('a')).restore(artifact, 'index.js')).toBe(true);
      expect(await names('blobs')).toEqual([SHA]);
    });

    it('is of one database: a server of another one does not start', async () => {
      await place.blobs().start();
      for (const owner of ['one', 'one']) await place.blobs(0, owner).start();
      const refused = { code: 'artifacts', message: expect.stringContaining('another database') };
      await expect(place.blobs(0, 'two').start()).rejects.toMatchObject(refused);
    });

    it('is stored whole by several servers at once', async () => {
      const file = join(dir, 'large');
      const bytes = Buffer.alloc(40 * 2 ** 20, 'funcgraph');
      await writeFile(file, bytes);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const servers = [place.blobs(), place.blobs()];
      await Promise.all(servers.map((server) => server.start()));
      await Promise.all(servers.map((server) => server.put(sha256, file)));
      const copy = join(dir, 'copy');
      expect(await place.blobs().fetch(sha256, copy)).toBe(true);
      expect((await readFile(copy)).equals(bytes)).toBe(true);
    });
  });
}

/** The contract of files that servers share by name. `open` makes an empty place. */
export function sharedFilesConformance(name: string, open: () => Promise<() => SharedFiles>): void {
  describe(`files that two servers share in ${name}`, () => {
    let dir: string;
    beforeEach(async () => {
      dir = await mkdtemp(join(tmpdir(), 'fg-files-'));
    });
    afterEach(() => rm(dir, { recursive: true, force: true }));

    it('are listed, read and removed where they were not stored', async () => {
      const place = await open();
      const [a, b] = [place(), place()];
      const file = join(dir, 'file');
      await writeFile(file, 'some bytes');
      expect(await b.list('pieces')).toEqual([]);
      expect(await b.read('pieces/x/1', 100)).toBeUndefined();
      for (const one of ['pieces/x/1', 'pieces/x/2', 'pieces/y/1']) await a.put(one, file);
      await a.mark('index/x');
      expect([...(await b.list('pieces'))].sort()).toEqual(['pieces/x/1', 'pieces/x/2', 'pieces/y/1']);
      expect(await b.list('pieces/y')).toEqual(['pieces/y/1']);
      expect(await b.read('pieces/x/1', 100)).toEqual(Buffer.from('some bytes'));
      expect(await b.read('index/x', 100)).toEqual(Buffer.alloc(0));
      await expect(b.read('pieces/x/1', 5)).rejects.toThrow();
      for (const one of ['pieces/x/1', 'pieces/x/2', 'pieces/y/1', 'pieces/z/1']) await b.remove(one);
      expect([await a.list('pieces'), await a.list('index')]).toEqual([[], ['index/x']]);
    });

    it.each(['../x', 'a/../../x', '/x', 'a//b', '.hidden', ''])('are not named %j', async (bad) => {
      const files = (await open())();
      const refused = async (work: () => Promise<unknown>) => work();
      await expect(refused(() => files.read(bad, 1))).rejects.toThrow();
      await expect(refused(() => files.mark(bad))).rejects.toThrow();
      await expect(refused(() => files.remove(bad))).rejects.toThrow();
    });
  });
}
