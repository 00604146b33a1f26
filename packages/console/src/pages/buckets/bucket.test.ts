import { expect, test } from 'vitest';
import { entriesOf, foldersAbove } from './bucket.ts';

test('each folder above a prefix leads to its own prefix', () => {
  expect(foldersAbove('')).toEqual([]);
  expect(foldersAbove('2026/may/be')).toEqual([
    { name: '2026', prefix: '2026/' },
    { name: 'may', prefix: '2026/may/' },
  ]);
  // keys may begin with a slash, and have several
  expect(foldersAbove('//a/').map(({ prefix }) => prefix)).toEqual(['/', '//', '//a/']);
});

test('folders stand before objects', () => {
  const objects = [{ key: 'a', size: 1, etag: 'e', last_modified: '2026-11-27T00:00:00Z' }];
  expect(entriesOf({ folders: ['b/'], objects })).toEqual([
    { key: 'b/', isFolder: true },
    { key: 'a', isFolder: false, size: 1, modified: '2026-11-27T00:00:00Z' },
  ]);
});
