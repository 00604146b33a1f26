import { expect, test } from 'vitest';
import { eventRuntimes, type RuntimeRow, usualRuntime } from './runtime-choice.ts';

const NOW = new Date('2026-11-01T00:00:00Z');
const row = (name: string, language: string, available = true) => ({ name, language, available }) as RuntimeRow;

test('the newest usable version of the first language is chosen at first', () => {
  const all = [row('Node.js14.18', 'nodejs'), row('Node.js22', 'nodejs'), row('Node.js24', 'nodejs', false)];
  expect(usualRuntime([...all, row('Python3.12', 'python')], NOW)).toBe('Node.js22');
  expect(usualRuntime([row('Node.js14.18', 'nodejs')], NOW)).toBe('Node.js14.18');
  expect(usualRuntime([row('http', 'http')], NOW)).toBeUndefined();
  expect(eventRuntimes([row('http', 'http'), row('Custom Image', 'image')])).toEqual([]);
});

test('runtimes that are not installed come last', () => {
  const all = [row('Node.js14.18', 'nodejs', false), row('Node.js20', 'nodejs'), row('Java11', 'java')];
  expect(eventRuntimes(all).map(({ name }) => name)).toEqual(['Node.js20', 'Java11', 'Node.js14.18']);
});
