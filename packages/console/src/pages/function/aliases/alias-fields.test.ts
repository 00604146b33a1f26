import { ERRORS } from '@funcgraph/api/errors';
import { expect, test } from 'vitest';
import { type AliasFields, fieldsOf, refusedField, targetOf } from './alias-fields.ts';

const ALIAS = {
  name: 'live',
  version: 'v1',
  description: '',
  last_modified: '2026-11-28T02:00:00Z',
  alias_urn: 'urn',
};
const rules = [
  { rule_type: 'header', param: 'X-Group', op: 'in', value: 'beta,staff' },
  { rule_type: 'cookie', param: 'group', op: '=', value: 'a, b' },
] as const;

test('reads and writes an alias with and without a second version', () => {
  for (const more of [
    {},
    { additional_version_weights: { v2: 0 } },
    { additional_version_strategy: { v2: { combine_type: 'or' as const, rules: [...rules] } } },
  ]) {
    const fields = fieldsOf({ ...ALIAS, ...more }) as AliasFields;
    expect(targetOf(fields)).toEqual({ version: 'v1', description: '', ...more });
  }
});

test('sends only the chosen way, and lists without spaces', () => {
  const [listed] = rules;
  const fields = { ...(fieldsOf(ALIAS) as AliasFields), isGrey: true, grey: 'v2' };
  expect(targetOf(fields)).toEqual({ version: 'v1', description: '', additional_version_weights: { v2: 10 } });
  expect(targetOf({ ...fields, way: 'rules', rules: [{ ...listed, value: ' beta , staff' }] })).toEqual({
    version: 'v1',
    description: '',
    additional_version_strategy: { v2: { combine_type: 'and', rules: [listed] } },
  });
  expect(targetOf({ ...fields, isGrey: false })).toEqual({ version: 'v1', description: '' });
});

test('knows the field of a refusal', () => {
  const code = ERRORS.invalid_additional_version.fss;
  expect(refusedField({ code, message: 'function f has no version v9 to be the additional one' })).toBe('grey');
  expect(refusedField({ code, message: 'param must be 1 to 64 letters, digits, _ and -' })).toBe('rules');
  expect(refusedField({ code: ERRORS.version_has_alias.fss, message: '' })).toBe('version');
  expect(refusedField({ code: 'FSS.0500', message: '' })).toBeUndefined();
});
