import { readlinkSync } from 'node:fs';
import type { CgroupTree } from './cgroup/cgroup.ts';
import { NO_CGROUP } from './cgroup/open-tree.ts';
import { findProgram, runHostCommand } from './host-command.ts';
import type { DriverCapabilities, SandboxWay } from './protocol.ts';

/** The capabilities of the machine that the agent detected at its start. */
export interface Machine {
  readonly isRoot: boolean;
  readonly cgroups: CgroupTree | undefined;
  readonly hasFilter: boolean;
  readonly hasVolumes: boolean;
  /** Code can be mounted in a running sandbox. */
  readonly canAttach: boolean;
  readonly hasNetworks: boolean;
  readonly hasMounts: boolean;
  readonly hasDoors: boolean;
  readonly way: SandboxWay;
  /** One sentence for each unsupported feature of networks, mounts and doors. */
  readonly gaps: readonly string[];
}

export interface Obstacle {
  readonly reason: string;
  readonly hint: string;
}

/**
 * Runs bubblewrap once, because a setting, a container or a security module may forbid namespaces. Resolves to the
 * reason why it fails, or undefined.
 */
export async function tryBubblewrap(isRoot: boolean): Promise<Obstacle | undefined> {
  if (findProgram('bwrap') === undefined) {
    return { reason: 'bubblewrap is not installed', hint: 'install the package bubblewrap' };
  }
  if (isRoot && findProgram('setpriv') === undefined) {
    return { reason: 'setpriv is not installed', hint: 'install the package util-linux' };
  }
  // Binding by descriptor guarantees that the checked file is the bound one.
  const known = await runHostCommand('bwrap', ['--help']).catch(() => '');
  if (!known.includes('--ro-bind-fd')) {
    return {
      reason: 'bubblewrap is too old',
      hint: 'install version 0.10, or the security update of your system for it',
    };
  }
  const options = ['--unshare-all', '--unshare-user', '--disable-userns', '--ro-bind', '/', '/', '--', '/bin/true'];
  try {
    await runHostCommand('bwrap', options);
    return undefined;
  } catch (error) {
    return {
      reason: error instanceof Error ? error.message : 'bubblewrap does not work here',
      hint: 'allow unprivileged user namespaces (kernel.unprivileged_userns_clone, user.max_user_namespaces, AppArmor)',
    };
  }
}

export function bubblewrapCapabilities(machine: Machine, obstacle: Obstacle | undefined): DriverCapabilities {
  const base = baseOf('bubblewrap', machine);
  if (obstacle !== undefined) return { ...base, usable: false, ...obstacle };
  const canAssign = machine.canAttach && machine.cgroups?.canFreeze === true;
  const { hasNetworks: networks, hasMounts: mounts, hasDoors: doors, way } = machine;
  return { ...base, usable: true, canAssign, networks, mounts, doors, way, degraded: bubblewrapGaps(machine) };
}

export function processCapabilities(machine: Machine): DriverCapabilities {
  const degraded = [
    'Nothing is isolated: a function sees and may change all that the user of the agent may.',
    'Paths inside a function are those of the host, not the ones under /opt/function.',
    'The size of the temporary folder is not limited.',
    ...(machine.cgroups === undefined
      ? ['A process that leaves its session survives the end of its instance.', ...NO_CGROUP]
      : machine.cgroups.missing),
  ];
  return { ...baseOf('process', machine), usable: true, degraded };
}

/** True when the mount namespace is not that of the parent process. */
export function hasPrivateMounts(): boolean {
  try {
    return readlinkSync('/proc/self/ns/mnt') !== readlinkSync(`/proc/${process.ppid}/ns/mnt`);
  } catch {
    return false;
  }
}

function baseOf(
  driver: DriverCapabilities['driver'],
  { isRoot, cgroups }: Machine,
): Omit<DriverCapabilities, 'usable'> {
  const cgroup = cgroups?.version ?? 'none';
  const nothing = { canAssign: false, networks: false, mounts: false, doors: false, degraded: [] };
  return { driver, rootPrivileges: isRoot, cgroup, ...nothing };
}

function bubblewrapGaps({ isRoot, cgroups, hasFilter, hasVolumes, gaps }: Machine): string[] {
  return [
    ...(isRoot ? [] : ['Instances share one user of the host: the agent does not run as root.']),
    ...(cgroups?.missing ?? NO_CGROUP),
    ...(hasVolumes
      ? []
      : [
          'What a function writes to /tmp counts as its memory: volumes need root, loop devices, a private mount namespace and a data directory on a disk.',
          'A full /tmp is not recognised as the reason of a failure.',
        ]),
    ...gaps,
    ...(hasFilter ? [] : [`System calls are not filtered: there is no table for ${process.arch}.`]),
  ];
}
