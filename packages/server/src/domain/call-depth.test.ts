import fc from 'fast-check';
import { expect, it } from 'vitest';
import { depthOfCall } from './call-depth.ts';

const depth = fc.nat(16);

it('is one more than that of the request whose key signed the call', () => {
  fc.assert(
    fc.property(depth, fc.array(depth), (own, others) => {
      expect(depthOfCall(own + 1, [own, ...others])).toBe(own + 1);
    }),
  );
});

it('is one more than that of the deepest running request when the key is that of an earlier one', () => {
  expect(depthOfCall(1, [7])).toBe(8);
  expect(depthOfCall(12, [3, 5])).toBe(6);
  expect(depthOfCall(undefined, [3, 5])).toBe(6);
});

it('is that of the key alone between requests and outside of the sandbox', () => {
  expect(depthOfCall(4, [])).toBe(4);
  expect(depthOfCall(undefined, [])).toBe(0);
});

it('never decreases along a chain, however old its keys are', () => {
  fc.assert(
    fc.property(fc.array(fc.option(depth, { nil: undefined }), { maxLength: 16 }), (keys) => {
      let current = 0;
      for (const key of keys) {
        const next = depthOfCall(key, [current]);
        expect(next).toBe(current + 1);
        current = next;
      }
    }),
  );
});
