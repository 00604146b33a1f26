import { expect, it } from 'vitest';
import { aliasTarget } from './aliases.ts';

const rule = (extra: object = {}) => ({ rule_type: 'header', param: 'X-Group', op: '=', value: 'beta', ...extra });
const ruled = (list: object[], extra: object = {}) => ({
  version: 'v1',
  additional_version_strategy: { v2: { rules: list, ...extra } },
});

it('reads the one weighted version', () => {
  expect(aliasTarget({ version: 'v1', additional_version_weights: { v2: 25 } })).toEqual({
    version: 'v1',
    description: undefined,
    additional: { kind: 'weight', version: 'v2', percent: 25 },
  });
});

it('reads rules, with the usual source and combination when they are left out', () => {
  const second = rule({ rule_type: undefined, param: 'sid', op: 'in', value: 'a, b,c' });
  expect(aliasTarget(ruled([rule({ rule_type: 'cookie' }), second])).additional).toEqual({
    kind: 'rules',
    version: 'v2',
    combine: 'and',
    rules: [
      { source: 'cookie', name: 'X-Group', op: '=', values: ['beta'] },
      { source: 'header', name: 'sid', op: 'in', values: ['a', 'b', 'c'] },
    ],
  });
});

it.each<[string, object, RegExp]>([
  ['three versions', { additional_version_weights: { v2: 1, v3: 1 } }, /more than one version/],
  ['no weight', { additional_version_weights: { v2: undefined } }, /has no weight/],
  ['a weight and rules', { ...ruled([rule()]), additional_version_weights: { v2: 1 } }, /exclude each other/],
  ['a rule of an unknown kind', ruled([rule({ rule_type: 'body' })]), /rule_type must be/],
  ['a rule with an unknown operator', ruled([rule({ op: '!=' })]), /op must be/],
  ['an unknown way to combine rules', ruled([rule()], { combine_type: 'xor' }), /combine_type must be/],
])('refuses %s', (_what, body, message) => {
  expect(() => aliasTarget({ version: 'v1', ...body })).toThrow(message);
});
