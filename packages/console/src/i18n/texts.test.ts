import { expect, test } from 'vitest';
import { texts as english } from './en-US/index.ts';
import { texts as chinese } from './zh-CN/index.ts';

type Tree = { readonly [key: string]: string | Tree };

/** Paths of all texts with the names that they fill in. Plural forms count as one. */
function keysOf(tree: Tree, path = ''): string[] {
  return Object.entries(tree).flatMap(([key, value]) => {
    if (typeof value !== 'string') return keysOf(value, `${path}${key}.`);
    const names = [...value.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).sort();
    return [`${path}${key.replace(/_(one|other)$/, '')} {${names.join(' ')}}`];
  });
}

const distinct = (tree: Tree) => [...new Set(keysOf(tree))].sort();

test('both languages have the same texts and fill in the same values', () => {
  expect(distinct(chinese)).toEqual(distinct(english));
});

test('no text is empty', () => {
  const values = (tree: Tree): string[] =>
    Object.values(tree).flatMap((value) => (typeof value === 'string' ? [value] : values(value)));
  expect([...values(english), ...values(chinese)].filter((text) => text.trim() === '')).toEqual([]);
});
