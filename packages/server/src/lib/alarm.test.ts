import { expect, it } from 'vitest';
import { Alarm } from './alarm.ts';
import { ManualClock } from './manual-clock.ts';

it('rings once, at the earliest requested time', () => {
  const clock = new ManualClock();
  const rung: number[] = [];
  const begin = clock.now();
  const alarm = new Alarm(clock, () => rung.push(clock.now() - begin));
  for (const at of [500, 200, 300]) alarm.at(begin + at);
  clock.advance(1_000);
  expect(rung).toEqual([200]);
  alarm.at(begin);
  expect(rung).toEqual([200, 1_000]);
  alarm.at(begin + 2_000);
  alarm.cancel();
  clock.advance(2_000);
  expect(rung).toHaveLength(2);
});
