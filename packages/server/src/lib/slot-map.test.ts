import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SlotMap } from './slot-map.ts';

const change = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('set' as const), key: fc.nat(8), value: fc.nat() }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('delete' as const), key: fc.nat(8) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('clear' as const) }) },
);

describe('SlotMap', () => {
  it('holds what a Map holds after the same changes, in the same order', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
        const slots = new SlotMap<number, number>();
        const map = new Map<number, number>();
        for (const step of changes) {
          if (step.kind === 'clear') {
            slots.clear();
            map.clear();
          } else if (step.kind === 'delete') expect(slots.delete(step.key)).toBe(map.delete(step.key));
          else {
            slots.set(step.key, step.value);
            map.set(step.key, step.value);
          }
          expect(slots.size).toBe(map.size);
          expect([...slots.keys()]).toEqual([...map.keys()]);
          expect([...slots.values()]).toEqual([...map.values()]);
          for (let key = 0; key <= 8; key += 1) {
            expect(slots.get(key)).toBe(map.get(key));
            expect(slots.has(key)).toBe(map.has(key));
          }
        }
      }),
    );
  });
});
