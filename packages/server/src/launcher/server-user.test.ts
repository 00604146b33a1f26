import { expect, it } from 'vitest';
import { openServerUser } from './server-user.ts';

it('finds a user of the machine', async () => {
  expect(await openServerUser('daemon')).toMatchObject({ name: 'daemon', uid: expect.any(Number) });
});

it.each([
  ['nobody-has-this-name', /there is no user nobody-has-this-name/],
  ['root', /cannot run as root, which has the user id 0/],
])('refuses %s with a hint', async (name, message) => {
  await expect(openServerUser(name)).rejects.toMatchObject({
    code: 'server_user',
    message: expect.stringMatching(message),
    hint: expect.any(String),
  });
});
