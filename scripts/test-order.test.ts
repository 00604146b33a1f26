import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spread } from './test-order.ts';

describe('the order of test files', () => {
  it('has waiting files beside computing ones from the start, and ends with computing ones', () => {
    expect(spread(['W1', 'W2', 'W3'], ['c1', 'c2', 'c3', 'c4', 'c5', 'c6', 'c7', 'c8']).join(' ')).toBe(
      'W1 c1 c2 W2 c3 c4 W3 c5 c6 c7 c8',
    );
  });

  it('has each file once, and keeps the order of each kind', () => {
    fc.assert(
      fc.property(fc.nat(20), fc.nat(20), (waits, computes) => {
        const waiting = Array.from({ length: waits }, (_, n) => `W${n}`);
        const computing = Array.from({ length: computes }, (_, n) => `c${n}`);
        const order = spread(waiting, computing);
        expect(order.filter((file) => file.startsWith('W'))).toEqual(waiting);
        expect(order.filter((file) => file.startsWith('c'))).toEqual(computing);
        expect(order).toHaveLength(waits + computes);
      }),
    );
  });
});
