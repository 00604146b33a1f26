import type { SandboxCapabilities } from '../instances/index.ts';
import type { MachineCheck } from './machine-checks.ts';

const nameOf = (uid: number): string => (uid === 0 ? 'root' : `user ${uid}`);

/** Which process has which right, for `doctor`. */
export function rightsCheck(
  { driver, rootPrivileges }: Pick<SandboxCapabilities, 'driver' | 'rootPrivileges'>,
  serverUser: number,
): MachineCheck {
  const agent = rootPrivileges ? 'root, within the rules it was started with' : nameOf(serverUser);
  const functions =
    driver === 'process'
      ? `${nameOf(serverUser)}, without isolation`
      : rootPrivileges
        ? 'a user of its own for each instance, from 300000 on'
        : `${nameOf(serverUser)}, isolated`;
  return {
    name: 'rights',
    ok: true,
    detail: `server: ${nameOf(serverUser)}; agent: ${agent}; functions: ${functions}`,
  };
}
