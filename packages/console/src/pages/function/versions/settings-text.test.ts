import { expect, test } from 'vitest';
import type { ShownFunction } from '../shown-function.ts';
import { settingsText } from './settings-text.ts';

const config = (given: object) => ({ dependencies: [], ...given }) as unknown as ShownFunction['config'];

test('has each variable in a line of its own, and names dependencies with their version', () => {
  const text = settingsText(
    config({
      handler: 'index.handler',
      user_data: '{"A":"1","B":"2"}',
      description: '',
      last_modified: 'today',
      dependencies: [{ name: 'shapes', version: 2 }],
    }),
  );
  expect(text).not.toContain('today');
  expect(text).not.toContain('description');
  expect(text.split('\n')).toEqual(
    expect.arrayContaining(['    "A": "1",', '    "B": "2"', '    "shapes 2"', '  "handler": "index.handler",']),
  );
});

test('leaves what is no JSON as it is', () => {
  expect(settingsText(config({ description: '{no json' }))).toContain('"{no json"');
});
