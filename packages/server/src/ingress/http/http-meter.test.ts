import { expect, it } from 'vitest';
import { HttpMeter } from './http-meter.ts';

it('counts answers by time, bounds included, and by class of status', () => {
  const meter = new HttpMeter();
  meter.observe('list', 200, 1);
  meter.observe('list', 404, 1.01);
  meter.observe('list', 200, 90_000);
  meter.observe('other', 0, 3);
  const [list, other] = meter.times();
  expect(list).toMatchObject({ route: 'list', count: 3, sumMs: 90_002.01 });
  expect(list?.upTo.slice(0, 2)).toEqual([
    [1, 1],
    [2, 2],
  ]);
  expect(list?.upTo.at(-1)).toEqual([60_000, 2]);
  expect(Object.fromEntries(list?.statuses ?? [])).toEqual({ '2xx': 2, '4xx': 1 });
  expect(Object.fromEntries(other?.statuses ?? [])).toEqual({ other: 1 });
});
