import { expect, it } from 'vitest';
import { ManualClock } from '../lib/manual-clock.ts';
import { PlatformError } from '../lib/platform-error.ts';
import { onceReachable } from './once-reachable.ts';

/** Work that fails so often; resolves with its number of tries. */
const failing = (times: number, error: Error) => {
  let tries = 0;
  const work = async (): Promise<number> => {
    tries += 1;
    if (tries <= times) throw error;
    return tries;
  };
  return { work, tries: () => tries };
};
const away = new PlatformError('unavailable', 'the database cannot be reached');

it('a part of the start waits for a database that does not answer, but not for ever', async () => {
  const clock = new ManualClock();
  const { work } = failing(3, away);
  let result: unknown;
  void onceReachable(clock, work).then((tries) => {
    result = tries;
  });
  await expect
    .poll(() => {
      clock.advance(500);
      return result;
    })
    .toBe(4);
  const never = failing(Infinity, away);
  void onceReachable(clock, never.work).catch((error: unknown) => {
    result = error;
  });
  await expect
    .poll(() => {
      clock.advance(500);
      return result;
    })
    .toBe(away);
  expect(never.tries()).toBe(20);
});

it('a part of the start that is refused is not run again', async () => {
  const refused = new Error('refused');
  const { work, tries } = failing(Infinity, refused);
  await expect(onceReachable(new ManualClock(), work)).rejects.toBe(refused);
  expect(tries()).toBe(1);
});
