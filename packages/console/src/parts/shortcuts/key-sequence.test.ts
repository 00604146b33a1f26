import { expect, test } from 'vitest';
import { keyStep, pressName } from './key-sequence.ts';

const press = (key: string, held: { ctrlKey?: boolean; metaKey?: boolean; altKey?: boolean } = {}) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  ...held,
});
const KNOWN = ['?', '/', 'g f', 'g o', 'Ctrl+s'];

test('a single key runs its shortcut', () => {
  expect(keyStep('', press('?'), KNOWN)).toEqual({ kind: 'run', keys: '?' });
});

test('the first key of a longer shortcut waits for the next one', () => {
  expect(keyStep('', press('g'), KNOWN)).toEqual({ kind: 'wait', pressed: 'g' });
  expect(keyStep('g', press('f'), KNOWN)).toEqual({ kind: 'run', keys: 'g f' });
});

test('a key that continues nothing begins anew', () => {
  expect(keyStep('g', press('/'), KNOWN)).toEqual({ kind: 'run', keys: '/' });
  expect(keyStep('g', press('g'), KNOWN)).toEqual({ kind: 'wait', pressed: 'g' });
  expect(keyStep('g', press('x'), KNOWN)).toEqual({ kind: 'none' });
});

test('Ctrl and the command key are the same, and Alt belongs to the browser', () => {
  expect(pressName(press('S', { ctrlKey: true }))).toBe('Ctrl+s');
  expect(keyStep('', press('s', { metaKey: true }), KNOWN)).toEqual({ kind: 'run', keys: 'Ctrl+s' });
  expect(keyStep('', press('?', { altKey: true }), KNOWN)).toEqual({ kind: 'none' });
});
