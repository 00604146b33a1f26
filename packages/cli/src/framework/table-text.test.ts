import { expect, test } from 'vitest';
import { cellWidth } from './safe-text.ts';
import { cut, tableText } from './table-text.ts';

const COLUMNS = { name: 'NAME', text: 'DESCRIPTION', size: 'SIZE' };
const ROWS = [
  { name: 'a', text: 'x'.repeat(60), size: 1 },
  { name: 'b'.repeat(30), text: 'short', size: 1234 },
];
const widest = (text: string): number => Math.max(...text.split('\n').map(cellWidth));

test('is as wide as its cells without a terminal', () => {
  expect(widest(tableText(COLUMNS, ROWS))).toBe(30 + 2 + 60 + 2 + 4);
});

test.each([98, 80, 60, 40, 30])('fits a terminal of %i columns by cutting the widest columns', (width) => {
  const text = tableText(COLUMNS, ROWS, { width });
  expect(widest(text)).toBeLessThanOrEqual(width);
  expect(text).toContain('1234');
});

test('leaves columns readable in a terminal that is too narrow', () => {
  expect(widest(tableText(COLUMNS, ROWS, { width: 5 }))).toBe(8 + 2 + 8 + 2 + 4);
});

test('leaves a table that fits as it is', () => {
  expect(tableText(COLUMNS, ROWS, { width: 98 })).toBe(tableText(COLUMNS, ROWS));
});

test('cuts wide characters at whole ones', () => {
  expect(cut('中文字符', 8)).toBe('中文字符');
  expect(cut('中文字符', 6)).toBe('中文…');
  expect(cut('abc', 2)).toBe('a…');
});
