import { expect, it } from 'vitest';
import { readProject } from './read-project.ts';

const HELLO =
  'name: shop\nfunctions:\n  hello:\n    folder: ./hello\n    runtime: Node.js\n    handler: index.handler\n';
const messageOf = (text: string): string => {
  try {
    readProject(text, 'funcgraph.yaml');
  } catch (error) {
    return (error as Error).message;
  }
  return '';
};

it('reads a file, also with anchors', () => {
  const text = `${HELLO}  again:\n    <<: &base { folder: . }\n`;
  expect(messageOf(text)).toContain('funcgraph.yaml:8:5: unknown key <<');
  const { file } = readProject(`${HELLO}    environment: &all { LOG: info, TRIES: 3 }\nenvironment: *all\n`, 'x');
  expect(file.environment).toEqual({ LOG: 'info', TRIES: 3 });
});

it.each([
  [
    'a key that is nearly one',
    `${HELLO}    memroy: 128\n`,
    'funcgraph.yaml:7:5: unknown key memroy (did you mean memory?)',
  ],
  ['a key without likeness', `${HELLO}colour: red\n`, 'funcgraph.yaml:7:1: unknown key colour (possible: name, '],
  [
    'a missing key',
    'name: shop\nalarms:\n  fails: { function: hello }\n',
    'funcgraph.yaml:3:3: alarms.fails when is missing',
  ],
  [
    'another type',
    `${HELLO}    timeout: soon\n`,
    'funcgraph.yaml:7:14: functions.hello.timeout must be a whole number, not "soon"',
  ],
  [
    'a number out of range',
    `${HELLO}    initializer_timeout: 301\n`,
    '7:26: functions.hello.initializer_timeout 301 is not between 1 and 300',
  ],
  [
    'a memory size that does not exist',
    `${HELLO}    memory: 100\n`,
    'funcgraph.yaml:7:13: functions.hello.memory 100 is not possible (one of 128, 256',
  ],
  [
    'the value of a secret',
    `${HELLO}    secrets:\n      KEY: hunter2\n`,
    'funcgraph.yaml:8:12: functions.hello.secrets.KEY must be a map',
  ],
  [
    'a secret from two places',
    `${HELLO}    secrets:\n      KEY: { env: A, file: B }\n`,
    'needs exactly one of env, file',
  ],
  [
    'a name of a function that is none',
    'name: shop\nfunctions:\n  a b: {}\n',
    'funcgraph.yaml:3:3: "a b" is not a name',
  ],
  ['an empty file', '', 'funcgraph.yaml:1:1: must be a map, not nothing'],
  ['a key given twice', 'name: a\nname: b\n', 'funcgraph.yaml:2:1: Map keys must be unique'],
  ['text that is no YAML', 'name: [', 'funcgraph.yaml:1:8: '],
])('refuses %s with its place', (_what, text, message) => {
  expect(messageOf(text)).toContain(message);
});

it('names every fault at once', () => {
  expect(messageOf(`${HELLO}    memroy: 1\n    timeuot: 3\n`).split('\n')).toHaveLength(2);
});

it('keeps the value of a secret out of its error', () => {
  expect(messageOf(`${HELLO}    secrets:\n      KEY: hunter2\n`)).not.toContain('hunter2');
});
