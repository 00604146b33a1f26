import { expect, test } from 'vitest';
import { textFile } from './archive.ts';
import { treeNodes } from './tree-nodes.ts';

test('folders come first, with and without an entry of their own, and each level is in order', () => {
  const paths = ['index.js', 'lib/b.js', 'a.json', 'empty/', 'lib/deep/c.js'];
  expect(treeNodes(new Map(paths.map((path) => [path, textFile('')])))).toEqual([
    { key: 'empty/', name: 'empty', children: [] },
    {
      key: 'lib/',
      name: 'lib',
      children: [
        { key: 'lib/deep/', name: 'deep', children: [{ key: 'lib/deep/c.js', name: 'c.js' }] },
        { key: 'lib/b.js', name: 'b.js' },
      ],
    },
    { key: 'a.json', name: 'a.json' },
    { key: 'index.js', name: 'index.js' },
  ]);
});
