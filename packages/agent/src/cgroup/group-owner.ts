import { readdirSync, readlinkSync } from 'node:fs';
import { isOfThisBoot, isOwnerAlive, isOwnerId } from '../owner.ts';
import { CGROUP_PREFIX } from './cgroup.ts';

/** Of the machine itself, on every kernel (PROC_PID_INIT_INO): all other process namespaces can be seen from there. */
const OF_MACHINE = '4026531836';
const OWNER_AND_NAMESPACE = /^(\d+-\d+-[0-9a-f]+)(?:-(\d{1,10}))?$/;

export interface ProcessNamespaces {
  /** Of this process. */
  readonly own: string;
  /** Those of all processes that can be seen; undefined when some cannot be read. */
  all(): ReadonlySet<string> | undefined;
}

export const NAMESPACES_HERE: ProcessNamespaces = {
  get own() {
    return namespaceOf('self');
  },
  all() {
    const all = new Set<string>();
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      try {
        all.add(namespaceOf(pid));
      } catch (error) {
        // Only a process that has ended needs no answer.
        if (!isGone(error)) return undefined;
      }
    }
    return all;
  },
};

/**
 * Name of the parent group of an agent. Containers may share the tree of groups, but process ids mean something else in
 * each of them; so it names the namespace of the ids too.
 */
export function groupNameOf(ownerId: string, { own }: Pick<ProcessNamespaces, 'own'> = NAMESPACES_HERE): string {
  return `${CGROUP_PREFIX}${ownerId}-${own}`;
}

/** Whether a group has this name because of an agent that is dead. False when that cannot be known from here. */
export function isGroupOfDead(name: string, namespaces: ProcessNamespaces = NAMESPACES_HERE): boolean {
  if (!name.startsWith(CGROUP_PREFIX)) return false;
  const { own } = namespaces;
  const [, owner = '', namespace = own] = OWNER_AND_NAMESPACE.exec(name.slice(CGROUP_PREFIX.length)) ?? [];
  if (!isOwnerId(owner)) return false;
  if (namespace === own) return !isOwnerAlive(owner);
  if (!isOfThisBoot(owner)) return true;
  // The agents of a container with processes sweep by themselves.
  return own === OF_MACHINE && namespaces.all()?.has(namespace) === false;
}

function namespaceOf(pid: string): string {
  return /\d+/.exec(readlinkSync(`/proc/${pid}/ns/pid`))?.[0] ?? '';
}

function isGone(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ESRCH';
}
