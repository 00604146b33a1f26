import { describe, expect, test } from 'vitest';
import { defineCommand } from './command.ts';
import { fieldLine, fieldNames } from './field.ts';
import type { Output } from './output.ts';
import { run } from './run.ts';

const ROW = { id: 'a', none: null, deep: { list: [{ x: 1 }] }, text: 'two\nlines\t\u001b[0m', off: false };

test.each([
  ['id', 'a'],
  ['off,id', 'false\ta'],
  ['none,id', '\ta'],
  ['deep.list.0.x', '1'],
  ['deep', '{"list":[{"x":1}]}'],
  ['text', 'two lines \\x1b[0m'],
])('prints %j on one line', (names, line) => {
  expect(fieldLine(ROW, fieldNames(names))).toBe(line);
});

test.each(['', ',', 'a,', '.', 'a..b', 'a.'])('refuses %j as a name', (text) => {
  expect(() => fieldNames(text)).toThrow('--field is no name');
});

test.each(['constructor', 'deep.list.1', 'id.length', 'nothing'])(
  'has no field %j, and lists the existing ones',
  (name) => {
    expect(() => fieldLine(ROW, [name])).toThrow(
      expect.objectContaining({ exitCode: 2, hint: 'it has: id, none, deep, text, off' }),
    );
  },
);

test('leaves fields empty that only other rows have', () => {
  expect(fieldLine({ a: 1 }, ['a', 'b'], [{ a: 1 }, { b: 2 }])).toBe('1\t');
});

describe('--field', () => {
  let runs = 0;
  async function* items() {
    yield { text: 'one', data: { n: 1 } };
    yield { text: 'two', note: 'end', data: { n: 2 }, exitCode: 6 as const };
  }
  const outputs: Record<string, () => Output> = {
    table: () => ({ kind: 'table', columns: {}, rows: [{ n: 1 }, { n: 2 }], none: 'none' }),
    empty: () => ({ kind: 'table', columns: {}, rows: [], none: 'none' }),
    message: () => ({ kind: 'message', text: 'done', data: { n: 1 } }),
    bytes: () => ({ kind: 'bytes', bytes: Buffer.from('x'), note: 'y', data: { n: 1 }, exitCode: 6 }),
    stream: () => ({ kind: 'stream', items: items() }),
  };
  const commands = Object.entries(outputs).map(([name, output]) =>
    defineCommand({
      name,
      summary: '',
      flags: {},
      args: [],
      examples: [],
      run: async () => {
        runs += 1;
        return output();
      },
    }),
  );
  const call = async (...argv: string[]) => {
    let [stdout, stderr] = ['', ''];
    const sinkTo = (add: (text: string) => void) => ({
      isTTY: false,
      write: async (data: string | Uint8Array) => add(String(data)),
    });
    const context = {
      stdout: sinkTo((text) => {
        stdout += text;
      }),
      stderr: sinkTo((text) => {
        stderr += text;
      }),
      signal: new AbortController().signal,
    };
    const exitCode = await run({ commands, nouns: [] }, argv, context as never, '1');
    return { exitCode, stdout, stderr };
  };

  test.each([
    ['table', 0, '1\n2\n'],
    ['empty', 0, ''],
    ['message', 0, '1\n'],
    ['bytes', 6, '1\n'],
    ['stream', 6, '1\n2\n'],
  ])('prints the field of a %s and nothing else', async (name, exitCode, stdout) => {
    expect(await call(name, '--field', 'n')).toEqual({ exitCode, stdout, stderr: '' });
  });

  test('is refused before anything is done, beside json and when it is no name', async () => {
    runs = 0;
    expect(await call('message', '--field', 'n', '--output', 'json')).toMatchObject({ exitCode: 2 });
    expect(await call('message', '--field', '')).toMatchObject({ exitCode: 2 });
    expect(runs).toBe(0);
  });
});
