import { expect, it } from 'vitest';
import { compatibility, compatibilityFaults, REFUSED } from './compatibility.ts';

it('knows the 92 operations of the SDK, each once', () => {
  const names = compatibility().map(({ operation }) => operation);
  expect(names).toHaveLength(92);
  expect(new Set(names).size).toBe(92);
});

it('has a route where each is documented, or gives the reason', () => {
  expect(compatibilityFaults()).toEqual([]);
});

it('names each missing part', () => {
  for (const { operation, state, note } of compatibility()) {
    expect([operation, note === '']).toEqual([operation, state === 'works']);
  }
});

it('calls nothing that is refused works or partly', () => {
  const refused = compatibility().filter(({ operation }) => operation in REFUSED);
  expect(refused).toHaveLength(Object.keys(REFUSED).length);
  expect(new Set(refused.map(({ state }) => state))).toEqual(new Set(['not here']));
});
