import { expect, it } from 'vitest';
import { targetOf, unneeded, versionName } from './alias-target.ts';

it('points to the newest version, or leaves the one before with a share or with rules', () => {
  expect(targetOf('d2', 'd1', undefined, '')).toEqual({ version: 'd2', description: '' });
  expect(targetOf('d1', undefined, { share: 10 }, '')).toEqual({ version: 'd1', description: '' });
  expect(targetOf('d2', 'd1', { share: 10 }, '')).toMatchObject({
    version: 'd1',
    additional_version_weights: { d2: 10 },
  });
  expect(targetOf('d2', 'd1', { rules: ['header:X-Group=beta,staff'], any: true }, '')).toMatchObject({
    version: 'd1',
    additional_version_strategy: {
      d2: {
        combine_type: 'or',
        rules: [{ rule_type: 'header', param: 'X-Group', op: 'in', value: 'beta,staff' }],
      },
    },
  });
});

it('names equal states alike', () => {
  expect(versionName('a')).toBe(versionName('a'));
  expect(versionName('a')).not.toBe(versionName('b'));
});

it('deletes its own versions that nothing uses, but the last two', () => {
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(versionName) as [string, string, string, string];
  expect(unneeded(['latest', a, 'v1', b, c, d], new Set([a]))).toEqual([d]);
});
