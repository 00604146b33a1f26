import { mayHoldMore } from '../lib/fair-share.ts';

/** An idle on-demand instance that may go to make room. */
export interface IdleInstance {
  readonly id: string;
  /** What the memory budget gets back when it goes. */
  readonly memoryMb: number;
  readonly idleSince: number;
  readonly sameFunction: boolean;
}

/** What another instance of a function needs, and what there is. */
export interface RoomSnapshot {
  /** Living instances of the function of any version, those that start included. */
  readonly live: number;
  /** −1 for no limit. */
  readonly maxInstances: number;
  readonly memoryMb: number;
  readonly freeMemoryMb: number;
  readonly totalMemoryMb: number;
  /** What the instances of the function are promised already, idle and starting ones too. */
  readonly heldMemoryMb: number;
  readonly idle: readonly IdleInstance[];
}

/** A look at the pool for one function, taken when a request waits. Pure data. */
export interface PlacementSnapshot extends RoomSnapshot {
  /** The instance with a free slot that would be used first; `growMb`: what it needs of the budget to run again. */
  readonly free: { readonly id: string; readonly growMb: number } | undefined;
  /** Starts under way for the wanted key. */
  readonly starting: number;
  /** Requests that wait for the wanted key, this one included. */
  readonly waiting: number;
  /** How long this request waits already without that any other of the wanted key ended. */
  readonly stuckMs: number;
  /** Instances of the wanted key that serve requests. */
  readonly serving: number;
  /** How long a fast request of the wanted key lately took; undefined when none is known. */
  readonly usualBusyMs: number | undefined;
  /** How long requests of the wanted key lately ran inside, on average; undefined when the runtime does not tell. */
  readonly usualOwnMs: number | undefined;
  readonly processors: number;
  /** How long a start of the wanted key lately took, on average. */
  readonly usualStartMs: number;
  /** Requests that one instance serves at once. */
  readonly concurrency: number;
  /** Starts under way for the function, of any version. */
  readonly ownStarts: number;
  /** Starts under way on the machine. */
  readonly startsUnderWay: number;
  readonly maxStarts: number;
}

/**
 * `turn`: an instance is coming or will soon be free; `starts`: the machine starts as many as it may; `limit`: the
 * function has as many instances as it may; `memory`: the memory budget is promised to instances that are in use.
 */
export type WaitReason = 'turn' | 'starts' | 'limit' | 'memory';

/** Why an instance will never be there, as things are set. */
export type RefuseReason = 'disabled' | 'too large';

export type Placement =
  /** `evict`: instances to stop first, to make room. */
  | { readonly kind: 'reuse'; readonly evict: readonly string[] }
  | { readonly kind: 'start'; readonly evict: readonly string[] }
  /** `againMs`: ask again after this even if nothing changes. */
  | { readonly kind: 'wait'; readonly why: WaitReason; readonly againMs?: number }
  | { readonly kind: 'refuse'; readonly reason: RefuseReason };

/**
 * Where a waiting request goes. A free instance first; a start for each request that has none coming, unless the
 * instances at work will be free sooner than a new one could be; else it waits. An idle instance of an older revision,
 * then the longest idle of others, make room when the function's limit or the machine's memory is reached.
 */
export function place(snapshot: PlacementSnapshot): Placement {
  const { free } = snapshot;
  const refused = neverFits(snapshot);
  if (refused !== undefined) return { kind: 'refuse', reason: refused };
  if (free !== undefined) {
    const evict = memoryFrom(snapshot, free.growMb, [free.id]);
    return evict === undefined ? { kind: 'wait', why: 'memory' } : { kind: 'reuse', evict };
  }
  if (snapshot.starting * snapshot.concurrency >= snapshot.waiting) return { kind: 'wait', why: 'turn' };
  const freeStarts = snapshot.maxStarts - snapshot.startsUnderWay;
  if (freeStarts <= 0 || !mayHoldMore(snapshot.ownStarts, freeStarts, snapshot.maxStarts))
    return { kind: 'wait', why: 'starts' };
  if (isSoonServed(snapshot)) return { kind: 'wait', why: 'turn', againMs: snapshot.usualStartMs };
  const room = roomFor(snapshot);
  return 'evict' in room ? { kind: 'start', evict: room.evict } : { kind: 'wait', why: room.lacks };
}

/** Why the function can have no instance at all. */
export function neverFits(snapshot: RoomSnapshot): RefuseReason | undefined {
  if (snapshot.maxInstances === 0) return 'disabled';
  return snapshot.memoryMb > snapshot.totalMemoryMb ? 'too large' : undefined;
}

/** What has to go for one more instance of the function, or what it lacks. Never more goes than needed. */
export function roomFor(
  snapshot: RoomSnapshot,
): { readonly evict: readonly string[] } | { readonly lacks: 'limit' | 'memory' } {
  const { live, maxInstances, idle, memoryMb } = snapshot;
  if (maxInstances < 0 || live < maxInstances) {
    const evict = memoryFrom(snapshot, memoryMb, []);
    return evict === undefined ? { lacks: 'memory' } : { evict };
  }
  const own = byAge(idle).find((one) => one.sameFunction);
  if (own === undefined || live > maxInstances) return { lacks: 'limit' };
  const evict = memoryFrom(snapshot, memoryMb - own.memoryMb, [own.id]);
  return evict === undefined ? { lacks: 'memory' } : { evict: [own.id, ...evict] };
}

/**
 * The longest idle that must go so that `neededMb` are free; undefined when that is not enough, or the function would leave
 * too little for others.
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

/** More instances than these for each processor help only requests that wait for something outside. */
const ENOUGH_PER_PROCESSOR = 8;

/**
 * Short functions are served faster by few instances that are always warm than by many that first have to start and then
 * compete for the processors. When nothing ended for as long as two starts take, the
 * function is not as short as it was. With enough instances at work, what crowding adds to a request is left out: under
 * overload it would look like the need for hundreds more.
 */
function isSoonServed({
  serving,
  concurrency,
  usualBusyMs,
  usualOwnMs,
  processors,
  usualStartMs,
  waiting,
  stuckMs,
}: PlacementSnapshot): boolean {
  if (serving === 0 || usualBusyMs === undefined || stuckMs >= 2 * usualStartMs) return false;
  const isEnough = serving >= ENOUGH_PER_PROCESSOR * processors;
  const usualMs = isEnough && usualOwnMs !== undefined ? Math.min(usualOwnMs, usualBusyMs) : usualBusyMs;
  return (usualMs * waiting) / (serving * concurrency) < usualStartMs / 2;
}
