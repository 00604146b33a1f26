import { expect, it } from 'vitest';
import { checkPassword, hashNow, hashPassword, matchesNow, newPassword } from './password.ts';

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
  for (const hash of [hashNow('Z\u00fcrich-1'), await hashPassword('Z\u00fcrich-1')]) {
    expect(hash).not.toContain('rich');
    expect(matchesNow('Zu\u0308rich-1', hash)).toBe(true);
    expect(matchesNow('Zurich-1', hash)).toBe(false);
    expect(hashNow('Z\u00fcrich-1')).not.toBe(hash);
  }
});

it('makes passwords that keep its own rules', () => {
  for (let i = 0; i < 50; i += 1) expect(() => checkPassword(newPassword(), 'admin')).not.toThrow();
});
