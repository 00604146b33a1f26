import { expect, it } from 'vitest';
import { runRange } from './run-range.ts';

const NOW = Date.UTC(2027, 0, 10, 12);
const DAY = 86_400_000;

it.each([
  ['the last three days without times', {}, NOW - 3 * DAY, NOW + 1],
  ['three days from a start', { start_time: '2027-01-01 00:00:00' }, Date.UTC(2027, 0, 1), Date.UTC(2027, 0, 4)],
  ['three days to an end', { end_time: '2027-01-04 00:00:00' }, Date.UTC(2027, 0, 1), Date.UTC(2027, 0, 4) + 1000],
  [
    'both, with the whole last second',
    { start_time: '2027-01-01T00:00:00Z', end_time: '2027-01-01T00:00:00Z' },
    Date.UTC(2027, 0, 1),
    Date.UTC(2027, 0, 1) + 1000,
  ],
  ['empty texts as none', { start_time: '', end_time: '' }, NOW - 3 * DAY, NOW + 1],
])('is %s', (_what, requested, from, to) => {
  expect(runRange(requested, NOW)).toEqual({ from, to });
});

it.each([
  [{ start_time: 'yesterday' }, 'start_time'],
  [{ end_time: '5' }, 'end_time'],
  [{ start_time: '2027-01-02 00:00:00', end_time: '2027-01-01 00:00:00' }, 'after'],
])('refuses %j', (requested, text) => {
  expect(() => runRange(requested, NOW)).toThrow(text);
});
