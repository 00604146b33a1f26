import { readFileSync } from 'node:fs';
import type { CgroupTree } from './cgroup.ts';
import { groupNameOf } from './group-owner.ts';
import { type CgroupMounts, parseCgroupMounts, parseOwnGroups } from './mounts.ts';
import { CgroupV1 } from './v1.ts';
import { CgroupV2 } from './v2.ts';

/** Sentences for a machine where no group can be made. */
export const NO_CGROUP: readonly string[] = [
  'Memory is neither limited nor measured: no cgroup is writable.',
  'The number of processes is not limited: no cgroup is writable.',
  'CPU time is neither shared in proportion to memory nor measured: no cgroup is writable.',
];

/** Opens cgroup version 1 if it has the memory controller, otherwise version 2; undefined without either. */
export async function openCgroupTree(ownerId: string): Promise<CgroupTree | undefined> {
  const mounts = readMounts();
  const name = groupNameOf(ownerId);
  if (mounts.v1.has('memory')) return CgroupV1.open(name, v1Roots(mounts));
  for (const root of v2Roots(mounts)) {
    const tree = await CgroupV2.open({ name, root, movable: mayMove });
    if (tree !== undefined) return tree;
  }
  return undefined;
}

/** Every folder in which some agent on this machine may have made its parent group. */
export function cgroupRoots(): string[] {
  const mounts = readMounts();
  return [...new Set([...v1Roots(mounts).values(), ...mounts.v1.values(), ...v2Roots(mounts)])];
}

function v1Roots({ v1 }: CgroupMounts): Map<string, string> {
  const own = ownGroups();
  return new Map([...v1].map(([controller, mount]) => [controller, mount + (own.get(controller) ?? '')]));
}

function v2Roots({ v2 }: CgroupMounts): string[] {
  if (v2 === undefined) return [];
  return [...new Set([v2 + (ownGroups().get('') ?? ''), v2])];
}

function readMounts(): CgroupMounts {
  return parseCgroupMounts(readFileSync('/proc/self/mountinfo', 'utf8'));
}

function ownGroups(): ReadonlyMap<string, string> {
  return parseOwnGroups(readFileSync('/proc/self/cgroup', 'utf8'));
}

/**
 * Whether all processes of a group may be moved to another one: the agent with its server, or a container, which has a
 * process 1. A login shell beside them may not, and a process outside of the container has the id 0 here.
 */
export function mayMove(pids: readonly number[]): boolean {
  if (pids.includes(1)) return !pids.includes(0);
  return pids.every((pid) => pid === process.pid || pid === process.ppid);
}
