import { expect, test } from 'vitest';
import { jsonProblem } from './json-problem.ts';

test.each(['{}', ' [1, -2.5e3, "a\\u00e9", true, null, {"a": [[]]}] ', '"é"'])('%s is JSON', (text) => {
  expect(jsonProblem(text)).toBeUndefined();
});

test.each([
  ['', 1, 1],
  ['{\n  "a": 1,\n  b: 2\n}', 3, 3],
  ['{\n  "a": 1,\n}', 3, 1],
  ['[1 2]', 1, 4],
  ['{"a": "x}', 1, 7],
  ['{"a": nul}', 1, 7],
  ['{} x', 1, 4],
])('%j is wrong at line %i, column %i', (text, line, column) => {
  expect(jsonProblem(text)).toEqual({ line, column });
});

test('a text that is nested too deeply has a problem and ends nothing', () => {
  expect(jsonProblem('['.repeat(200_000))).toBeDefined();
});
