import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ArtifactStore } from './artifact-store.ts';
import { type FakeEntry, fakeZip } from './testing.ts';
import type { Artifact } from './types.ts';

const LINK = 0o120777;
const LARGE = randomBytes(300_000);
let dir: string;
let store: ArtifactStore;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'funcgraph-earlier-'));
  store = new ArtifactStore({ dir });
  await store.start();
});
afterEach(async () => {
  await store.stop();
  rmSync(dir, { recursive: true, force: true });
});

async function put(entries: readonly FakeEntry[], replaces?: Artifact): Promise<Artifact> {
  const { artifact, release } = await store.put(fakeZip(entries), {
    kind: 'zip',
    ...(replaces === undefined ? {} : { replaces }),
  });
  release();
  return artifact;
}
const read = ({ treePath }: Artifact, name: string): Buffer => readFileSync(join(treePath, name));
const isShared = (a: Artifact, b: Artifact, name: string): boolean =>
  statSync(join(a.treePath, name)).ino === statSync(join(b.treePath, name)).ino;

it('stores files once that are the same in the code that is replaced', async () => {
  const kept = [
    { name: 'lib/a.js', data: 'a' },
    { name: 'lib/tool', data: '#!/bin/sh\n', mode: 0o100755 },
    { name: 'large.bin', data: LARGE },
    { name: 'empty', data: '' },
  ];
  const first = await put([...kept, { name: 'index.js', data: '1' }, { name: 'gone.js', data: 'g' }]);
  const second = await put([...kept, { name: 'index.js', data: '2' }, { name: 'new.js', data: 'n' }], first);
  expect(kept.map(({ name }) => isShared(first, second, name))).toEqual([true, true, true, true]);
  expect(read(first, 'index.js').toString()).toBe('1');
  expect(read(second, 'index.js').toString()).toBe('2');
  expect(read(second, 'large.bin').equals(LARGE)).toBe(true);
  expect(statSync(join(second.treePath, 'lib/tool')).mode).toBe(0o100755);
  expect(() => read(second, 'gone.js')).toThrow();

  // each lives without the other
  await store.release(first.sha256, async () => false);
  expect(() => read(first, 'lib/a.js')).toThrow();
  expect(read(second, 'lib/a.js').toString()).toBe('a');
  // and without the earlier one all is written
  const third = await put([...kept, { name: 'index.js', data: '3' }], first);
  expect(read(third, 'lib/a.js').toString()).toBe('a');
  expect(isShared(second, third, 'lib/a.js')).toBe(false);
});

it('shares nothing with code that is not replaced', async () => {
  const kept = { name: 'a.js', data: 'a' };
  const first = await put([kept, { name: 'index.js', data: '1' }]);
  expect(isShared(first, await put([kept, { name: 'index.js', data: '2' }]), 'a.js')).toBe(false);
});

it.each([
  ['at its begin', 0],
  ['in its middle', 150_000],
  ['at its end', 299_999],
])('writes a file that differs %s', async (_where, at) => {
  const changed = Buffer.from(LARGE);
  changed[at] = (changed[at] ?? 0) ^ 1;
  for (const stored of [true, false]) {
    const first = await put([{ name: 'large.bin', data: LARGE, stored }]);
    const second = await put([{ name: 'large.bin', data: changed, stored }], first);
    expect(read(second, 'large.bin').equals(changed)).toBe(true);
    expect(read(first, 'large.bin').equals(LARGE)).toBe(true);
  }
});

it('writes a file that has become a program, or is none any more', async () => {
  const file = (mode: number): FakeEntry[] => [{ name: 'tool', data: 'tool', mode }];
  const first = await put(file(0o100644));
  const second = await put(file(0o100755), first);
  const third = await put([...file(0o100644), { name: 'other', data: 'o' }], second);
  const modes = [first, second, third].map(({ treePath }) => statSync(join(treePath, 'tool')).mode & 0o777);
  expect(modes).toEqual([0o644, 0o755, 0o644]);
});

it('refuses an archive that claims the size and checksum of an earlier file for other contents', async () => {
  const first = await put([{ name: 'index.js', data: 'good' }]);
  const crc = fakeZip([{ name: 'index.js', data: 'good' }]).readUInt32LE(14);
  await expect(put([{ name: 'index.js', data: 'evil', crc }], first)).rejects.toMatchObject({ reason: 'crc' });
  await expect(put([{ name: 'index.js', data: 'goods', unpackedBytes: 4, crc }], first)).rejects.toMatchObject({
    reason: 'size-mismatch',
  });
});

it('follows no links of the earlier code', async () => {
  const first = await put([
    { name: 'real/a.js', data: 'a' },
    { name: 'folder', data: 'real', mode: LINK },
    { name: 'file.js', data: 'real/a.js', mode: LINK },
  ]);
  const second = await put(
    [
      { name: 'folder/a.js', data: 'a' },
      { name: 'file.js', data: 'a' },
    ],
    first,
  );
  for (const name of ['folder/a.js', 'file.js']) expect(statSync(join(second.treePath, name)).nlink).toBe(1);
});

it('makes the same files with and without earlier code, and leaves that as it was', async () => {
  const name = fc.constantFrom('a', 'b', 'c/d', 'c/e', 'f/g');
  const tree = fc.dictionary(name, fc.constantFrom('', 'x', 'y', 'xy'), { minKeys: 1, noNullPrototype: true });
  const entriesOf = (files: Record<string, string>, extra: string) =>
    [...Object.entries(files), ['z', extra]].map(([path, data]) => ({ name: path ?? '', data: data ?? '' }));
  let run = 0;
  await fc.assert(
    fc.asyncProperty(tree, tree, async (before, after) => {
      run += 1;
      const first = await put(entriesOf(before, `first ${run}`));
      const second = await put(entriesOf(after, `second ${run}`), first);
      for (const [path, data] of Object.entries(before)) expect(read(first, path).toString()).toBe(data);
      for (const [path, data] of Object.entries(after)) expect(read(second, path).toString()).toBe(data);
    }),
    { numRuns: 25 },
  );
});
