import { expect, test } from 'vitest';
import { splitOf } from './alias-split.ts';

test('knows where the requests of an alias go', () => {
  expect(splitOf({ version: 'v1' })).toEqual({ kind: 'one', version: 'v1' });
  expect(splitOf({ version: 'v1', additional_version_weights: { v2: 10 } })).toEqual({
    kind: 'weight',
    version: 'v1',
    grey: 'v2',
    percent: 10,
  });
  const rules = [{ rule_type: 'header', param: 'x', op: '=', value: 'y' }] as const;
  expect(
    splitOf({ version: 'v1', additional_version_strategy: { v2: { combine_type: 'and', rules: [...rules] } } }),
  ).toEqual({ kind: 'rules', version: 'v1', grey: 'v2', combine: 'and', rules });
});
