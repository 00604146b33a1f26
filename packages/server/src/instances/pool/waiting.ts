import type { Clock } from '../../lib/clock.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { LaunchSpec } from '../start/launch-spec.ts';
import type { FunctionGroup, Waiter } from './function-group.ts';
import type { Lease } from './lease.ts';
import type { RefuseReason } from './placement.ts';

export interface WaitLimits {
  /** Longest wait of a request for an instance. */
  readonly maxWaitMs: number;
  /** Most waiting requests of one function. */
  readonly maxWaiting: number;
  readonly memoryMb: number;
}

/** How soon it is judged again whether instances suffice for the requests that wait for them. */
export const LOOK_AGAIN_MS = 10;

/** Why no further instance can start, as text. */
export const NO_ROOM: Readonly<Record<RefuseReason | 'limit' | 'memory', string>> = {
  disabled: 'The function is disabled: its number of instances is 0.',
  'too large': 'Its memory size exceeds the memory budget of this server.',
  limit: 'The function has its maximum number of instances, all in use.',
  memory: 'The memory budget of this server is taken by instances in use.',
};

/** Whether more memory would give it an instance. */
export function isNoMemory({ code, hint }: PlatformError): boolean {
  return code === 'overloaded' && (hint === NO_ROOM.memory || hint === NO_ROOM['too large']);
}

/** The error of a request that gets no instance. */
export function overloaded(hint: string): PlatformError {
  return new PlatformError('overloaded', 'Your request has been controlled by overload sdk, please retry later', {
    hint,
  });
}

/**
 * Adds a request to the waiting ones of a function. The promise rejects with `overloaded` when too many wait or it
 * waited too long, or with the signal's reason.
 */
export function waitIn(
  group: FunctionGroup,
  spec: LaunchSpec,
  options: {
    readonly clock: Clock;
    readonly limits: WaitLimits;
    readonly signal: AbortSignal | undefined;
    /** See `Waiter`. */
    readonly laneBytes: number | undefined;
  },
): Promise<Lease> {
  const { clock, limits, signal, laneBytes } = options;
  if (group.waiters.size >= limits.maxWaiting) {
    return Promise.reject(overloaded(`${limits.maxWaiting} requests wait for this function already.`));
  }
  return new Promise((resolve, reject) => {
    const settle = (): boolean => {
      if (!group.removeWaiter(place)) return false;
      signal?.removeEventListener('abort', onAbort);
      return true;
    };
    const since = clock.monotonic();
    const waiter: Waiter = {
      spec,
      laneBytes,
      since,
      until: since + limits.maxWaitMs,
      why: 'turn',
      resolve: (lease) => (settle() ? resolve(lease) : lease.release()),
      reject: (error) => settle() && reject(error),
    };
    const onAbort = (): void => waiter.reject(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    const place = group.waiters.add(waiter);
    group.expiry ??= clock.after(limits.maxWaitMs, () => refuseLate(group, clock, limits));
  });
}

/** Refuses the requests of a function that have waited too long, and looks again when the next one has. */
function refuseLate(group: FunctionGroup, clock: Clock, limits: WaitLimits): void {
  const now = clock.monotonic();
  let next = Number.POSITIVE_INFINITY;
  for (const waiter of group.waiters) {
    // A start has limits of its own for loading and initializing; only a request without a start under way times out.
    if (waiter.until <= now && group.starting(waiter.spec.key) > 0) waiter.until = now + limits.maxWaitMs;
    if (waiter.until <= now) waiter.reject(overloaded(waitHint(waiter, limits)));
    else next = Math.min(next, waiter.until);
  }
  group.expiry = group.waiters.size === 0 ? undefined : clock.after(next - now, () => refuseLate(group, clock, limits));
}

function waitHint({ why, spec }: Waiter, { maxWaitMs, memoryMb }: WaitLimits): string {
  const nothing = `No instance was free within ${maxWaitMs} ms`;
  switch (why) {
    case 'limit':
      return `${nothing}: the function has ${spec.maxInstances} instances, as many as it may have.`;
    case 'memory':
      return `${nothing}: the memory budget of this server, ${memoryMb} MB, is taken by instances in use.`;
    case 'starts':
      return `${nothing}: the maximum number of instances is starting already.`;
    case 'turn':
      return `${nothing}.`;
  }
}
