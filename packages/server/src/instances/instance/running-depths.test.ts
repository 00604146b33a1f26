import { expect, it } from 'vitest';
import { RunningDepths } from './running-depths.ts';

it('lists each depth of the running requests once, and 0 for calls from outside', () => {
  const depths = new RunningDepths();
  expect(depths.running(0)).toEqual([]);
  expect(depths.running(2)).toEqual([0]);
  depths.begin(3);
  depths.begin(3);
  depths.begin(5);
  expect(depths.running(3)).toEqual([3, 5]);
  expect(depths.running(4)).toEqual([0, 3, 5]);
  depths.end(3);
  expect(depths.running(2)).toEqual([3, 5]);
  depths.end(3);
  depths.end(5);
  expect(depths.running(1)).toEqual([0]);
});
