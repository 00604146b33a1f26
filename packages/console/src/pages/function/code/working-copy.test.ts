import { expect, test } from 'vitest';
import { textFile } from './archive.ts';
import { type Change, changed, modifiedPaths, pathProblem, startOf } from './working-copy.ts';

const start = () =>
  startOf(
    new Map([
      ['index.js', textFile('1')],
      ['lib/a.js', textFile('a')],
      ['lib/b.js', textFile('b')],
    ]),
    'd1',
  );
const after = (...changes: Change[]) => changes.reduce(changed, start());

test('a file is modified until it has its deployed text again', () => {
  const edited = after({ kind: 'write', path: 'index.js', text: '2' });
  expect(modifiedPaths(edited)).toEqual(['index.js']);
  expect(modifiedPaths(changed(edited, { kind: 'write', path: 'index.js', text: '1' }))).toEqual([]);
});

test('a folder is renamed and removed with all files in it', () => {
  const renamed = after({ kind: 'rename', from: 'lib/', to: 'src/' });
  expect([...renamed.files.keys()]).toEqual(['index.js', 'src/a.js', 'src/b.js']);
  expect([...changed(renamed, { kind: 'remove', path: 'src/' }).files.keys()]).toEqual(['index.js']);
});

test('after a deployment only what was written meanwhile is modified', () => {
  const first = after({ kind: 'write', path: 'index.js', text: '2' });
  const second = changed(first, { kind: 'write', path: 'lib/a.js', text: 'A' });
  const deployed = changed(second, { kind: 'deployed', files: first.files, digest: 'd2' });
  expect(deployed.digest).toBe('d2');
  expect(modifiedPaths(deployed)).toEqual(['lib/a.js']);
});

test.each([
  ['new.js', undefined],
  ['lib/c.js', undefined],
  ['index.js', 'taken'],
  ['lib', 'taken'],
  ['index.js/x', 'taken'],
  ['', 'invalid'],
  ['/etc/passwd', 'invalid'],
  ['../up', 'invalid'],
  ['a//b', 'invalid'],
  ['a\\b', 'invalid'],
])('the path %j is %s', (path, problem) => {
  expect(pathProblem(path, start().files)).toBe(problem);
});
