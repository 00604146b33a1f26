import { stat } from 'node:fs/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { matchesNow } from './password.ts';
import { PasswordHasher } from './password-hasher.ts';

let hasher: PasswordHasher;

beforeEach(() => {
  hasher = new PasswordHasher();
});
afterEach(() => hasher.stop());

it('hashes and compares as it is done in place', async () => {
  const hash = await hasher.hash('Lovelace-1');
  expect(matchesNow('Lovelace-1', hash)).toBe(true);
  expect(await hasher.matches('Lovelace-1', hash)).toBe(true);
  expect(await hasher.matches('Lovelace-2', hash)).toBe(false);
  await expect(hasher.matches('Lovelace-1', 'md5$00$00')).rejects.toThrow('unknown password hash');
});

it('lets file work pass a queue of passwords, and refuses more than may wait', async () => {
  await hasher.hash('the thread runs');
  let done = 0;
  const waiting = Array.from({ length: 32 }, async () => {
    await hasher.hash('Lovelace-1');
    done += 1;
  });
  await expect(hasher.hash('one more')).rejects.toMatchObject({ code: 'overloaded', retryAfterSeconds: 5 });
  await Promise.all(Array.from({ length: 100 }, () => stat(import.meta.dirname)));
  expect(done).toBeLessThan(5);
  await Promise.all(waiting);
  expect(matchesNow('Lovelace-1', await hasher.hash('Lovelace-1'))).toBe(true);
});

it('works again after it was stopped', async () => {
  await hasher.hash('Lovelace-1');
  await hasher.stop();
  expect(matchesNow('Lovelace-1', await hasher.hash('Lovelace-1'))).toBe(true);
});

it('costs as much as ever, unless a test asks for less', async () => {
  const hash = await hasher.hash('Lovelace-1');
  const cheap = new PasswordHasher(2);
  try {
    expect(await cheap.matches('Lovelace-1', hash)).toBe(false);
    const cheaper = await cheap.hash('Lovelace-1');
    expect(await cheap.matches('Lovelace-1', cheaper)).toBe(true);
    expect(await hasher.matches('Lovelace-1', cheaper)).toBe(false);
    expect(matchesNow('Lovelace-1', cheaper, 2)).toBe(true);
  } finally {
    await cheap.stop();
  }
});
