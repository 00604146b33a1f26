import { expect, test } from 'vitest';
import { runCli } from '../testing/run-cli.ts';
import { defineCommand } from './command.ts';
import type { Context } from './context.ts';
import { parseCommand } from './parse.ts';
import { run } from './run.ts';
import { suggest } from './suggest.ts';

const sample = defineCommand({
  name: 'sample',
  summary: 'for tests',
  flags: {
    name: { type: 'text', short: 'n', summary: 'a name' },
    size: { type: 'integer', fallback: 7, summary: 'a size' },
    env: { type: 'list', summary: 'pairs' },
    yes: { type: 'boolean', summary: 'sure' },
    must: { type: 'text', required: true, summary: 'needed' },
    kind: { type: 'text', choices: ['a', 'b'], summary: 'one of two' },
  },
  args: [
    { name: 'first', summary: 'needed' },
    { name: 'second', summary: 'not needed', optional: true },
  ],
  examples: ['fgs sample x --must y'],
  run: async () => ({ kind: 'message', text: '', data: {} }),
});

test('turns words into typed values, with fallbacks for absent ones', () => {
  const { flags, args } = parseCommand(sample, ['one', '--must', 'y', '--env', 'A=1', '--env=B=2', '-n', 'z', '--yes']);
  expect(flags).toMatchObject({ name: 'z', size: 7, env: ['A=1', 'B=2'], yes: true, must: 'y' });
  expect(args).toEqual({ first: 'one', second: undefined });
});

test('takes synonyms of verbs and shortcuts, and lists the shortcuts', async () => {
  const verb = (name: string) => ({ ...sample, name, summary: name });
  const [list, remove, own, invoke] = ['things list', 'things remove', 'files ls', 'things invoke'].map(verb);
  const tree = {
    commands: [],
    nouns: [
      { name: 'things', summary: '', commands: [list, remove, invoke] },
      { name: 'files', summary: '', commands: [own] },
    ],
    shortcuts: { invoke: 'things invoke' },
  };
  const help = async (...argv: string[]) => {
    const lines: string[] = [];
    const sink = { isTTY: false, write: async (data: string | Uint8Array) => void lines.push(String(data)) };
    await run(tree as never, [...argv, '--help'], { stdout: sink, stderr: sink } as never, '1');
    return lines.join('');
  };
  expect(await help('things', 'ls')).toMatch(/^things list\n/);
  expect(await help('things', 'rm')).toMatch(/^things remove\n/);
  expect(await help('files', 'ls')).toMatch(/^files ls\n/);
  expect(await help('invoke')).toMatch(/^things invoke\n/);
  expect(await help('things', 'get')).toContain('unknown verb of things');
  expect(await help()).toContain('Shortcuts:\n  invoke       fgs things invoke');
});

test('takes negative numbers, lone dashes and everything after two dashes', () => {
  expect(parseCommand(sample, ['a', '--must', '-', '--size', '-1']).flags).toMatchObject({ must: '-', size: -1 });
  expect(parseCommand(sample, ['--must', 'm', '--', '--yes']).args.first).toBe('--yes');
});

test.each([
  [['a'], '--must is missing'],
  [['--must', 'm'], '<first> is missing'],
  [['', '--must', 'm'], '<first> is empty'],
  [['a', '', '--must', 'm'], '<second> is empty'],
  [['a', 'b', 'c', '--must', 'm'], 'unexpected argument "c"'],
  [['a', '--must', '--yes'], '--must needs a value'],
  [['a', '--must'], '--must needs a value'],
  [['a', '--must', 'm', '--must', 'n'], '--must is given twice'],
  [['a', '--must', 'm', '--size', '1.5'], '--size needs a whole number'],
  [['a', '--must', 'm', '--yes=1'], '--yes takes no value'],
  [['a', '--must', 'm', '--kind', 'c'], '--kind cannot be "c"'],
  [['a', '--must', 'm', '--constructor', 'c'], 'unknown flag --constructor'],
])('refuses %j', (argv, message) => {
  expect(() => parseCommand(sample, argv)).toThrow(message);
});

