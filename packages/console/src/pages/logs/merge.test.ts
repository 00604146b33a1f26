import { expect, test } from 'vitest';
import type { ShownLine } from '../../parts/log-view/index.ts';
import { joined, MOST_LINES, merged } from './merge.ts';

const line = (second: number, message: string, source = 'a'): ShownLine => ({
  time: new Date(second * 1000).toISOString(),
  level: 'INFO',
  message,
  requestId: '',
  source,
});
const messages = (lines: readonly ShownLine[]) => lines.map(({ message }) => message);

test('lines of several sources stand in the order of time', () => {
  const a = { lines: [line(3, 'a3'), line(1, 'a1')], hasMore: false };
  const b = { lines: [line(2, 'b2')], hasMore: false };
  expect(messages(merged([a, b]))).toEqual(['a1', 'b2', 'a3']);
});

test('no line is shown before a source was read that far', () => {
  const a = { lines: [line(9, 'a9'), line(8, 'a8')], hasMore: true };
  const b = { lines: [line(9, 'b9'), line(1, 'b1')], hasMore: false };
  expect(messages(merged([a, b]))).toEqual(['a8', 'a9', 'b9']);
});

test('a line that was read and came in live is shown once', () => {
  expect(messages(joined([line(1, 'x'), line(2, 'y')], [line(2, 'y'), line(2, 'z')]))).toEqual(['x', 'y', 'z']);
});

test('of very many lines the newest stay', () => {
  const live = Array.from({ length: MOST_LINES + 5 }, (_, n) => line(n, String(n)));
  const shown = joined([], live);
  expect(shown).toHaveLength(MOST_LINES);
  expect(shown.at(-1)?.message).toBe(String(MOST_LINES + 4));
});
