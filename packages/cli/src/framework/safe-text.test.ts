import { expect, test } from 'vitest';
import { cellWidth, safeCell, safeText } from './safe-text.ts';

test('makes control characters visible and leaves ordinary text alone', () => {
  expect(safeText('\u001b]0;title\u0007x')).toBe('\\x1b]0;title\\x07x');
  expect(safeText('a\u202eb')).toBe('a\\u202eb');
  expect(safeText('\u009b31m')).toBe('\\x9b31m');
  expect(safeText('tab\tline\r\n中文 é')).toBe('tab\tline\n中文 é');
});

test('keeps a table cell on one line and counts wide characters twice', () => {
  expect(safeCell('a\nb\tc')).toBe('a b c');
  expect(safeCell('{\n    "a  b": 1\n}')).toBe('{ "a  b": 1 }');
  expect(cellWidth('中a')).toBe(3);
});
