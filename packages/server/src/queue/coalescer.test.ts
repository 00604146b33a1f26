import { expect, it } from 'vitest';
import { Coalescer } from './coalescer.ts';

interface Batch {
  readonly items: readonly string[];
  answer(results?: readonly string[]): void;
  refuse(error: Error): void;
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

function setUp() {
  const batches: Batch[] = [];
  const coalescer = new Coalescer<string, string>({
    together: (items) =>
      new Promise((resolve, reject) => {
        batches.push({ items, answer: () => resolve(items.map((item) => `${item}!`)), refuse: reject });
      }),
    alone: async (item) => {
      if (item === 'bad') throw new Error('bad item');
      return `${item} alone`;
    },
    isRefusal: (error) => (error as Error).message === 'refused',
  });
  return { batches, add: (...items: string[]) => Promise.allSettled(items.map((item) => coalescer.add(item))) };
}

it('runs items of the same moment together, and later ones in a second batch', async () => {
  const { batches, add } = setUp();
  const first = add('a', 'b');
  await turn();
  const second = add('c');
  await turn();
  const third = add('d', 'e');
  await turn();
  expect(batches.map(({ items }) => items)).toEqual([['a', 'b'], ['c']]);
  batches[1]?.answer();
  expect(await second).toEqual([{ status: 'fulfilled', value: 'c!' }]);
  await turn();
  expect(batches[2]?.items).toEqual(['d', 'e']);
  for (const batch of batches) batch.answer();
  expect(await first).toEqual(['a!', 'b!'].map((value) => ({ status: 'fulfilled', value })));
  await third;
});

it('limits a batch', async () => {
  const { batches, add } = setUp();
  const all = add(...Array.from({ length: 600 }, (_, n) => String(n)));
  await turn();
  await turn();
  expect(batches.map(({ items }) => items.length)).toEqual([256, 256]);
  for (const batch of batches) batch.answer();
  await turn();
  await turn();
  expect(batches[2]?.items).toHaveLength(88);
  batches[2]?.answer();
  expect((await all).map((each) => each.status === 'fulfilled' && each.value)).toContain('599!');
});

it('runs the items of a refused batch by themselves, and rejects those of a batch that failed otherwise', async () => {
  const { batches, add } = setUp();
  const refused = add('a', 'bad');
  await turn();
  batches[0]?.refuse(new Error('refused'));
  expect(await refused).toMatchObject([{ value: 'a alone' }, { reason: { message: 'bad item' } }]);
  const failed = add('c', 'd');
  await turn();
  batches[1]?.refuse(new Error('unavailable'));
  expect(await failed).toMatchObject([{ reason: { message: 'unavailable' } }, { reason: { message: 'unavailable' } }]);
});
