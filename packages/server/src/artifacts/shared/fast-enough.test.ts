import { expect, it } from 'vitest';
import { fastEnough } from './fast-enough.ts';

const KB = 1024;

/** What passes of chunks that arrive at these moments. */
async function passed(chunks: readonly (readonly [at: number, bytes: number])[]): Promise<number[]> {
  let at = 0;
  const arriving = async function* (): AsyncGenerator<Buffer> {
    for (const [next, bytes] of chunks) {
      at = next;
      yield Buffer.alloc(bytes);
    }
  };
  const sizes: number[] = [];
  for await (const chunk of fastEnough(arriving(), { now: () => at })) sizes.push(chunk.length);
  return sizes;
}
const each = (everyMs: number, bytes: number, count: number): (readonly [number, number])[] =>
  Array.from({ length: count }, (_, index) => [index * everyMs, bytes]);

it('a download of single bytes ends after twenty seconds', async () => {
  expect(await passed(each(1_000, 1, 20))).toHaveLength(20);
  await expect(passed(each(1_000, 1, 21))).rejects.toThrow('too slowly');
});

it('one that becomes slow ends too', async () => {
  const fast = each(1_000, 100 * KB, 60);
  const slow = each(1_000, 1, 50).map(([at, bytes]) => [60_000 + at, bytes] as const);
  await expect(passed([...fast, ...slow])).rejects.toThrow('too slowly');
});

it('a slow line may take as long as it needs', async () => {
  expect(await passed(each(1_000, 10 * KB, 10_000))).toHaveLength(10_000);
});

it('nothing is judged before the first byte', async () => {
  expect(await passed([[60_000, 1]])).toEqual([1]);
});
