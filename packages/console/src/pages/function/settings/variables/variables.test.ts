import { expect, test } from 'vitest';
import type { ShownFunction } from '../../shown-function.ts';
import { assignmentsIn } from './assignments.ts';
import { knownChars, nameProblem, needsValue, readVariables, type Variable, writeVariables } from './variables.ts';

const config = (user_data: string, encrypted_user_data: string) =>
  ({ user_data, encrypted_user_data }) as ShownFunction['config'];

test('what was read and not touched is sent as it was, without a secret value', () => {
  const fields = readVariables(config('{"A":"1","B":""}', '{"KEY":"******"}'));
  expect(fields.variables).toMatchObject([
    { name: 'A', value: '1', isSecret: false },
    { name: 'B', value: '', isSecret: false },
    { name: 'KEY', value: '', isSecret: true, stored: 'KEY' },
  ]);
  expect(writeVariables(fields)).toEqual({ user_data: '{"A":"1","B":""}', encrypted_user_data: '{"KEY":"******"}' });
  expect(writeVariables(readVariables(config('', '')))).toEqual({ user_data: '', encrypted_user_data: '' });
});

test('a stored secret under another name, or in the clear, needs its value again', () => {
  const stored = { name: 'KEY', value: '', isSecret: true, stored: 'KEY' };
  expect(needsValue(stored)).toBe(false);
  expect(needsValue({ ...stored, name: 'OTHER' })).toBe(true);
  expect(needsValue({ ...stored, isSecret: false })).toBe(true);
  expect(needsValue({ ...stored, name: 'OTHER', value: 'x' })).toBe(false);
  expect(writeVariables({ variables: [{ ...stored, value: 'new' }] }).encrypted_user_data).toBe('{"KEY":"new"}');
});

test('names have the rules of the server', () => {
  const problem = (...names: string[]) =>
    nameProblem(
      names.map((name): Variable => ({ name })),
      0,
    );
  expect(['A_1', '', '1A', '_A', 'RUNTIME_MEMORY'].map((name) => problem(name))).toEqual([
    undefined,
    'missing',
    'name',
    'name',
    'reserved',
  ]);
  expect(problem('A', 'B', 'A')).toBe('twice');
  expect(knownChars([{ name: 'AB', value: 'xyz' }, {}])).toBe(5);
});

test('lines of an .env file become variables, and no other text', () => {
  expect(assignmentsIn('# mail\nexport HOST=smtp.example\n\nTOKEN="a=b "\r\nEMPTY=')).toEqual([
    { name: 'HOST', value: 'smtp.example', isSecret: false },
    { name: 'TOKEN', value: 'a=b ', isSecret: false },
    { name: 'EMPTY', value: '', isSecret: false },
  ]);
  expect(['HOST', 'two words = 1', ''].map(assignmentsIn)).toEqual([undefined, undefined, undefined]);
});
