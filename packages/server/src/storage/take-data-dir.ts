import type { Clock } from '../lib/clock.ts';
import { pause } from '../lib/pause.ts';
import { type DataDirLock, type Holder, holderOf, lockDataDir } from './data-dir-lock.ts';
import { StorageError } from './errors.ts';

const LOOK_EVERY_MS = 100;
/** A server that ends has removed its note and still has the lock; one that starts has the lock and no note yet. */
const UNNAMED_MS = 2_000;
const LONG_MS = 60_000;

export interface TakeOptions {
  readonly clock: Pick<Clock, 'after' | 'monotonic'>;
  /** How long a server that is stopping may keep the directory. */
  readonly mostMs: number;
  /** Ends the wait. */
  readonly signal?: AbortSignal | undefined;
  /** Called once, when the wait begins. */
  readonly onWait: (holder: Holder) => void;
}

/**
 * As `lockDataDir`, but waits for a server that is stopping. Rejects with `storage.locked` when another server has the
 * directory and is not stopping, or does not end in time.
 */
export async function takeDataDir(dir: string, { clock, mostMs, signal, onWait }: TakeOptions): Promise<DataDirLock> {
  const begin = clock.monotonic();
  let unnamedSince: number | undefined;
  let waitsFor: Holder | undefined;
  // timers of the clock keep no process alive, and nothing else runs yet
  const alive = setInterval(() => {}, LONG_MS);
  try {
    for (;;) {
      try {
        return lockDataDir(dir);
      } catch (error) {
        if (!(error instanceof StorageError && error.code === 'storage.locked')) throw error;
        const now = clock.monotonic();
        const holder = holderOf(dir);
        if (holder !== undefined) unnamedSince = undefined;
        else unnamedSince ??= now;
        const isLeaving = holder?.isStopping ?? now - (unnamedSince ?? now) < UNNAMED_MS;
        if (!isLeaving || signal?.aborted) throw error;
        if (now - begin >= mostMs) throw late(dir, holder, mostMs, error);
        if (waitsFor === undefined && holder !== undefined) {
          waitsFor = holder;
          onWait(holder);
        }
        await pause(clock, LOOK_EVERY_MS, signal ?? NEVER);
      }
    }
  } finally {
    clearInterval(alive);
  }
}

const NEVER = new AbortController().signal;

function late(dir: string, holder: Holder | undefined, mostMs: number, cause: StorageError): StorageError {
  const who = holder === undefined ? 'a server' : `the server with pid ${holder.pid}`;
  const seconds = Math.round(mostMs / 1000);
  return new StorageError(
    'storage.locked',
    `the data directory ${dir} is still in use after ${seconds} s: ${who} is stopping`,
    {
      hint: 'It waits for running invocations until its drain time is over. A second SIGTERM stops it at once.',
      cause,
    },
  );
}
