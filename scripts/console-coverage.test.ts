import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');
const JOURNEYS = globSync('packages/console/test/journeys/*.test.ts', { cwd: ROOT });

const rows = readFileSync(join(ROOT, 'docs/console-coverage.md'), 'utf8')
  .split('\n')
  .map((line) => /^\| ([A-Z]{2}-\d+) \| .+ \| (.+) \|$/.exec(line))
  .flatMap((match) => (match === null ? [] : [{ id: match[1] ?? '', shownBy: match[2] ?? '' }]));

const titles = JOURNEYS.flatMap((path) =>
  [...readFileSync(join(ROOT, path), 'utf8').matchAll(/^journey\(\s*'((?:[^'\\]|\\.)+)'/gm)].map((match) => match[1]),
);

test('each item of the console is listed once', () => {
  expect(rows.length).toBe(183);
  expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
});

test('each item is shown by a journey or cannot be here for a reason', () => {
  const isKnown = (text: string) => titles.includes(text) || /^Reason: .+$/.test(text);
  expect(rows.filter(({ shownBy }) => !isKnown(shownBy))).toEqual([]);
});
