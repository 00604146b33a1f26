import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { bodyOf, textOf } from '../testing.ts';
import { BucketFiles } from './bucket-files.ts';

let dir: string;
let files: BucketFiles;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'funcgraph-bucket-files-'));
  files = new BucketFiles({ dir, isShared: false, minFreeBytes: 2 ** 20 });
  await files.start();
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const open = (): number => readdirSync('/proc/self/fd').length;

it('refuses what would leave too little space free', async () => {
  await files.checkRoom(1);
  await expect(files.checkRoom(2 ** 60)).rejects.toMatchObject({ code: 'InsufficientStorage', status: 507 });
  expect(await files.isLow()).toBe(false);
});

it('stores the bytes of a file a second time, independent of the first', async () => {
  const { file } = await files.receive(bodyOf('text'));
  const [copy = ''] = await files.duplicate([file]);
  await files.remove([file]);
  expect(await textOf(await files.read([{ file: copy, offset: 1, length: 2 }]))).toBe('ex');
  await expect(files.duplicate([copy, file])).rejects.toMatchObject({ code: 'ENOENT' });
  expect(readdirSync(dir, { recursive: true }).filter((name) => String(name).endsWith(copy.slice(-12)))).toHaveLength(
    1,
  );
});

it('has no file open after a read ended, early or not, or was never begun', async () => {
  const { file } = await files.receive(bodyOf('x'.repeat(600_000)));
  const before = open();
  const pieces = [{ file, offset: 0, length: 600_000 }];
  expect((await textOf(await files.read(pieces))).length).toBe(600_000);
  for await (const bytes of await files.read(pieces)) {
    expect(bytes.length).toBe(256 * 1024);
    break;
  }
  await (await files.read(pieces))[Symbol.asyncIterator]().return?.();
  expect(open()).toBe(before);
});

it('fails when a file has fewer bytes than its row says', async () => {
  const { file } = await files.receive(bodyOf('short'));
  await expect(files.read([{ file, offset: 0, length: 9 }]).then(textOf)).rejects.toThrow(/shorter/);
});

it('removes unfinished files when it starts alone, and never those of another server', async () => {
  writeFileSync(join(dir, 'incoming', 'rest'), '');
  await new BucketFiles({ dir, isShared: true, minFreeBytes: 0 }).start();
  expect(existsSync(join(dir, 'incoming', 'rest'))).toBe(true);
  await files.start();
  expect(existsSync(join(dir, 'incoming', 'rest'))).toBe(false);
});

it('removes in a sweep only what no row knows and what is old enough', async () => {
  const [known, young, old] = await Promise.all(['known', 'young', 'old'].map((text) => files.receive(bodyOf(text))));
  const { signal } = new AbortController();
  const mayRemove = async (path: string): Promise<boolean> => readFileSync(path, 'utf8') !== 'young';
  expect(await files.sweep(async () => new Set([known?.file ?? '']), mayRemove, signal)).toBe(1);
  for (const [each, there] of [
    [known, true],
    [young, true],
    [old, false],
  ] as const) {
    expect(existsSync(files.path(each?.file ?? ''))).toBe(there);
  }
});

it('moves files from before servers shared a folder', async () => {
  const { file } = await files.receive(bodyOf('mine'));
  const shared = new BucketFiles({ dir: join(dir, 'shared'), isShared: true, minFreeBytes: 0 });
  await shared.start();
  await shared.adopt(dir);
  await shared.adopt(join(dir, 'none'));
  expect(await textOf(await shared.read([{ file, offset: 0, length: 4 }]))).toBe('mine');
  expect(existsSync(files.path(file))).toBe(false);
});

it('takes no path for the id of a file', () => {
  for (const id of ['../../x', '', 'a/b']) expect(() => files.path(id)).toThrow();
});
