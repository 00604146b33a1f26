import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSealer } from './sealer.ts';

let dir: string;
let file: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'fgs-key-'));
  file = join(dir, 'master.key');
});
afterEach(() => rm(dir, { recursive: true }));

test('makes a key once, for its owner only', async () => {
  const sealed = (await openSealer(file, { mayCreate: true })).seal('secret');
  expect((await openSealer(file, { mayCreate: false })).open(sealed)).toBe('secret');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readdir(dir)).toEqual(['master.key']);
});

test('makes the key again that a killed first start left empty', async () => {
  await writeFile(file, '');
  await openSealer(file, { mayCreate: true });
  expect(await readFile(file, 'utf8')).toMatch(/^[0-9a-f]{64}\n$/);
});

test('makes no key where one is missing or damaged that sealed secrets', async () => {
  const hint = expect.stringContaining('backup');
  await expect(openSealer(file, { mayCreate: false })).rejects.toMatchObject({ code: 'KEY_FILE', hint });
  for (const text of ['', 'abc', 'g'.repeat(64), `${'0'.repeat(64)} more`]) {
    await writeFile(file, text);
    await expect(openSealer(file, { mayCreate: false })).rejects.toMatchObject({ code: 'KEY_FILE', hint });
    expect(await readFile(file, 'utf8')).toBe(text);
  }
});
