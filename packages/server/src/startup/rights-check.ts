import { userInfo } from 'node:os';
import type { Check } from '../ingress/index.ts';
import type { SandboxCapabilities } from '../instances/index.ts';

/** The user of this process by name, or by number where the machine has no name for it. */
export function ownUserName(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.()}`;
  }
}

/** Which process has which right, for `doctor`. */
export function rightsCheck(
  { driver, rootPrivileges }: Pick<SandboxCapabilities, 'driver' | 'rootPrivileges'>,
  serverUser: string,
): Check {
  const agentUser = rootPrivileges ? 'root' : serverUser;
  const agent = rootPrivileges ? 'root, within the rules it was started with' : serverUser;
  const functions =
    driver === 'process'
      ? `${agentUser}, without isolation`
      : rootPrivileges
        ? 'a user of its own for each instance, from 300000 on'
        : `${serverUser}, isolated`;
  const isolation = driver === 'process' ? 'none' : rootPrivileges ? 'users' : 'shared';
  const found = {
    name: 'rights',
    code: `rights.${isolation}`,
    values: { server: serverUser, agent: agentUser },
    detail: `server: ${serverUser}; agent: ${agent}; functions: ${functions}`,
  };
  if (serverUser !== 'root') return { ...found, ok: true };
  return {
    ...found,
    ok: false,
    hint: 'The server does not need the rights of root: leave out the setting user, and it runs as funcgraph.',
  };
}
