import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LinkedQueue, type QueuePlace } from './linked-queue.ts';

const change = fc.oneof(
  fc.record({ kind: fc.constant('add' as const), item: fc.nat() }),
  fc.record({ kind: fc.constant('remove' as const), at: fc.nat(20) }),
);

describe('LinkedQueue', () => {
  it('holds what an array holds after the same changes', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
        const queue = new LinkedQueue<number>();
        const array: QueuePlace<number>[] = [];
        for (const step of changes) {
          if (step.kind === 'add') array.push(queue.add(step.item));
          else for (const place of array.splice(step.at, 1)) expect(queue.remove(place)).toBe(true);
          const items = array.map(({ item }) => item);
          expect([...queue]).toEqual(items);
          expect(queue.size).toBe(items.length);
          expect(queue.first).toBe(items[0]);
          expect(queue.last).toBe(items.at(-1));
        }
      }),
    );
  });

  it('removes an item once', () => {
    const queue = new LinkedQueue<string>();
    const place = queue.add('only');
    expect(queue.remove(place)).toBe(true);
    expect(queue.remove(place)).toBe(false);
    expect(queue.size).toBe(0);
  });

  it('yields each item while those that it has yielded leave', () => {
    const queue = new LinkedQueue<number>();
    const places = [1, 2, 3].map((item) => queue.add(item));
    const seen: number[] = [];
    for (const item of queue) {
      seen.push(item);
      queue.remove(places[item - 1] as QueuePlace<number>);
    }
    expect(seen).toEqual([1, 2, 3]);
    expect(queue.size).toBe(0);
  });
});
