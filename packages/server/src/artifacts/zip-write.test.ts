import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ArtifactStore } from './artifact-store.ts';
import { zipFolder } from './zip-write.ts';

let dir: string;
let folder: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'funcgraph-zip-'));
  folder = join(dir, 'folder');
  mkdirSync(join(folder, 'a/b'), { recursive: true });
  writeFileSync(join(folder, 'a/b/c.txt'), 'hello '.repeat(1000));
  writeFileSync(join(folder, 'ä.txt'), '');
  symlinkSync('/etc/passwd', join(folder, 'link'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

it('makes an archive that the artifact store takes, the same bytes each time, without links', async () => {
  const options = { maxBytes: 10_000, keep: () => true };
  const zip = await zipFolder(folder, options);
  expect(await zipFolder(folder, options)).toEqual(zip);
  const store = new ArtifactStore({ dir: join(dir, 'store') });
  await store.start();
  const { artifact } = await store.put(zip, { kind: 'zip' });
  expect(readFileSync(join(artifact.treePath, 'a/b/c.txt'), 'utf8')).toBe('hello '.repeat(1000));
  expect(readFileSync(join(artifact.treePath, 'ä.txt'), 'utf8')).toBe('');
  expect(() => readFileSync(join(artifact.treePath, 'link'))).toThrow('ENOENT');
});

it('leaves out files that `keep` excludes, and refuses an archive over its size', async () => {
  const zip = await zipFolder(folder, { maxBytes: 10_000, keep: (path) => path.startsWith('a/') });
  expect([zip.includes('a/b/c.txt'), zip.includes('ä.txt')]).toEqual([true, false]);
  await expect(zipFolder(folder, { maxBytes: 50, keep: () => true })).rejects.toMatchObject({ reason: 'too-large' });
});
