import { expect, test } from 'vitest';
import { entryFile } from './entry-file.ts';

test.each([
  ['index.handler', ['a.txt', 'index.js'], 'index.js'],
  ['src/main.run', ['main.py', 'src/main.py'], 'src/main.py'],
  ['bootstrap', ['a.txt', 'bootstrap'], 'bootstrap'],
  ['x.y', ['lib/', 'lib/a.js'], 'lib/a.js'],
  ['x.y', ['lib/'], undefined],
])('the handler %s of %j opens %s', (handler, paths, file) => {
  expect(entryFile(handler, paths)).toBe(file);
});
