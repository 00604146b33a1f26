import type { Clock } from '../lib/clock.ts';
import { PlatformError } from '../lib/platform-error.ts';

const TRIES = 20;
const PAUSE_MS = 500;

/**
 * Runs a part of the start again while the database does not answer it: on a busy machine a session may be lost, and is
 * replaced within seconds. The server before may have worked a moment ago, so this one does not give up.
 */
export async function onceReachable<T>(clock: Pick<Clock, 'after'>, work: () => Promise<T>): Promise<T> {
  for (let left = TRIES; ; left -= 1) {
    try {
      return await work();
    } catch (error) {
      if (left <= 1 || !(error instanceof PlatformError && error.code === 'unavailable')) throw error;
    }
    await new Promise<void>((resolve) => clock.after(PAUSE_MS, resolve));
  }
}
