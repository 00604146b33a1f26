import { describe, expect, it } from 'vitest';
import { slowAfterMs } from './lane-patience.ts';

describe('the first request of a lane is slow', () => {
  it.each([
    { machine: 'idle', lateMs: 0, slowMs: 5 },
    { machine: 'working', lateMs: 1, slowMs: 5 },
    { machine: 'at its limit', lateMs: 10, slowMs: 40 },
    { machine: 'crowded', lateMs: 30, slowMs: 120 },
    { machine: 'standing still', lateMs: 2000, slowMs: 200 },
  ])('after $slowMs ms on a machine that is $machine', ({ lateMs, slowMs }) => {
    expect(slowAfterMs(lateMs)).toBe(slowMs);
  });
});
