import { expect, test } from 'vitest';
import { textFile } from '../code/archive.ts';
import { changedFiles } from './changed-files.ts';

const files = (texts: Readonly<Record<string, string>>) =>
  new Map(Object.entries(texts).map(([path, text]) => [path, textFile(text)]));

test('names what was added, removed and changed, in the order of paths', () => {
  const before = files({ 'index.js': 'one', 'lib/': '', 'lib/a.js': 'a', 'old.txt': '' });
  const after = files({ 'new.txt': 'n', 'index.js': 'two', 'lib/a.js': 'a', 'empty/': '' });
  expect(changedFiles(before, after).map(({ path, kind }) => [path, kind])).toEqual([
    ['index.js', 'changed'],
    ['new.txt', 'added'],
    ['old.txt', 'removed'],
  ]);
});

test('finds a change that leaves the length as it was', () => {
  expect(changedFiles(files({ a: '12' }), files({ a: '13' }))).toHaveLength(1);
  expect(changedFiles(files({ a: '12' }), files({ a: '12' }))).toEqual([]);
});
