import { closeSync, constants, openSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from './clock.ts';
import { pause } from './pause.ts';

const PID_FILE = 'server.pid';
const STOPPING = 'stopping';
const MOST_BYTES = 64;
const LOOK_EVERY_MS = 100;
const LONG_MS = 60_000;

/** The server that uses a data directory. */
export interface Holder {
  readonly pid: number;
  readonly isStopping: boolean;
}

export function holderFile(dir: string): string {
  return join(dir, PID_FILE);
}

/** Notes this process as the holder, for others. */
export function noteHolder(dir: string, { isStopping }: Pick<Holder, 'isStopping'>): void {
  writeFileSync(holderFile(dir), `${process.pid}${isStopping ? ` ${STOPPING}` : ''}\n`, { mode: 0o644 });
}

/** As the holder has noted it; undefined while the directory changes hands, and on a full disk. */
export function holderOf(dir: string): Holder | undefined {
  const [, digits, note] = /^(\d+)(?: (\w+))?\n$/.exec(readNote(holderFile(dir))) ?? [];
  const pid = Number(digits);
  return Number.isSafeInteger(pid) && pid > 0 ? { pid, isStopping: note === STOPPING } : undefined;
}

/** Root reads it in a directory of the server's user: no link, no pipe that would block, no large file. */
function readNote(file: string): string {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  try {
    const fd = openSync(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    try {
      const bytes = Buffer.alloc(MOST_BYTES);
      return bytes.toString('latin1', 0, readSync(fd, bytes));
    } finally {
      closeSync(fd);
    }
  } catch {
    return '';
  }
}

export interface WaitOptions {
  readonly clock: Pick<Clock, 'after' | 'monotonic'>;
  /** How long a server that is stopping may keep the directory. */
  readonly mostMs: number;
  /** Ends the wait. */
  readonly signal: AbortSignal;
  /** Called once, when the wait begins. */
  readonly onWait: (holder: Holder) => void;
}

/**
 * Resolves when no living server is noted as stopping, or after `mostMs`. It takes nothing: the lock decides. Root calls
 * it before it makes what a server removes at its end.
 */
export async function untilNotStopping(dir: string, { clock, mostMs, signal, onWait }: WaitOptions): Promise<void> {
  const begin = clock.monotonic();
  let waits = false;
  await keepingAlive(async () => {
    for (;;) {
      const holder = holderOf(dir);
      if (!holder?.isStopping || !isAlive(holder.pid)) return;
      if (signal.aborted || clock.monotonic() - begin >= mostMs) return;
      if (!waits) onWait(holder);
      waits = true;
      await pause(clock, LOOK_EVERY_MS, signal);
    }
  });
}

/** Timers of a clock keep no process alive, and when a server starts nothing else runs yet. */
export async function keepingAlive<T>(work: () => Promise<T>): Promise<T> {
  const alive = setInterval(() => {}, LONG_MS);
  try {
    return await work();
  } finally {
    clearInterval(alive);
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
