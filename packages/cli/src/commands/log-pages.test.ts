import { expect, test } from 'vitest';
import { type LogPageQuery, newestLines } from './log-pages.ts';

/** A log of `total` lines, newest first, in pages of at most 500. */
function log(total: number) {
  const requested: LogPageQuery[] = [];
  const read = async (page: LogPageQuery) => {
    requested.push(page);
    const from = Number(page.cursor ?? 0);
    const to = Math.min(from + Number(page.limit), total);
    const lines = Array.from({ length: to - from }, (_, at) => total - from - at);
    return { lines, ...(to < total ? { next_cursor: String(to) } : {}) };
  };
  return { requested, read };
}

test.each([
  [0, 10, 0, 1],
  [3, 10, 3, 1],
  [2000, 1, 1, 1],
  [2000, 1200, 1200, 3],
  [10, 0, 0, 0],
])('of %d lines, %d at most are %d, oldest first, in %d requests', async (total, limit, count, requests) => {
  const { requested, read } = log(total);
  const lines = await newestLines(limit, read);
  expect(lines).toEqual(Array.from({ length: count }, (_, at) => total - count + 1 + at));
  expect(requested).toHaveLength(requests);
});
