import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Collector } from './collector.ts';

it('gives back the pieces in their order, however large they are', () => {
  const sizes = fc.array(fc.oneof(fc.nat(3), fc.nat(5000), fc.integer({ min: 4000, max: 70_000 })), { maxLength: 60 });
  fc.assert(
    fc.property(sizes, (lengths) => {
      const collector = new Collector();
      const pieces = lengths.map((length, at) => Buffer.alloc(length, at));
      for (const piece of pieces) collector.push(piece);
      expect(collector.whole().equals(Buffer.concat(pieces))).toBe(true);
    }),
    { numRuns: 50 },
  );
});

it('takes little more than its size for a body of single bytes', () => {
  const before = process.memoryUsage();
  const collector = new Collector();
  for (let at = 0; at < 2_000_000; at += 1) collector.push(Buffer.from([at]));
  const { arrayBuffers } = process.memoryUsage();
  expect(arrayBuffers - before.arrayBuffers).toBeLessThan(40 * 1024 * 1024);
  expect(collector.whole()).toHaveLength(2_000_000);
});
