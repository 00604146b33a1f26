import { expect, test } from 'vitest';
import { nameProblem, saveProblem } from './event-rules.ts';

test.each([
  ['even-123test', undefined],
  ['a', undefined],
  [`a${'b'.repeat(24)}`, undefined],
  [`a${'b'.repeat(25)}`, 'invalid'],
  ['1a', 'invalid'],
  ['a-', 'invalid'],
  ['a b', 'invalid'],
  ['', 'invalid'],
  ['used', 'taken'],
])('the name %j: %s', (name, problem) => {
  expect(nameProblem(name, ['used'])).toBe(problem);
});

test('4 KB and ten events can be saved, counted in bytes', () => {
  expect(saveProblem('x'.repeat(4096), 10)).toBeUndefined();
  expect(saveProblem('数'.repeat(1366), 10)).toBe('large');
  expect(saveProblem('{}', 11)).toBe('many');
});
