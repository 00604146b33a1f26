import { expect, it } from 'vitest';
import { hasLongLine } from './long-line.ts';

it.each([
  ['', false],
  ['a line\n'.repeat(20_000), false],
  ['x'.repeat(50_000), true],
  [`short\n${'x'.repeat(10_001)}\nshort`, true],
])('a line of a text is too long to be coloured, case %#', (text, isLong) => {
  expect(hasLongLine(text)).toBe(isLong);
});
