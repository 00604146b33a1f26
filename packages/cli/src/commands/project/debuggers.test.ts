import { expect, it } from 'vitest';
import { debuggedOf } from './debuggers.ts';

const FUNCTIONS = [
  { name: 'prices', runtime: 'Node.js20.15' },
  { name: 'report', runtime: 'Java17' },
  { name: 'rates', runtime: 'Python3.13' },
  { name: 'orders', runtime: 'Node.js' },
];

it('gives functions the usual ports of their languages, in the order of the file', () => {
  expect(debuggedOf(FUNCTIONS).map(({ name, port }) => [name, port])).toEqual([
    ['prices', 9229],
    ['rates', 5678],
    ['orders', 9230],
  ]);
});

it('counts all functions from a given port', () => {
  expect(debuggedOf(FUNCTIONS, 4000).map(({ name, port }) => [name, port])).toEqual([
    ['prices', 4000],
    ['rates', 4001],
    ['orders', 4002],
  ]);
});
