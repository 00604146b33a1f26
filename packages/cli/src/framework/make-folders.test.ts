import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeFolders } from './make-folders.ts';

let base = '';
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'funcgraph-folders-'));
});
afterEach(() => rmSync(base, { recursive: true }));

test('makes the folders above too, and takes those that exist', async () => {
  await Promise.all([makeFolders(join(base, 'a/b/c'), 0o700), makeFolders(join(base, 'a/b/d'), 0o700)]);
  await makeFolders(join(base, 'a/b'));
  expect(readdirSync(join(base, 'a/b')).sort()).toEqual(['c', 'd']);
  expect(statSync(join(base, 'a')).mode & 0o777).toBe(0o700);
});

test('says why a folder cannot be made, instead of trying for ever', async () => {
  writeFileSync(join(base, 'file'), '');
  await expect(makeFolders(join(base, 'file'))).rejects.toThrow(/cannot make the folder .*: EEXIST/);
  await expect(makeFolders(join(base, 'file/in'))).rejects.toThrow(/: ENOTDIR/);
  await expect(makeFolders('/proc/funcgraph/project')).rejects.toThrow(/: ENOENT/);
});
