import { expect, test } from 'vitest';
import { endOfLife } from './end-of-life.ts';

const NOW = new Date('2026-11-01T00:00:00Z');

test.each([
  ['Node.js14.18', '2023-04-30'],
  ['Node.js22', undefined],
  ['Python3.10', '2026-10-31'],
  ['Java8', undefined],
  ['Custom', undefined],
])('the end of life of %s: %s', (name, day) => {
  expect(endOfLife(name, NOW)).toBe(day);
});
