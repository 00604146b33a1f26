import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openFolder } from './open-folder.ts';

let closed: string;
let tree: string;

beforeEach(() => {
  closed = mkdtempSync(join(tmpdir(), 'fgs-open-'));
  tree = join(closed, 'python');
  mkdirSync(join(tree, 'bin'), { recursive: true });
  writeFileSync(join(tree, 'bin/python3.9'), 'program', { mode: 0o755 });
  symlinkSync('python3.9', join(tree, 'bin/python3'));
});
afterEach(() => rmSync(closed, { recursive: true }));

test('a folder that all users can enter is used in place', async () => {
  chmodSync(closed, 0o755);
  await using open = await openFolder(tree);
  expect(open.path).toBe(tree);
});

test('one in a closed folder is copied with its links and modes, and the copy is removed', async () => {
  chmodSync(closed, 0o700);
  let copy = '';
  for (const named of [tree, join(tree, 'bin')]) {
    await using open = await openFolder(named);
    copy = open.path;
    expect(readFileSync(join(copy, 'bin/python3'), 'utf8')).toBe('program');
    for (const path of [dirname(copy), copy, join(copy, 'bin/python3.9')])
      expect([path, statSync(path).mode & 0o777]).toEqual([path, 0o755]);
  }
  expect(existsSync(dirname(copy))).toBe(false);
});

test('a missing one is left to the server to refuse', async () => {
  await using open = await openFolder(join(tree, 'none'));
  expect(open.path).toBe(join(tree, 'none'));
});
