import { expect, it } from 'vitest';
import { ManualClock } from './manual-clock.ts';
import { RareNotice } from './rare-notice.ts';

it('a notice is written once in its time, the next one with the number of those that were left out', () => {
  const clock = new ManualClock();
  const notice = new RareNotice(clock, 1_000);
  const written: number[] = [];
  const request = (): void => notice.request((omitted) => void written.push(omitted));
  for (let times = 0; times < 5; times += 1) request();
  expect(written).toEqual([0]);
  clock.advance(1_000);
  for (let times = 0; times < 3; times += 1) request();
  clock.advance(2_000);
  request();
  expect(written).toEqual([0, 4, 2]);
});
