import { expect, it } from 'vitest';
import { ManualClock } from '../lib/manual-clock.ts';
import { LoginThrottle } from './login-throttle.ts';
import { checkPassword, hashPassword, newPassword, passwordMatches } from './password.ts';

it.each([
  ['Sh0rt', false],
  ['onlyletters', false],
  ['12345678', false],
  ['Lovelace-1', true],
  ['xxADAlovexx1', false],
  ['evolada-12', false],
  ['pass word 1', true],
  ['密码密码密码密码1', true],
  [`a1${'x'.repeat(126)}`, true],
  [`a1${'x'.repeat(127)}`, false],
])('a password %s for adalove: %s', (password, good) => {
  if (good) expect(() => checkPassword(password, 'adalove')).not.toThrow();
  else expect(() => checkPassword(password, 'adalove')).toThrow('the password');
});

it('keeps passwords as salted hashes, in one form of their letters', async () => {
  const hash = await hashPassword('Z\u00fcrich-1');
  expect(hash).not.toContain('rich');
  expect(await passwordMatches('Zu\u0308rich-1', hash)).toBe(true);
  expect(await passwordMatches('Zurich-1', hash)).toBe(false);
  expect(await hashPassword('Z\u00fcrich-1')).not.toBe(hash);
});

it('makes passwords that keep its own rules', () => {
  for (let i = 0; i < 50; i += 1) expect(() => checkPassword(newPassword(), 'admin')).not.toThrow();
});

it('doubles the pause after each failure from the fifth on, up to five minutes, and forgets it with a success', async () => {
  const clock = new ManualClock();
  const throttle = new LoginThrottle(clock);
  const fail = () => throttle.attempt('ada', async () => undefined);
  for (let i = 0; i < 5; i += 1) expect(await fail()).toBeUndefined();
  const pauses: number[] = [];
  for (let i = 0; i < 12; i += 1) {
    let waited = 0;
    for (;;) {
      const refused = await fail().then(
        () => false,
        () => true,
      );
      if (!refused) break;
      clock.advance(1000);
      waited += 1;
    }
    pauses.push(waited);
  }
  expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]);
  expect(await throttle.attempt('bob', async () => 'in')).toBe('in');
  clock.advance(300_000);
  expect(await throttle.attempt('ada', async () => 'in')).toBe('in');
  expect(await fail()).toBeUndefined();
  expect(await fail()).toBeUndefined();
});

it('lets no more than a hundred attempts in at once', async () => {
  const throttle = new LoginThrottle(new ManualClock());
  let open = (): void => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const held = Array.from({ length: 100 }, (_, i) =>
    throttle.attempt(`user-${i}`, async () => {
      await gate;
      return i;
    }),
  );
  await expect(throttle.attempt('one more', async () => 1)).rejects.toMatchObject({ code: 'overloaded' });
  open();
  expect(await Promise.all(held)).toHaveLength(100);
  expect(await throttle.attempt('one more', async () => 1)).toBe(1);
});
