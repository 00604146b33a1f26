import type { Clock } from './clock.ts';

/** Resolves after `ms`, or as soon as the signal is aborted. */
export async function pause(clock: Pick<Clock, 'after'>, ms: number, signal: AbortSignal): Promise<void> {
  // an aborted signal calls no listener any more
  if (signal.aborted) return;
  const over = Promise.withResolvers<void>();
  const end = (): void => over.resolve();
  const timer = clock.after(ms, end);
  signal.addEventListener('abort', end);
  await over.promise;
  timer.cancel();
  // the signal may live long
  signal.removeEventListener('abort', end);
}
