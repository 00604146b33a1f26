import { mayHoldMore } from '../../lib/fair-share.ts';
import { slowAfterMs } from '../instance/lane-patience.ts';

/** An idle on-demand instance that may be evicted. */
export interface IdleInstance {
  readonly id: string;
  /** MB that return to the memory budget after eviction. */
  readonly memoryMb: number;
  readonly idleSince: number;
  readonly sameFunction: boolean;
}

/** The needs of another instance of a function, and the available room. */
export interface RoomSnapshot {
  /** Instances of the function in any version, including starting ones. */
  readonly live: number;
  /** −1 for no limit. */
  readonly maxInstances: number;
  /** How many of them this server may have now, where the limit counts on several. */
  readonly mayHave?: number | undefined;
  readonly memoryMb: number;
  readonly freeMemoryMb: number;
  readonly totalMemoryMb: number;
  /** Memory charged to the instances of the function, including idle and starting ones. */
  readonly heldMemoryMb: number;
  readonly idle: readonly IdleInstance[];
}

/** State of the pool for one function when a request waits. Pure data. */
export interface PlacementSnapshot extends RoomSnapshot {
  /** The request is short, and as many instances as the processors can run have full lanes of such requests. */
  readonly lanesAreFull: boolean;
  /**
   * For a short request: how many instances keep the processors busy, with lanes that others share. Undefined when each
   * request of the key needs an instance for itself.
   */
  readonly workers: number | undefined;
  /** The free instance that is used first; `growMb`: memory that it needs from the budget to run again. */
  readonly free: { readonly id: string; readonly growMb: number } | undefined;
  /** Starts under way for the requested key. */
  readonly starting: number;
  /** Requests that wait for the requested key, including this one. */
  readonly waiting: number;
  /** How long this request has waited without the end of another request of the requested key. */
  readonly stuckMs: number;
  /** Instances of the requested key that serve requests. */
  readonly serving: number;
  /** Recent duration of a fast request of the requested key; undefined when unknown. */
  readonly usualBusyMs: number | undefined;
  /**
   * Recent mean duration of requests of the requested key inside the runtime; undefined when the runtime does not report
   * it.
   */
  readonly usualOwnMs: number | undefined;
  /** The same of fast requests only: crowding adds nothing to most of these. */
  readonly fastOwnMs: number | undefined;
  /** How late this server came to look at what waits. */
  readonly lateMs: number;
  /** Recent mean duration of a start of the requested key. */
  readonly usualStartMs: number;
  /** Requests that one instance serves at once. */
  readonly concurrency: number;
  /** Starts under way for the function, in any version. */
  readonly ownStarts: number;
  /** Starts under way on the machine. */
  readonly startsUnderWay: number;
  readonly maxStarts: number;
  /** Starts at once that the processors can run. */
  readonly firstStarts: number;
}

/**
 * `turn`: an instance is starting or will soon be free; `starts`: the machine has its maximum number of starts under
 * way;
 * `limit`: the function has its maximum number of instances; `memory`: the memory budget is charged to instances in
 * use.
 */
export type WaitReason = 'turn' | 'starts' | 'limit' | 'memory';

/** Why no instance can ever start with the present settings. */
export type RefuseReason = 'disabled' | 'too large';

export type Placement =
  /** `evict`: instances to stop first, to make room. */
  | { readonly kind: 'reuse'; readonly evict: readonly string[] }
  | { readonly kind: 'start'; readonly evict: readonly string[] }
  /** `againMs`: look again after this time even without a change. */
  | { readonly kind: 'wait'; readonly why: WaitReason; readonly againMs?: number }
  | { readonly kind: 'refuse'; readonly reason: RefuseReason };

/**
 * Where a waiting request goes. None while full lanes keep the processors busy. First a free instance; then a start for
 * each request without one under way, unless a busy instance will be free sooner than a new one could be ready, as many
 * instances as the processors can run have lanes, or as many starts are the first ones; otherwise it waits. When the function's limit or the machine's
 * memory is reached, an idle instance of an older revision, then the longest idle of others, are evicted.
 */
export function place(snapshot: PlacementSnapshot): Placement {
  const { free } = snapshot;
  const refused = neverFits(snapshot);
  if (refused !== undefined) return { kind: 'refuse', reason: refused };
  if (snapshot.lanesAreFull) return { kind: 'wait', why: 'turn', againMs: snapshot.usualStartMs };
  if (free !== undefined) {
    const evict = memoryFrom(snapshot, free.growMb, [free.id]);
    return evict === undefined ? { kind: 'wait', why: 'memory' } : { kind: 'reuse', evict };
  }
  if (snapshot.starting * snapshot.concurrency >= snapshot.waiting) return { kind: 'wait', why: 'turn' };
  const freeStarts = snapshot.maxStarts - snapshot.startsUnderWay;
  if (freeStarts <= 0 || !mayHoldMore(snapshot.ownStarts, freeStarts, snapshot.maxStarts))
    return { kind: 'wait', why: 'starts' };
  if (isSoonServed(snapshot) || hasWorkers(snapshot) || hasFirstStarts(snapshot))
    return { kind: 'wait', why: 'turn', againMs: snapshot.usualStartMs };
  const room = roomFor(snapshot);
  return 'evict' in room ? { kind: 'start', evict: room.evict } : { kind: 'wait', why: room.lacks };
}

