import { beforeEach, expect, it } from 'vitest';
import { ManualClock } from '../lib/manual-clock.ts';
import { PlatformError } from '../lib/platform-error.ts';
import { LoginThrottle } from './login-throttle.ts';

let clock: ManualClock;
let throttle: LoginThrottle;

beforeEach(() => {
  clock = new ManualClock();
  throttle = new LoginThrottle(clock);
});

const fail = (name: string, client: string) => throttle.attempt({ name, client }, async () => undefined);
const succeed = (name: string, client: string) => throttle.attempt({ name, client }, async () => 'in');

/** For how many seconds tries are refused; the first that is not is `attempt` itself. */
async function waited(attempt: () => Promise<unknown>): Promise<number> {
  for (let seconds = 0; ; seconds += 1) {
    try {
      await attempt();
      return seconds;
    } catch (error) {
      if (!(error instanceof PlatformError)) throw error;
      expect(error.code).toBe('overloaded');
      expect(error.retryAfterSeconds).toBeGreaterThan(0);
      clock.advance(1000);
    }
  }
}

it('doubles the pause after each failure from the fifth on, up to five minutes, and ends it with a success', async () => {
  let client = 0;
  // never twice from the same address
  const next = () => {
    client += 1;
    return `client-${client}`;
  };
  for (let i = 0; i < 5; i += 1) expect(await fail('ada', next())).toBeUndefined();
  const pauses: number[] = [];
  for (let i = 0; i < 12; i += 1) pauses.push(await waited(() => fail('ada', next())));
  expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]);
  expect(await succeed('bob', next())).toBe('in');
  clock.advance(300_000);
  expect(await succeed('ada', next())).toBe('in');
  expect(await fail('ada', next())).toBeUndefined();
  expect(await fail('ada', next())).toBeUndefined();
});

it('lets a client fail thirty times, for any names, and then once in ten seconds', async () => {
  for (let i = 0; i < 30; i += 1) expect(await fail(`user-${i}`, 'one')).toBeUndefined();
  await expect(succeed('ada', 'one')).rejects.toMatchObject({ code: 'overloaded', retryAfterSeconds: 10 });
  expect(await succeed('ada', 'two')).toBe('in');
  const pauses: number[] = [];
  for (let i = 0; i < 3; i += 1) pauses.push(await waited(() => fail(`other-${i}`, 'one')));
  expect(pauses).toEqual([10, 10, 10]);
  clock.advance(10_000);
  expect(await succeed('ada', 'one')).toBe('in');
});

it('lets sixteen attempts in at once, eight of one client', async () => {
  let open = (): void => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const hold = (index: number) =>
    throttle.attempt({ name: `user-${index}`, client: `client-${Math.floor(index / 8)}` }, async () => {
      await gate;
      return index;
    });
  const held = Array.from({ length: 8 }, (_, index) => hold(index));
  await expect(succeed('one more', 'client-0')).rejects.toMatchObject({ code: 'overloaded', retryAfterSeconds: 2 });
  expect(await succeed('one more', 'another')).toBe('in');
  for (let index = 8; index < 16; index += 1) held.push(hold(index));
  await expect(succeed('one more', 'another')).rejects.toMatchObject({ code: 'overloaded' });
  open();
  expect(await Promise.all(held)).toHaveLength(16);
  expect(await succeed('one more', 'client-0')).toBe('in');
});
