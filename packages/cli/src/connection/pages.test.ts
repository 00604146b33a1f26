import { expect, test } from 'vitest';
import { pagesOf } from './pages.ts';

test('a list is read page after page, each named by the answer before it', async () => {
  const pages: Record<number, { rows: string[]; next?: number }> = { 0: { rows: ['a'], next: 5 }, 5: { rows: ['b'] } };
  const seen: string[] = [];
  const call = async (page: number) => ({ data: pages[page] ?? { rows: ['unexpected'] } });
  for await (const { rows } of pagesOf(0, call, (answer) => answer.next)) seen.push(...rows);
  expect(seen).toEqual(['a', 'b']);
});

test('a list that the server never ends fails', async () => {
  const read = async () => {
    for await (const _ of pagesOf(
      0,
      async (page) => ({ data: page }),
      (page) => page + 1,
    ));
  };
  await expect(read()).rejects.toMatchObject({ code: 'CLI.PROTOCOL' });
});
