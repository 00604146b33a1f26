import type { Clock, Timer } from '../../lib/clock.ts';

/** Values a follower may be behind; a slower reader loses the oldest. */
const MAX_BEHIND = 10_000;
/** How long a follower may continue after its rights were revoked. */
const ASK_EVERY_MS = 2_000;

export interface Following {
  readonly clock: Pick<Clock, 'after'>;
  readonly gone: AbortSignal;
  readonly mayGoOn: () => boolean;
}

/**
 * Values pushed by a source as an async iterable, until the client disconnects or loses its right, which is checked
 * every two seconds. Bounded: the oldest values are dropped first.
 */
export async function* follow<T>(
  { clock, gone, mayGoOn }: Following,
  subscribe: (push: (value: T) => void) => () => void,
): AsyncGenerator<T> {
  const over = new AbortController();
  const signal = AbortSignal.any([gone, over.signal]);
  let waiting: T[] = [];
  let wake = (): void => {};
  const unsubscribe = subscribe((value) => {
    waiting.push(value);
    if (waiting.length > MAX_BEHIND) waiting.shift();
    wake();
  });
  const onAbort = (): void => wake();
  let watch: Timer;
  const look = (): void => {
    if (mayGoOn()) watch = clock.after(ASK_EVERY_MS, look);
    else over.abort();
  };
  watch = clock.after(ASK_EVERY_MS, look);
  signal.addEventListener('abort', onAbort);
  try {
    while (!signal.aborted) {
      const batch = waiting;
      waiting = [];
      yield* batch;
      if (waiting.length === 0 && !signal.aborted) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    watch.cancel();
    unsubscribe();
  }
}
