import { createHash } from 'node:crypto';
import { access, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { PlatformError } from '../lib/platform-error.ts';
import { ArtifactStore } from './artifact-store.ts';
import { FolderBlobs } from './shared/folder-blobs.ts';
import type { SharedBlobs } from './shared/shared-blobs.ts';
import type { Artifact } from './types.ts';

const CODE = Buffer.from('exports.handler = () => 1');
const SHA = createHash('sha256').update(CODE).digest('hex');
const LONG_AGO = new Date(0);

let dir: string;
let shared: FolderBlobs;
let fetches: number;
let isAway: boolean;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'fg-cached-'));
  shared = new FolderBlobs(join(dir, 'shared'));
  [fetches, isAway] = [0, false];
});
afterEach(() => rm(dir, { recursive: true, force: true }));

/** Counts what is fetched, and can be cut off. */
const counted = (): SharedBlobs => {
  const reach = async <T>(work: () => Promise<T>): Promise<T> => {
    if (isAway) throw new PlatformError('artifacts_unavailable', 'away');
    return work();
  };
  return {
    start: () => shared.start(),
    put: (sha256, file) => reach(() => shared.put(sha256, file)),
    share: (sha256, file) => reach(() => shared.share(sha256, file)),
    fetch: async (sha256, file) => {
      fetches += 1;
      return reach(() => shared.fetch(sha256, file));
    },
    discard: (sha256) => reach(() => shared.discard(sha256)),
    sweep: (isReferenced) => reach(() => shared.sweep(isReferenced)),
  };
};

async function store(name: string): Promise<ArtifactStore> {
  const made = new ArtifactStore({ dir: join(dir, name), shared: counted() });
  await made.start();
  return made;
}

async function stored(by: ArtifactStore): Promise<Artifact> {
  const { artifact, release } = await by.put(CODE, { kind: 'inline', fileName: 'index.js' });
  release();
  return artifact;
}

const parts = async (name: string): Promise<number[]> =>
  Promise.all(['blobs', 'trees'].map(async (part) => (await readdir(join(dir, name, part))).length));

/** Tries to remove everything, as if nothing was used for a long time. Returns how much was removed. */
async function evict(from: ArtifactStore, name: string): Promise<number> {
  for (const part of ['blobs', 'trees', 'merged']) {
    for (const one of await readdir(join(dir, name, part)))
      await utimes(join(dir, name, part, one), LONG_AGO, LONG_AGO);
  }
  let removed = 0;
  for (const item of await from.cached()) if (await item.remove()) removed += item.bytes;
  return removed;
}

it('removes copies of shared code, and fetches them again when they are needed', async () => {
  const a = await store('a');
  const artifact = await stored(a);
  expect(await evict(a, 'a')).toBe(2 * CODE.length);
  expect(await parts('a')).toEqual([0, 0]);
  expect(await a.has(artifact.treePath)).toBe(false);
  expect(await a.restore(artifact, 'index.js')).toBe(true);
  expect(await readFile(join(artifact.treePath, 'index.js'))).toEqual(CODE);
  expect(await a.readAll(SHA)).toEqual(CODE);
});

it('removes no folder that is in use, and nothing that was used a moment ago', async () => {
  const a = await store('a');
  const artifact = await stored(a);
  const release = a.use(artifact.treePath);
  await evict(a, 'a');
  expect(await parts('a')).toEqual([0, 1]);
  release();
  await a.has(artifact.treePath);
  for (const item of await a.cached()) expect(await item.remove()).toBe(false);
  await evict(a, 'a');
  expect(await parts('a')).toEqual([0, 0]);
});

it('removes nothing that the shared place may not have, and nothing without one', async () => {
  const alone = new ArtifactStore({ dir: join(dir, 'alone') });
  await alone.start();
  await stored(alone);
  expect(await alone.cached()).toEqual([]);
  const a = await store('alone');
  isAway = true;
  expect(await evict(a, 'alone')).toBe(0);
  isAway = false;
  // shared before it is removed
  expect(await evict(a, 'alone')).toBe(2 * CODE.length);
  expect(await (await store('b')).readAll(SHA)).toEqual(CODE);
});

it('fetches a digest once, for all that need it at once', async () => {
  const artifact = await stored(await store('a'));
  const b = await store('b');
  const there = b.describe({ ...artifact, fileName: 'index.js' });
  await Promise.all([
    ...Array.from({ length: 5 }, () => b.restore(there, 'index.js')),
    ...Array.from({ length: 5 }, () => b.readAll(SHA)),
  ]);
  expect(fetches).toBe(1);
});

it('finds code that a crash left half removed, checked by its digest', async () => {
  const a = await store('a');
  const artifact = await stored(a);
  await evict(a, 'a');
  // as if the process was killed after the tree left its place, with other bytes under the name of the blob
  await writeFile(join(dir, 'a', 'blobs', SHA), 'half of it');
  await writeFile(join(dir, 'a', 'incoming', 'doomed'), '');
  const again = await store('a');
  expect(await again.restore(artifact, 'index.js')).toBe(true);
  expect(await again.readAll(SHA)).toEqual(CODE);
  expect(await access(join(dir, 'a', 'incoming', 'doomed')).catch(() => 'gone')).toBe('gone');
});

it('removes and uses at the same time without a missing folder in between', async () => {
  const a = await store('a');
  const artifact = await stored(a);
  for (let n = 0; n < 50; n += 1) {
    const evicting = evict(a, 'a').catch(() => 0);
    const release = a.use(artifact.treePath);
    if (!(await a.has(artifact.treePath))) await a.restore(artifact, 'index.js');
    await evicting;
    expect(await readFile(join(artifact.treePath, 'index.js'))).toEqual(CODE);
    release();
  }
});
