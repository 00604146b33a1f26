/** A look at the pool for one function, taken when a request waits. Pure data. */
export interface PlacementSnapshot {
  /** Usable instances with a free slot for the wanted code and configuration. */
  readonly free: readonly { readonly id: string; readonly idleSince: number }[];
  /** Living instances of the function of any version, those that start included. */
  readonly live: number;
  /** Starts under way for the wanted key. */
  readonly starting: number;
  /** Requests that wait for the wanted key, this one included. */
  readonly waiting: number;
  /** How long this request waits already. */
  readonly waitedMs: number;
  /** Instances of the wanted key that serve requests. */
  readonly serving: number;
  /** How long a fast request of the wanted key lately took; undefined when none is known. */
  readonly usualBusyMs: number | undefined;
  /** How long a start of the wanted key lately took, on average. */
  readonly usualStartMs: number;
  /** Requests that one instance serves at once. */
  readonly concurrency: number;
  /** −1 for no limit. */
  readonly maxInstances: number;
  /** Starts under way on the machine. */
  readonly startsUnderWay: number;
  readonly maxStarts: number;
  readonly memoryMb: number;
  readonly freeMemoryMb: number;
  readonly totalMemoryMb: number;
  /** Idle instances that may go to make room. */
  readonly idle: readonly {
    readonly id: string;
    readonly memoryMb: number;
    readonly idleSince: number;
    readonly sameFunction: boolean;
  }[];
}

export type Placement =
  | { readonly kind: 'reuse'; readonly id: string }
  /** `evict`: instances to stop first, to make room. */
  | { readonly kind: 'start'; readonly evict: readonly string[] }
  /** `againMs`: ask again after this even if nothing changes. */
  | { readonly kind: 'wait'; readonly againMs?: number }
  | { readonly kind: 'refuse'; readonly reason: 'disabled' | 'too large' };

/**
 * Where a waiting request goes. Newest free instance first, so that the rest can grow idle and go; a start for each
 * request that has none coming, unless the instances at work will be free sooner than a new one could be; else it waits.
 * An idle instance of an older revision, then the longest idle of others,
 * make room when the function's limit or the machine's memory is reached.
 */
export function place(snapshot: PlacementSnapshot): Placement {
  if (snapshot.maxInstances === 0) return { kind: 'refuse', reason: 'disabled' };
  if (snapshot.memoryMb > snapshot.totalMemoryMb) return { kind: 'refuse', reason: 'too large' };
  const newest = snapshot.free.reduce<PlacementSnapshot['free'][number] | undefined>(
    (best, one) => (best === undefined || one.idleSince > best.idleSince ? one : best),
    undefined,
  );
  if (newest !== undefined) return { kind: 'reuse', id: newest.id };
  if (snapshot.starting * snapshot.concurrency >= snapshot.waiting || snapshot.startsUnderWay >= snapshot.maxStarts)
    return { kind: 'wait' };
  if (isSoonServed(snapshot)) return { kind: 'wait', againMs: snapshot.usualStartMs };

  const evict: string[] = [];
  let free = snapshot.freeMemoryMb;
  const byAge = [...snapshot.idle].sort((a, b) => a.idleSince - b.idleSince);
  if (snapshot.maxInstances > 0 && snapshot.live >= snapshot.maxInstances) {
    const own = byAge.find((one) => one.sameFunction);
    if (own === undefined || snapshot.live > snapshot.maxInstances) return { kind: 'wait' };
    evict.push(own.id);
    free += own.memoryMb;
  }
  for (const one of byAge) {
    if (free >= snapshot.memoryMb) break;
    if (evict.includes(one.id)) continue;
    evict.push(one.id);
    free += one.memoryMb;
  }
  return free >= snapshot.memoryMb ? { kind: 'start', evict } : { kind: 'wait' };
}

/**
 * Short functions are served faster by few instances that are always warm than by many that first have to start and then
 * compete for the processors. A request that already waited as long as two starts take is not put off again.
 */
function isSoonServed({
  serving,
  concurrency,
  usualBusyMs,
  usualStartMs,
  waiting,
  waitedMs,
}: PlacementSnapshot): boolean {
  if (serving === 0 || usualBusyMs === undefined || waitedMs >= 2 * usualStartMs) return false;
  return (usualBusyMs * waiting) / (serving * concurrency) < usualStartMs / 2;
}
