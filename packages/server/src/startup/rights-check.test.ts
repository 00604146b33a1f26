import { expect, it } from 'vitest';
import { rightsCheck } from './rights-check.ts';

it.each([
  [
    'bubblewrap',
    true,
    0,
    'server: root; agent: root, within the rules it was started with; functions: a user of its own for each instance, from 300000 on',
  ],
  ['bubblewrap', false, 1000, 'server: user 1000; agent: user 1000; functions: user 1000, isolated'],
  ['process', false, 1000, 'server: user 1000; agent: user 1000; functions: user 1000, without isolation'],
] as const)(
  'says who has which right: %s, agent as root %s, server user %i',
  (driver, rootPrivileges, user, detail) => {
    expect(rightsCheck({ driver, rootPrivileges }, user)).toEqual({ name: 'rights', ok: true, detail });
  },
);
