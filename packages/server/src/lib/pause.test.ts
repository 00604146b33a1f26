import { getEventListeners } from 'node:events';
import { expect, it } from 'vitest';
import { ManualClock } from './manual-clock.ts';
import { pause } from './pause.ts';

it('ends after its time, and leaves no listener on the signal', async () => {
  const clock = new ManualClock();
  const { signal } = new AbortController();
  const paused = pause(clock, 1_000, signal);
  expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  clock.advance(1_000);
  await paused;
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
});

it('ends when the signal is aborted', async () => {
  const control = new AbortController();
  const paused = pause(new ManualClock(), 1_000, control.signal);
  control.abort();
  await paused;
});

it('does not begin when the signal was aborted before', async () => {
  await pause(new ManualClock(), 1_000, AbortSignal.abort());
});
