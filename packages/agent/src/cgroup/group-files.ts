import { readFileSync, writeFileSync } from 'node:fs';
import { readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { AgentError } from '../agent-error.ts';

const PATIENCE_MS = 5000;
const FREEZE_PATIENCE_MS = 1000;
/** Number of checks, a millisecond apart, before thawing and retrying. */
const LOOKS = 5;

/** The number in a control file, or 0 without the file. */
export async function readNumber(path: string): Promise<number> {
  const text = await readFile(path, 'utf8').catch(() => '0');
  const value = Number.parseInt(text, 10);
  return Number.isSafeInteger(value) ? value : 0;
}

/** The number behind `key` in a file of `key number` lines, or 0. */
export async function readKey(path: string, key: string): Promise<number> {
  const text = await readFile(path, 'utf8').catch(() => '');
  for (const line of text.split('\n')) {
    if (line.startsWith(`${key} `)) return Number(line.slice(key.length + 1)) || 0;
  }
  return 0;
}

/**
 * Process ids in a group folder; empty when the folder does not exist. A process of a namespace that cannot be seen from here
 * has the id 0.
 */
export async function processesIn(folder: string): Promise<number[]> {
  const text = await readFile(`${folder}/cgroup.procs`, 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map(Number);
}

/**
 * Sends SIGKILL until the group and all below it are empty: a fork bomb may add processes between reading and killing.
 * `then` runs after the signals of each round: thawing, so that a frozen task dies without running on, or the kernel's
 * own group kill. Throws `CGROUP_FAILED` after 5 s.
 */
export async function killAll(folder: string, then: () => Promise<void>): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  for (let round = 0; ; round++) {
    const pids: number[] = [];
    for (const group of await groupsBelow(folder)) pids.push(...(await processesIn(group)));
    if (pids.length === 0) return;
    // The id 0 would mean the agent's own processes.
    for (const pid of pids) if (pid > 0) killQuietly(pid);
    await then();
    if (Date.now() > deadline) throw new AgentError('CGROUP_FAILED', `processes of ${folder} do not die`);
    await delay(Math.min(1 + round, 20));
  }
}

/** Removes a group and those below it, deepest first; the kernel returns EBUSY until the last task is reaped. */
export async function removeGroup(folder: string): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  for (let round = 0; ; round++) {
    let busy: unknown;
    for (const group of (await groupsBelow(folder)).reverse()) {
      await rmdir(group).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') busy = error;
      });
    }
    if (busy === undefined) return;
    if (Date.now() > deadline) throw new AgentError('CGROUP_FAILED', `cannot remove ${folder}`, { cause: busy });
    await delay(Math.min(1 + round, 20));
  }
}

export interface Freezer {
  readonly freeze: () => void;
  readonly thaw: () => void;
  readonly isFrozen: () => boolean;
}

/**
 * Resolves when every task is frozen. Version 1 cannot freeze a parent that waits for its vforked child to exec, once that
 * child is frozen: both run on for a moment before the next try. Throws `CGROUP_FAILED` with all thawed, after 1 s or when
 * `signal` aborts.
 */
export async function freezeAll({ freeze, thaw, isFrozen }: Freezer, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + FREEZE_PATIENCE_MS;
  for (let round = 1; Date.now() < deadline && !signal.aborted; round++) {
    freeze();
    for (let look = 0; look < LOOKS && !signal.aborted; look++) {
      if (isFrozen()) return;
      await delay(1);
    }
    thaw();
    await delay(Math.min(round, 20));
  }
  throw new AgentError('CGROUP_FAILED', signal.aborted ? 'the freezing was aborted' : 'the processes do not freeze');
}

/** Reads a control file and waits. Throws `CGROUP_FAILED`. */
export function readControlNow(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new AgentError('CGROUP_FAILED', `cannot read ${path}`, { cause });
  }
}

/**
 * Writes one control file and waits: microseconds, where the thread pool takes half a millisecond under load. Only for
 * files whose writing never depends on what hostile processes do. Throws `CGROUP_FAILED`.
 */
export function writeControlNow(path: string, value: string | number): void {
  try {
    writeFileSync(path, String(value), { flag: 'r+' });
  } catch (cause) {
    throw new AgentError('CGROUP_FAILED', `cannot write ${value} to ${path}`, { cause });
  }
}

/** Writes one control file. Throws `CGROUP_FAILED`. */
export async function writeControl(path: string, value: string | number): Promise<void> {
  try {
    await writeFile(path, String(value), { flag: 'r+' });
  } catch (cause) {
    throw new AgentError('CGROUP_FAILED', `cannot write ${value} to ${path}`, { cause });
  }
}

/** The folder and all group folders below it, parents first. Empty when it does not exist. */
async function groupsBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => undefined);
  if (entries === undefined) return [];
  const found = [folder];
  for (const entry of entries) if (entry.isDirectory()) found.push(...(await groupsBelow(`${folder}/${entry.name}`)));
  return found;
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Already dead.
  }
}
