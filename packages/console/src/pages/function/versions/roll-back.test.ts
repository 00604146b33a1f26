import { expect, test } from 'vitest';
import { movableAliases } from './roll-back.ts';
import type { Alias } from './version-list.ts';

const alias = (name: string, version: string, more: Partial<Alias> = {}) => ({ name, version, ...more }) as Alias;
const names = (aliases: readonly Alias[], version: string) => movableAliases(aliases, version).map(({ name }) => name);

test('a version to which no alias points is open to all of them', () => {
  expect(names([alias('live', 'v2'), alias('beta', 'v3')], 'v1')).toEqual(['live', 'beta']);
});

test('a version with a part of the requests is open to the alias that sends them', () => {
  const live = alias('live', 'v1', { additional_version_weights: { v2: 5 } });
  expect(names([live], 'v2')).toEqual(['live']);
});

test('of a version with an alias only the grey release can end', () => {
  const live = alias('live', 'v1', { additional_version_weights: { v2: 5 } });
  expect(names([live, alias('beta', 'v3')], 'v1')).toEqual(['live']);
  expect(names([live, alias('beta', 'v3')], 'v3')).toEqual([]);
});
