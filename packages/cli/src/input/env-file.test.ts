import { expect, test } from 'vitest';
import { parseEnvFile } from './env-file.ts';

const read = (text: string) => Object.fromEntries(parseEnvFile(text, 'vars'));

test.each([
  ['A=1', '1'],
  ['export A=1', '1'],
  ['  A = 1  ', '1'],
  ['A=', ''],
  ['A=#none', ''],
  ['A=a#b', 'a#b'],
  ['A=a # comment', 'a'],
  ['A=x=y==', 'x=y=='],
  ["A='a # \\n $B' # comment", 'a # \\n $B'],
  ['A="a \\"b\\" \\n\\t\\\\ \\$C \\d"', 'a "b" \n\t\\ $C \\d'],
  ['A="two\nlines"', 'two\nlines'],
  ['\ufeffA=1\r\n', '1'],
  ['A=1\nA=2', '2'],
  ['A=$HOME', '$HOME'],
])('reads the value of %j as %j', (text, value) => {
  expect(read(text)).toEqual({ A: value });
});

test('skips comments and empty lines, and continues after a value of several lines', () => {
  expect(read('# a\n\n  # b\nA="1\n2"\n\nB=3\n')).toEqual({ A: '1\n2', B: '3' });
});

test.each([
  ['A=1\nsecret', 'line 2 of vars is not NAME=VALUE'],
  ['=secret', 'line 1 of vars is not NAME=VALUE'],
  ['A="1\n2"\n\nsecret', 'line 4 of vars is not NAME=VALUE'],
  ["A='secret", 'line 1 of vars: the quote has no end'],
  ['A="1" secret', 'line 1 of vars: only a comment may follow the closing quote'],
])('refuses %j without its values', (text, message) => {
  expect(() => read(text)).toThrow(message);
});
