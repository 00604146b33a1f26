import { expect, it } from 'vitest';
import { ManualClock } from '../../../lib/manual-clock.ts';
import { LogShare } from './log-share.ts';

const run = { projectId: 'p', flowId: 'f', lines: 100, bytes: 1000 };

it.each([
  ['lines', { ...run, lines: 2500 }],
  ['bytes', { ...run, bytes: 4 * 1024 * 1024 }],
])('refuses %s beyond the share of a project, until the next second', (_what, half) => {
  const clock = new ManualClock();
  const share = new LogShare(clock);
  expect([half, half, run, run, { ...run, flowId: 'g' }].map((each) => share.admit(each))).toEqual([
    'admitted',
    'admitted',
    'first-refused',
    'refused',
    'first-refused',
  ]);
  expect(share.admit({ ...run, projectId: 'q', flowId: 'h' })).toBe('admitted');
  clock.advance(1000);
  expect([half, half, run].map((each) => share.admit(each))).toEqual(['admitted', 'admitted', 'first-refused']);
});
