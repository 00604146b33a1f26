import { expect, test } from 'vitest';
import { endOfLife, eventRuntimes, type RuntimeRow, usualRuntime } from './runtime-choice.ts';

const NOW = new Date('2026-11-01T00:00:00Z');
const row = (name: string, language: string, available = true) => ({ name, language, available }) as RuntimeRow;

test.each([
  ['Node.js14.18', '2023-04-30'],
  ['Node.js22', undefined],
  ['Python3.10', '2026-10-31'],
  ['Java8', undefined],
  ['Custom', undefined],
])('the end of life of %s: %s', (name, day) => {
  expect(endOfLife(name, NOW)).toBe(day);
});

test('the newest usable version of the first language is chosen at first', () => {
  const all = [row('Node.js14.18', 'nodejs'), row('Node.js22', 'nodejs'), row('Node.js24', 'nodejs', false)];
  expect(usualRuntime([...all, row('Python3.12', 'python')], NOW)).toBe('Node.js22');
  expect(usualRuntime([row('Node.js14.18', 'nodejs')], NOW)).toBe('Node.js14.18');
  expect(usualRuntime([row('http', 'http')], NOW)).toBeUndefined();
  expect(eventRuntimes([row('http', 'http'), row('Custom Image', 'image')])).toEqual([]);
});
