import { assert, expect, test } from 'vitest';
import { jsonFault } from './json-fault.ts';

test.each([
  ['', 1, 1, 'a value', 'the end'],
  ['{a:1}', 1, 2, 'a name in double quotes or "}"', '"a"'],
  ['{"a":1,}', 1, 8, 'a name in double quotes', '"}"'],
  ['{"a" 1}', 1, 6, '":"', '"1"'],
  ['{"a":x}', 1, 6, 'a value', '"x"'],
  ['{"a":1 "b":2}', 1, 8, '"," or "}"', '"\\""'],
  ['[1 2]', 1, 4, '"," or "]"', '"2"'],
  ['[1,]', 1, 4, 'a value', '"]"'],
  ['[,]', 1, 2, 'a value or "]"', '","'],
  ['{"a":[1}', 1, 8, '"," or "]"', '"}"'],
  ['{"a":1}}', 1, 8, 'the end', '"}"'],
  ['{\n  "é": 1\n  "b": 2\n}', 3, 3, '"," or "}"', '"\\""'],
  ['"abc', 1, 5, 'a double quote at the end of the text', 'the end'],
  ['"a\nb"', 1, 3, 'an escape such as \\n', '"\\n"'],
  ['"\\x"', 1, 2, 'an escape such as \\n', '"\\\\"'],
  ['01', 1, 1, 'a value', '"0"'],
  ['truely', 1, 1, 'a value', '"t"'],
  ['{"a":', 1, 6, 'a value', 'the end'],
])('finds the first fault of %j at line %i, column %i', (text, line, column, expected, found) => {
  expect(jsonFault(text)).toEqual({ line, column, expected, found });
});

test('agrees with JSON.parse on every text with one character less, more or changed', () => {
  const valid = ' {"a":[1,-2.5e3,true,null,"x\\u00e9\\n",{}],"b":{"c":[]}}\n';
  const chars = [...'{}[]:,"\\ a1-.e0', '\n', ''];
  const texts = [...valid].flatMap((_, i) =>
    chars.flatMap((char) => [valid.slice(0, i) + char + valid.slice(i), valid.slice(0, i) + char + valid.slice(i + 1)]),
  );
  for (const text of texts) {
    let valid = true;
    try {
      JSON.parse(text);
    } catch {
      valid = false;
    }
    assert.equal(jsonFault(text) === undefined, valid, text);
  }
});

test('reads deep nesting and long strings without running out of stack', () => {
  expect(jsonFault('['.repeat(200_000))).toMatchObject({ column: 200_001 });
  expect(jsonFault(`["${'a'.repeat(2_000_000)}"`)).toMatchObject({ expected: '"," or "]"' });
});
