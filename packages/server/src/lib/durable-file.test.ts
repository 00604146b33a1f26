import { chownSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeDurably } from './durable-file.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'fgs-durable-'));
});
afterEach(() => rm(dir, { recursive: true }));

test('replaces a file as a whole, for its owner only', async () => {
  const path = join(dir, 'file');
  await writeFile(path, 'old');
  // left by a crash, and open to others
  await writeFile(`${path}.new`, 'half', { mode: 0o644 });
  await writeDurably(path, 'new');
  expect(await readFile(path, 'utf8')).toBe('new');
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await readdir(dir)).toEqual(['file']);
});

test.runIf(process.getuid?.() === 0)('gives files that root writes to the owner of the folder', async () => {
  chownSync(dir, 12_345, 12_346);
  await writeDurably(join(dir, 'file'), 'text');
  expect(await stat(join(dir, 'file'))).toMatchObject({ uid: 12_345, gid: 12_346 });
});
