import { expect, it } from 'vitest';
import type { ShownTry } from '../model/run-model.ts';
import { busySpans, idleSpans, timeScale } from './time-scale.ts';

const RUN = { from: 0, to: 10_000 };
const each = (node: string, startedAt: number, endedAt: number, more: Partial<ShownTry> = {}): ShownTry => ({
  node,
  inside: [],
  attempt: 1,
  nth: 0,
  status: 'success',
  input: { json: null, bytes: 4 },
  startedAt,
  endedAt,
  ...more,
});

it('finds the long times in which no node worked', () => {
  const tries = [
    each('check', 0, 500),
    each('rows', 500, 9000),
    each('row', 500, 600, { inside: [{ node: 'rows', index: 0 }], retryAt: 8900 }),
    each('row', 8900, 9000, { inside: [{ node: 'rows', index: 0 }] }),
    each('pause', 9000, 9900, { due: 9900 }),
  ];
  // the loop itself and the short wait do not count
  expect(idleSpans(busySpans(tries), RUN)).toEqual([{ from: 600, to: 8900 }]);
});

it('folds no wait that is shorter than the work', () => {
  const tries = [each('work', 0, 6000), each('pause', 6000, 10_000, { due: 10_000 })];
  expect(idleSpans(busySpans(tries), RUN)).toEqual([]);
});

it('draws a fold small, and the rest to scale', () => {
  const { folds, partOf, momentOf } = timeScale(RUN, [{ from: 1000, to: 9000 }]);
  expect(folds).toEqual([{ from: expect.closeTo(0.44), to: expect.closeTo(0.56), ms: 8000 }]);
  expect([0, 500, 1000, 9000, 9500, 10_000].map(partOf)).toEqual(
    [0, 0.22, 0.44, 0.56, 0.78, 1].map((part) => expect.closeTo(part)),
  );
  expect([0, 0.22, 0.78, 1].map(momentOf)).toEqual([0, 500, 9500, 10_000].map((ms) => expect.closeTo(ms)));
});

it('draws all to scale without a fold, and never outside', () => {
  const { folds, partOf } = timeScale(RUN, []);
  expect(folds).toEqual([]);
  expect([-5, 0, 2500, 10_000, 20_000].map(partOf)).toEqual([0, 0, 0.25, 1, 1]);
});

it('draws a run that only waits', () => {
  const { partOf } = timeScale({ from: 0, to: 5000 }, [{ from: 0, to: 5000 }]);
  expect(partOf(0)).toBe(0);
  expect(partOf(5000)).toBeLessThanOrEqual(1);
});
