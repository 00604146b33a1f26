import { expect, test } from 'vitest';
import { IgnoreRules } from './ignore.ts';

const ignoreRules = (text: string) => {
  const rules = new IgnoreRules(text);
  return (path: string, isFolder: boolean) => rules.ignores(path, isFolder) !== undefined;
};

test.each([
  ['*.log', 'a.log', true],
  ['*.log', 'deep/a.log', true],
  ['*.log', 'a.logs', false],
  ['/a', 'a', true],
  ['/a', 'b/a', false],
  ['docs/*.md', 'docs/a.md', true],
  ['docs/*.md', 'docs/b/a.md', false],
  ['docs/**', 'docs/b/a.md', true],
  ['**/x', 'a/b/x', true],
  ['a/**/b', 'a/b', true],
  ['?.js', 'a.js', true],
  ['?.js', 'ab.js', false],
  ['[ab].js', 'b.js', true],
  ['[!ab].js', 'b.js', false],
  ['\\!x', '!x', true],
  ['\\#x', '#x', true],
  ['a+b(c).js', 'a+b(c).js', true],
  ['!.git', '.git', false],
  ['', 'a', false],
])('%j against %j is %s', (rule, path, expected) => {
  expect(ignoreRules(rule)(path, false)).toBe(expected);
});

test('a rule with a slash at its end is for folders only', () => {
  const ignored = ignoreRules('build/');
  expect(ignored('build', true)).toBe(true);
  expect(ignored('build', false)).toBe(false);
});

test('a long run of stars takes no longer than one star', () => {
  const started = process.threadCpuUsage();
  ignoreRules(`${'*'.repeat(500)}x`)('a'.repeat(5000), false);
  expect(process.threadCpuUsage(started).user).toBeLessThan(2_000_000);
});
