import { expect, test } from 'vitest';
import { fullText, markedParts, rowText, shownText } from './line-text.ts';

test('what a terminal or a browser would obey is shown as characters', () => {
  expect(shownText('\u001b[31mred\u0007\u0000\u007f\r')).toBe('\\x1b[31mred\\x07\\x00\\x7f\\x0d');
  // would show the text after it from right to left
  expect(shownText('a\u202eb\u200b')).toBe('a\\u{202e}b\\u{200b}');
  expect(shownText('<b>é 数\t👩\u200d💻</b>\n')).toBe('<b>é 数\t👩\u200d💻</b>');
});

test('a row has the beginning of a message on one line', () => {
  expect(rowText('one\ntwo')).toEqual({ text: 'one ↵ two', missing: 0 });
  const { text, missing } = rowText('x'.repeat(90_000));
  expect(text.length + missing).toBe(90_000);
});

test('an opened message shows JSON on several lines', () => {
  expect(fullText('{"a":[1]}')).toBe('{\n  "a": [\n    1\n  ]\n}');
  expect(fullText('{"a":')).toBe('{"a":');
  expect(fullText('7')).toBe('7');
});

test('a keyword is marked in any case of letters, and is no pattern', () => {
  expect(markedParts('Cost: COST (a.b)', 'cost')).toEqual([
    { at: 0, text: 'Cost', isHit: true },
    { at: 4, text: ': ', isHit: false },
    { at: 6, text: 'COST', isHit: true },
    { at: 10, text: ' (a.b)', isHit: false },
  ]);
  expect(markedParts('axb a.b', 'a.b').filter(({ isHit }) => isHit)).toEqual([{ at: 4, text: 'a.b', isHit: true }]);
  expect(markedParts('', 'x')).toEqual([]);
});
