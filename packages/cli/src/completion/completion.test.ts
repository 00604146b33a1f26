import { execFileSync, spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { runCli } from '../testing/run-cli.ts';

const scriptOf = async (shell: string): Promise<string> => (await runCli(['completion', shell])).stdout;
const has = (shell: string): boolean => spawnSync(shell, ['-c', 'true']).error === undefined;

/** The script is longer than one argument of a program may be. */
const run = (shell: string, args: readonly string[], input: string): string =>
  execFileSync(shell, args, { input, encoding: 'utf8' });

/** What bash offers for the last word of a command line. */
async function offered(...words: string[]): Promise<string[]> {
  const program = `${await scriptOf('bash')}
COMP_WORDS=(fgs "$@"); COMP_CWORD=$#
_fgs
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const text = run('bash', ['--norc', '-s', '--', ...words], program);
  return text.split('\n').filter((line) => line !== '');
}

describe('in bash', () => {
  test('offers commands, verbs and verbs below verbs', async () => {
    expect(await offered('fun')).toEqual(['functions']);
    expect(await offered('functions', 'in')).toEqual(['invoke', 'init']);
    expect(await offered('iam', 'users', 'l')).toEqual(['list']);
    expect(await offered('')).toEqual(expect.arrayContaining(['up', 'functions', 'flows', 'invoke', 'completion']));
    expect(await offered('nothing', '')).toEqual(expect.arrayContaining(['up']));
  });

  test('offers the flags of the command, behind its arguments too', async () => {
    expect(await offered('functions', 'deploy', './x', '--memo')).toEqual(['--memory']);
    expect(await offered('invoke', 'hello', '--dat')).toEqual(['--data', '--data-file', '--data-dir']);
    expect(await offered('functions', 'ls', '--ma')).toEqual(['--match']);
  });

  test('offers the choices of a flag, and leaves other values and arguments to files', async () => {
    expect(await offered('functions', 'list', '--output', 'j')).toEqual(['json']);
    expect(await offered('functions', 'deploy', '--lanes', '')).toEqual(['on', 'off']);
    expect(await offered('functions', 'deploy', '--env-file', '')).toEqual([]);
    expect(await offered('functions', 'deploy', '')).toEqual([]);
  });
});

test.runIf(has('zsh'))('zsh reads its script and offers the verbs of a noun', async () => {
  const program = `${await scriptOf('zsh')}
words=(fgs functions ''); CURRENT=3
compdef() { : }; _describe() { print -l -- "\${(P@)2}" }; _files() { print files }
_fgs`.replace('compdef _fgs fgs; fi', ':; fi');
  expect(run('zsh', ['-f'], program)).toContain('deploy:Create or update');
});

test.runIf(has('fish'))('fish reads its script and offers verbs and flags', async () => {
  const script = await scriptOf('fish');
  const complete = (line: string): string => run('fish', ['--no-config'], `${script}\ncomplete -C '${line}'`);
  expect(complete('fgs functions de')).toMatch(/^deploy\t/m);
  expect(complete('fgs functions deploy --memo')).toMatch(/^--memory\t/m);
  expect(complete('fgs functions list --output j')).toMatch(/^json/m);
});

test('refuses another shell', async () => {
  expect(await runCli(['completion', 'cmd'])).toMatchObject({ exitCode: 2 });
});