/** Why the function can have no instance at all. */
export function neverFits(snapshot: RoomSnapshot): RefuseReason | undefined {
  if (snapshot.maxInstances === 0) return 'disabled';
  return snapshot.memoryMb > snapshot.totalMemoryMb ? 'too large' : undefined;
}

/** The instances to evict for one more instance of the function, or what it lacks. Never evicts more than needed. */
export function roomFor(
  snapshot: RoomSnapshot,
): { readonly evict: readonly string[] } | { readonly lacks: 'limit' | 'memory' } {
  const { live, maxInstances, idle, memoryMb } = snapshot;
  const { mayHave = maxInstances } = snapshot;
  if (mayHave < 0 || live < mayHave) {
    const evict = memoryFrom(snapshot, memoryMb, []);
    return evict === undefined ? { lacks: 'memory' } : { evict };
  }
  const own = byAge(idle).find((one) => one.sameFunction);
  if (own === undefined || live > mayHave) return { lacks: 'limit' };
  const evict = memoryFrom(snapshot, memoryMb - own.memoryMb, [own.id]);
  return evict === undefined ? { lacks: 'memory' } : { evict: [own.id, ...evict] };
}

/**
 * The longest idle instances whose eviction frees `neededMb`; undefined when that is not enough, or the function would
 * leave too little for others.
 */
function memoryFrom(
  { freeMemoryMb, totalMemoryMb, heldMemoryMb, idle }: RoomSnapshot,
  neededMb: number,
  spared: readonly string[],
): readonly string[] | undefined {
  const evict: string[] = [];
  let free = freeMemoryMb;
  if (neededMb <= 0) return evict;
  const idleMb = idle.reduce((sum, one) => sum + one.memoryMb, 0);
  if (!mayHoldMore(heldMemoryMb, freeMemoryMb + idleMb, totalMemoryMb)) return undefined;
  if (free >= neededMb) return evict;
  for (const one of byAge(idle)) {
    if (spared.includes(one.id)) continue;
    evict.push(one.id);
    free += one.memoryMb;
    if (free >= neededMb) return evict;
  }
  return undefined;
}

function byAge(idle: readonly IdleInstance[]): IdleInstance[] {
  return [...idle].sort((a, b) => a.idleSince - b.idleSince);
}

/** One more would take processor time from these; a burst would otherwise start one for each request that waits. */
function hasWorkers({ workers, serving, starting, stuckMs, usualStartMs, lateMs }: PlacementSnapshot): boolean {
  if (workers === undefined || serving === 0 || isStuck({ stuckMs, usualStartMs, lateMs })) return false;
  return serving + starting >= workers;
}

/**
 * Until a request of the key has ended it may be short, so that few instances suffice for all that wait, as after a restart
 * of the server. More starts than processors take processor time from each other; those that wait for something else get
 * company each time that two starts should have taken.
 */
function hasFirstStarts(snapshot: PlacementSnapshot): boolean {
  const { usualBusyMs, starting, firstStarts, stuckMs } = snapshot;
  if (usualBusyMs !== undefined) return false;
  const late = Math.max(0, Math.floor(stuckMs / stuckAfterMs(snapshot)));
  return starting >= firstStarts * (1 + late);
}

/** No request ended for as long as two starts take. */
function isStuck(snapshot: Pick<PlacementSnapshot, 'stuckMs' | 'usualStartMs' | 'lateMs'>): boolean {
  return snapshot.stuckMs >= stuckAfterMs(snapshot);
}

function stuckAfterMs({ usualStartMs, lateMs }: Pick<PlacementSnapshot, 'usualStartMs' | 'lateMs'>): number {
  return Math.max(2 * usualStartMs, slowAfterMs(lateMs));
}

/** A server that looks later than this does not get the processor time that it needs, and neither do instances. */
const LATE_MS = 5;

/**
 * Short functions are served faster by few instances that are always warm than by many that first have to start and
 * then compete for the processors. When no request ended for as long as two starts take, the function has become
 * slower. The time that crowding adds to a request is left out where the runtime reports its own: it would look like
 * the need for more instances, which crowd the processors more. On a crowded machine it is in the runtime's own time, too,
 * but not in that of fast requests. Instances that start already will have their part of what waits.
 */
function isSoonServed({
  serving,
  starting,
  concurrency,
  usualBusyMs,
  usualOwnMs,
  fastOwnMs,
  lateMs,
  usualStartMs,
  waiting,
  stuckMs,
}: PlacementSnapshot): boolean {
  if (serving === 0 || usualBusyMs === undefined) return false;
  if (isStuck({ stuckMs, usualStartMs, lateMs })) return false;
  const ownMs = lateMs > LATE_MS ? fastOwnMs : usualOwnMs;
  const usualMs = ownMs === undefined ? usualBusyMs : Math.min(ownMs, usualBusyMs);
  return (usualMs * waiting) / ((serving + starting) * concurrency) < usualStartMs / 2;
}
