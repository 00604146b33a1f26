import { expect, it } from 'vitest';
import { rightsCheck } from './rights-check.ts';

const ROOT_AGENT = 'agent: root, within the rules it was started with';
const OWN_USERS = 'functions: a user of its own for each instance, from 300000 on';

it.each([
  ['bubblewrap', true, 'funcgraph', `server: funcgraph; ${ROOT_AGENT}; ${OWN_USERS}`],
  ['process', true, 'funcgraph', `server: funcgraph; ${ROOT_AGENT}; functions: root, without isolation`],
  ['bubblewrap', false, 'me', 'server: me; agent: me; functions: me, isolated'],
  ['process', false, 'me', 'server: me; agent: me; functions: me, without isolation'],
] as const)(
  'names the user of each process: %s, agent as root %s, server as %s',
  (driver, rootPrivileges, user, detail) => {
    expect(rightsCheck({ driver, rootPrivileges }, user)).toMatchObject({ name: 'rights', ok: true, detail });
  },
);

it('warns of a server with the rights of root', () => {
  expect(rightsCheck({ driver: 'bubblewrap', rootPrivileges: true }, 'root')).toMatchObject({
    name: 'rights',
    code: 'rights.users',
    values: { server: 'root', agent: 'root' },
    ok: false,
    detail: `server: root; ${ROOT_AGENT}; ${OWN_USERS}`,
    hint: expect.stringContaining('funcgraph'),
  });
});
