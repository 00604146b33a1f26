import { expect, it } from 'vitest';
import { checkMountUser } from './mount-users.ts';

const rules = {
  mountUsers: [
    { from: 1000, to: 59_999 },
    { from: 33, to: 33 },
  ],
  serverUser: 1500,
};

it.each([
  [1000, 59_999],
  [33, 1000],
])('lets file systems be used as user %s and group %s', (uid, gid) => {
  expect(() => checkMountUser({ uid, gid }, rules)).not.toThrow();
});

it.each([
  [0, 1000],
  [1000, 0],
  [999, 1000],
  [1000, 42],
  [34, 33],
  [60_000, 1000],
  [300_000, 300_000],
])('refuses user %s and group %s, and names the setting', (uid, gid) => {
  expect(() => checkMountUser({ uid, gid }, rules)).toThrow(
    expect.objectContaining({ code: 'NOT_ALLOWED', hint: expect.stringContaining('mount_users') }),
  );
});

it.each([
  [1500, 1000],
  [1000, 1500],
])('refuses the user of the server in any range: %s and %s', (uid, gid) => {
  expect(() => checkMountUser({ uid, gid }, rules)).toThrow(expect.objectContaining({ code: 'NOT_ALLOWED' }));
});
