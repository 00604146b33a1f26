import { pino } from 'pino';
import { expect, it, vi } from 'vitest';
import { ManualClock } from '../lib/manual-clock.ts';
import { Housekeeping } from './housekeeping.ts';

it('gives the space of removed rows back once a minute, also after a failure', () => {
  const reclaim = vi.fn(() => Promise.reject(new Error('disk full')));
  const clock = new ManualClock();
  const housekeeping = new Housekeeping({
    queue: { purge: async () => 0 },
    deadLetters: { trim: async () => [], trimOwners: async () => {} },
    sweepLeftovers: async () => {},
    sweepShared: async () => {},
    reclaim,
    clock,
    log: pino({ level: 'silent' }),
    keep: { finishedDays: 1, deadDays: 1, deadPerFunction: 1 },
  });
  housekeeping.start();
  for (let minute = 0; minute < 3; minute += 1) clock.advance(60_000);
  expect(reclaim).toHaveBeenCalledTimes(3);
  housekeeping.stop();
  clock.advance(60_000);
  expect(reclaim).toHaveBeenCalledTimes(3);
});

it('does what one server does for all only as long as it is the one', async () => {
  const purge = vi.fn(async () => 0);
  const clock = new ManualClock();
  let isHeld = true;
  const housekeeping = new Housekeeping({
    queue: { purge },
    deadLetters: { trim: async () => [], trimOwners: async () => {} },
    sweepLeftovers: async () => {},
    sweepShared: async () => {},
    reclaim: async () => {},
    clock,
    log: pino({ level: 'silent' }),
    keep: { finishedDays: 1, deadDays: 1, deadPerFunction: 1 },
  });
  const passHour = async (): Promise<void> => {
    clock.advance(3_600_000);
    await new Promise(setImmediate);
  };
  housekeeping.start();
  await passHour();
  expect(purge).not.toHaveBeenCalled();
  housekeeping.startShared(() => isHeld);
  await passHour();
  expect(purge).toHaveBeenCalledTimes(2);
  isHeld = false;
  await passHour();
  isHeld = true;
  housekeeping.stopShared();
  await passHour();
  expect(purge).toHaveBeenCalledTimes(2);
  housekeeping.stop();
});
