import { describe, expect, it } from 'vitest';
import { PlatformError } from '../../lib/platform-error.ts';
import { lastMinutes, requestedSteps } from './metric-steps.ts';

const MINUTE = 60_000;
const now = Date.UTC(2026, 2, 10, 12, 34, 56);
const pointsOf = ({ from, to, stepMs }: { from: number; to: number; stepMs: number }): number =>
  Math.floor(to / stepMs) - Math.floor(from / stepMs) + 1;

describe('minutes back from now', () => {
  it.each([
    ['1', 1, 1],
    ['60', 1, 60],
    ['61', 5, 13],
    ['1440', 15, 96],
    ['4320', 60, 72],
    ['10080', 180, 56],
  ])('%s are shown in steps of %i, which are %i', (period, step, points) => {
    const range = lastMinutes(period, now, 10_080);
    expect(range.stepMs).toBe(step * MINUTE);
    expect(Math.abs(pointsOf(range) - points)).toBeLessThanOrEqual(1);
    expect(pointsOf(range)).toBeLessThanOrEqual(100);
  });

  it.each(['', '0', '-1', '1.5', '10081', '1e3', 'NaN'])('refuses %j', (period) => {
    expect(() => lastMinutes(period, now, 10_080)).toThrow(PlatformError);
  });
});

describe('a requested range', () => {
  it('is the last hour in minutes by default', () => {
    expect(pointsOf(requestedSteps({}, now))).toBe(61);
  });

  it('ends before `to`', () => {
    const range = requestedSteps({ from: '2026-03-10T10:00:00Z', to: '2026-03-10T11:00:00Z', step: '300' }, now);
    expect(pointsOf(range)).toBe(12);
  });

  it.each([
    { step: '0' },
    { step: '59' },
    { step: '90' },
    { step: '172800' },
    { from: '2026-01-01T00:00:00Z', step: '60' },
    { from: '2026-03-11T00:00:00Z' },
    { from: 'yesterday' },
  ])('refuses %j', (requested) => {
    expect(() => requestedSteps(requested, now)).toThrow(PlatformError);
  });
});
