import { readFileSync } from 'node:fs';

const ID = /^(\d{1,10})-(\d{1,20})-([0-9a-f]{8})$/;

/**
 * Names an agent process so that another agent can determine from the name of a leftover whether its owner is alive:
 * process id, start time in clock ticks since boot, and the boot.
 */
export function ownerIdOf(pid: number): string {
  const startTime = startTimeOf(pid);
  if (startTime === undefined) throw new Error(`process ${pid} has no start time`);
  return `${pid}-${startTime}-${bootId()}`;
}

export function isOwnerId(text: string): boolean {
  return ID.test(text);
}

/** False for a name that was made before this boot, by a dead process, or by another one with a recycled process id. */
export function isOwnerAlive(ownerId: string): boolean {
  const [, pid, startTime] = ID.exec(ownerId) ?? [];
  return isOfThisBoot(ownerId) && startTimeOf(Number(pid)) === startTime;
}

export function isOfThisBoot(ownerId: string): boolean {
  return ID.exec(ownerId)?.[3] === bootId();
}

function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8);
}

function startTimeOf(pid: number): string | undefined {
  return livingProcess(pid)?.startTime;
}

/** Start time in clock ticks since boot, and parent; undefined for a dead or unknown process. */
export function livingProcess(pid: number): { readonly startTime: string; readonly parent: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the command in brackets and may itself hold spaces and brackets.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, parent] = fields;
    const startTime = fields[19];
    if (state === 'Z' || state === 'X' || startTime === undefined) return undefined;
    return { startTime, parent: Number(parent) };
  } catch {
    return undefined;
  }
}

/** A process identity that is not confused with a later process of the same id. */
export interface KnownProcess {
  readonly pid: number;
  readonly startTime: string;
}

export function isAlive({ pid, startTime }: KnownProcess): boolean {
  return startTimeOf(pid) === startTime;
}

/** Sends SIGKILL, unless it is dead. */
export function killKnown(known: KnownProcess): void {
  if (!isAlive(known)) return;
  try {
    process.kill(known.pid, 'SIGKILL');
  } catch {
    // It died in between.
  }
}
