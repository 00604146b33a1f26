import fc from 'fast-check';
import { expect, it } from 'vitest';
import { batchId, batchLength } from './message-batch.ts';

it('a batch has at least one message, at most as many as it may have, and no more bytes unless it is one', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(1000), { minLength: 1 }),
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 2000 }),
      (sizes, most, room) => {
        const length = batchLength(sizes, most, room);
        expect(length).toBeGreaterThanOrEqual(1);
        expect(length).toBeLessThanOrEqual(Math.min(most, sizes.length));
        const bytes = (count: number): number => sizes.slice(0, count).reduce((sum, size) => sum + size + 1, 0);
        if (length > 1) expect(bytes(length)).toBeLessThanOrEqual(room);
        if (length < Math.min(most, sizes.length)) expect(bytes(length + 1)).toBeGreaterThan(room);
      },
    ),
  );
});

it('the id of a batch is that of its place and of all its messages', () => {
  const ids = [
    batchId(['t', 0, '5'], ['"a"', '"b"']),
    batchId(['t', 0, '6'], ['"a"', '"b"']),
    batchId(['t', 0, '5'], ['"a"']),
    batchId(['t', 0, '5'], ['"a"', '"c"']),
    batchId(['t', 0, '5'], ['"ab"']),
  ];
  expect(new Set(ids).size).toBe(5);
  expect(batchId(['t', 0, '5'], ['"a"', '"b"'])).toBe(ids[0]);
});