test('suggests the nearest flag, and none when no flag is near', () => {
  expect(suggest('memroy', ['memory', 'name'])).toBe('memory');
  expect(suggest('time', ['timeout', 'name'])).toBe('timeout');
  expect(suggest('xyzzy', ['memory', 'name'])).toBeUndefined();
});

test('suggests the flag, the noun and the verb that were meant and exits with 2', async () => {
  const flag = await runCli(['functions', 'list', '--mtach', 'x']);
  expect(flag.exitCode).toBe(2);
  expect(flag.stderr).toContain('did you mean --match?');
  expect((await runCli(['function', 'list'])).stderr).toContain('did you mean "functions"?');
  const verb = await runCli(['functions', 'depoly']);
  expect(verb).toMatchObject({ exitCode: 2, stdout: '' });
  expect(verb.stderr).toContain('did you mean "deploy"?');
});

test.each([
  ['users', 'did you mean "iam users"?'],
  ['templates', '"functions templates" or "applications templates" or "flows templates"'],
  ['template', '"functions templates" or "applications templates" or "flows templates"'],
  ['key', 'did you mean "iam keys"?'],
  ['publish', '"versions publish" or "topics publish"'],
])('suggests where %s stands below a noun', async (word, hint) => {
  const run = await runCli([word, 'list']);
  expect(run).toMatchObject({ exitCode: 2, stdout: '' });
  expect(run.stderr).toContain(hint);
});

test('suggests a noun below another that is misspelled', async () => {
  expect((await runCli(['iam', 'usrs', 'list'])).stderr).toContain('did you mean "users"? All of them: fgs iam --help');
  expect((await runCli(['flows', 'run', 'list'])).stderr).toContain('did you mean "runs"?');
});

test('names the help of the command for a flag or an argument that it does not take', async () => {
  const help = 'fgs functions list --help';
  expect((await runCli(['functions', 'list', '--xyzzy'])).stderr).toContain(`hint: all of them: ${help}`);
  expect((await runCli(['functions', 'list', 'extra'])).stderr).toContain(`hint: what it takes: ${help}`);
});

test('suggests no place of a word that stands everywhere', async () => {
  expect((await runCli(['list'])).stderr).toContain('hint: all of them: fgs --help');
});

test('shows help at every level, even with required flags missing', async () => {
  expect((await runCli(['--help'])).stdout).toContain('Exit codes:');
  expect((await runCli(['functions', '-h'])).stdout).toContain('deploy');
  const verb = await runCli(['functions', 'create', '--help']);
  expect(verb.exitCode).toBe(0);
  expect(verb.stdout).toContain('--handler FILE.FUNCTION');
  expect(verb.stdout).toContain('Examples:');
  expect((await runCli(['help', 'functions', 'invoke'])).stdout).toContain('--data-file');
});

test('answers a bare call with help on standard error and exit code 2', async () => {
  const bare = await runCli([]);
  expect(bare).toMatchObject({ exitCode: 2, stdout: '' });
  expect(bare.stderr).toContain('fgs up');
  expect((await runCli(['functions'])).exitCode).toBe(2);
});

test('prints the version', async () => {
  expect(await runCli(['--version'])).toMatchObject({ exitCode: 0, stdout: 'fgs 1.2.3\n' });
});

test('prints errors as JSON for a caller that wants JSON', async () => {
  const refused = await runCli(['functions', 'list', '--bad', '--output', 'json']);
  expect(JSON.parse(refused.stderr)).toMatchObject({ error: { code: 'CLI.USAGE', message: 'unknown flag --bad' } });
});

test('calls a thrown fault of its own a fault, with exit code 1', async () => {
  const broken = {
    ...sample,
    name: 'broken',
    flags: {},
    args: [],
    run: () => Promise.reject(new TypeError('no such thing')),
  };
  let text = '';
  const sink = {
    isTTY: false,
    write: async (data: string | Uint8Array): Promise<void> => {
      text += String(data);
    },
  };
  const context = { stdout: sink, stderr: sink, signal: new AbortController().signal } as unknown as Context;
  expect(await run({ commands: [broken], nouns: [] }, ['broken'], context, '1')).toBe(1);
  expect(text).toContain('CLI.BUG');
});
