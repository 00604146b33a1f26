import { type Holder, holderOf, keepingAlive, type WaitOptions } from '../lib/data-dir-holder.ts';
import { pause } from '../lib/pause.ts';
import { type DataDirLock, lockDataDir } from './data-dir-lock.ts';
import { StorageError } from './errors.ts';

const LOOK_EVERY_MS = 100;
/** A server that ends has removed its note and still has the lock; one that starts has the lock and no note yet. */
const UNNAMED_MS = 2_000;

export interface TakeOptions extends Omit<WaitOptions, 'signal'> {
  readonly signal?: AbortSignal | undefined;
}

/**
 * As `lockDataDir`, but waits for a server that is stopping. Rejects with `storage.locked` when another server has the
 * directory and is not stopping, or does not end in time.
 */
export function takeDataDir(dir: string, options: TakeOptions): Promise<DataDirLock> {
  return keepingAlive(() => take(dir, options));
}

async function take(dir: string, { clock, mostMs, signal = NEVER, onWait }: TakeOptions): Promise<DataDirLock> {
  const begin = clock.monotonic();
  let unnamedSince: number | undefined;
  let waits = false;
  for (;;) {
    try {
      return lockDataDir(dir);
    } catch (error) {
      if (!(error instanceof StorageError && error.code === 'storage.locked')) throw error;
      const now = clock.monotonic();
      const holder = holderOf(dir);
      unnamedSince = holder === undefined ? (unnamedSince ?? now) : undefined;
      const isLeaving = holder?.isStopping ?? now - (unnamedSince ?? now) < UNNAMED_MS;
      if (!isLeaving || signal.aborted) throw error;
      if (now - begin >= mostMs) throw late(dir, holder, mostMs, error);
      if (!waits && holder !== undefined) {
        waits = true;
        onWait(holder);
      }
      await pause(clock, LOOK_EVERY_MS, signal);
    }
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
