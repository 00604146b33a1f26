import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ReservedSnapshot, reservedStep } from './reserved-step.ts';

const one = (id: string, change: Partial<ReservedSnapshot['instances'][number]> = {}) => ({
  id,
  key: 'k',
  usable: true,
  busy: false,
  ...change,
});
const base: ReservedSnapshot = { count: 2, key: 'k', instances: [], starting: 0, paused: false };

describe('a step towards the reserved number', () => {
  it.each<[string, Partial<ReservedSnapshot>, ReturnType<typeof reservedStep>]>([
    ['starts missing instances', { instances: [one('a')] }, { start: 1, release: [] }],
    ['starts none that already start', { starting: 2 }, { start: 0, release: [] }],
    ['starts none while paused', { paused: true }, { start: 0, release: [] }],
    [
      'ends those of an older launch and replaces them at once',
      { instances: [one('old', { key: 'j' }), one('a')] },
      { start: 1, release: ['old'] },
    ],
    ['ends a draining one', { instances: [one('a', { usable: false }), one('b')] }, { start: 1, release: ['a'] }],
    [
      'ends idle ones before busy ones',
      { count: 1, instances: [one('a', { busy: true }), one('b'), one('c')] },
      { start: 0, release: ['b', 'c'] },
    ],
    [
      'ends all at zero',
      { count: 0, instances: [one('a'), one('b', { busy: true })] },
      { start: 0, release: ['a', 'b'] },
    ],
  ])('%s', (_, change, expected) => {
    expect(reservedStep({ ...base, ...change })).toEqual(expected);
  });

  it('never has more than wanted after it, and exactly as many unless paused', () => {
    const snapshot = fc.record({
      count: fc.nat(5),
      key: fc.constant('k'),
      instances: fc.uniqueArray(
        fc.record({ id: fc.uuid(), key: fc.constantFrom('k', 'j'), usable: fc.boolean(), busy: fc.boolean() }),
        { maxLength: 8, selector: ({ id }) => id },
      ),
      starting: fc.nat(3),
      paused: fc.boolean(),
    });
    fc.assert(
      fc.property(snapshot, (s) => {
        const { start, release } = reservedStep(s);
        const kept = s.instances.filter(({ id }) => !release.includes(id));
        expect(kept.every(({ key, usable }) => usable && key === 'k')).toBe(true);
        expect(kept.length).toBeLessThanOrEqual(s.count);
        if (!s.paused) expect(kept.length + s.starting + start).toBeGreaterThanOrEqual(s.count);
        if (start > 0) expect(kept.length + s.starting + start).toBe(s.count);
      }),
    );
  });
});
