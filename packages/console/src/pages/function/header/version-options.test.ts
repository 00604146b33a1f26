import { expect, test } from 'vitest';
import { versionOptions } from './version-options.ts';

test('latest stands alone, versions keep their order and an alias shows where it points', () => {
  const versions = [{ version: 'latest' }, { version: 'v2' }, { version: 'v1' }];
  const { latest, published, named } = versionOptions(versions, [{ name: 'live', version: 'v1' }]);
  expect(latest.value).toBe('latest');
  expect(published.map(({ value }) => value)).toEqual(['v2', 'v1']);
  expect(named).toEqual([{ value: '!live', label: 'live → v1' }]);
});
