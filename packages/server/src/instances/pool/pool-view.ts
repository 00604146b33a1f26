import type { LimitShare } from '../../cluster/index.ts';
import { mayHoldMore } from '../../lib/fair-share.ts';
import type { Instance } from '../instance/instance.ts';
import type { LaunchSpec } from '../start/launch-spec.ts';
import type { FunctionGroup, Waiter } from './function-group.ts';
import type { MemoryBook } from './memory-book.ts';
import type { IdleInstance, PlacementSnapshot, RoomSnapshot } from './placement.ts';
import type { PoolLimits } from './pool-limits.ts';

/** The state of the pool that `place` needs. */
export interface PoolView {
  readonly groups: ReadonlyMap<string, FunctionGroup>;
  readonly memory: MemoryBook;
  readonly startsUnderWay: number;
  readonly limits: PoolLimits;
  /** Of instances per function, where their limits count on several servers. */
  readonly share: Pick<LimitShare, 'of'> | undefined;
}

export function placementSnapshot(
  view: PoolView,
  group: FunctionGroup,
  waiter: Pick<Waiter, 'spec' | 'laneBytes' | 'since'>,
  now: number,
): PlacementSnapshot {
  const { spec, laneBytes } = waiter;
  const pace = group.pace(spec.key);
  const free = group.peekFree(spec.key);
  return {
    ...roomSnapshot(view, group, spec),
    lanesAreFull: laneBytes !== undefined && group.laneFor(spec.key, laneBytes, now) === 'full',
    workers: laneBytes === undefined ? undefined : group.workers(spec.key, now),
    free: free === undefined ? undefined : { id: free.id, growMb: growMb(view.memory, free) },
    starting: group.starting(spec.key),
    waiting: group.waitersFor(spec.key).length,
    stuckMs: group.readAt - Math.max(waiter.since, pace.endedAt),
    serving: group.serving(spec.key),
    concurrency: spec.concurrency,
    usualBusyMs: pace.busyMs,
    usualOwnMs: pace.ownMs,
    fastOwnMs: pace.fastOwnMs,
    lateMs: group.lateMs,
    // a request that waits for twice this time must still have time for a start of its own
    usualStartMs: Math.min(pace.startMs, view.limits.maxWaitMs / 4),
    ownStarts: group.starting(),
    startsUnderWay: view.startsUnderWay,
    maxStarts: view.limits.maxStarts,
    firstStarts: view.limits.firstStarts,
  };
}

export function roomSnapshot(
  view: Pick<PoolView, 'groups' | 'memory' | 'share'>,
  group: FunctionGroup,
  spec: LaunchSpec,
): RoomSnapshot {
  const { freeMb, totalMb } = view.memory;
  const { maxInstances, memoryMb } = spec;
  // the one that is debugged: those of other versions neither count nor make room for a second
  const isAlone = spec.debug !== undefined;
  const live = isAlone ? group.serving(spec.key) + group.starting(spec.key) : group.instances.size + group.starting();
  const mayHave =
    view.share === undefined || maxInstances <= 0 || isAlone
      ? undefined
      : view.share.of(group.functionKey, maxInstances);
  const heldMemoryMb = view.memory.ofFunction(group.functionKey);
  const full =
    freeMb < memoryMb || !mayHoldMore(heldMemoryMb, freeMb, totalMb) || isLimited(live, mayHave ?? maxInstances);
  // The usual case needs no look at every instance of the machine.
  const idle = full ? idleInstances(view, isAlone ? undefined : group) : [];
  return { live, maxInstances, mayHave, memoryMb, freeMemoryMb: freeMb, totalMemoryMb: totalMb, heldMemoryMb, idle };
}

/** Whether one more instance of a function is beyond what this server may have now. */
export function needsShare({ groups, share }: PoolView, { functionKey, maxInstances }: LaunchSpec): boolean {
  if (share === undefined || maxInstances <= 0) return false;
  const group = groups.get(functionKey);
  const live = group === undefined ? 0 : group.instances.size + group.starting();
  return live >= share.of(functionKey, maxInstances);
}

function isLimited(live: number, most: number): boolean {
  return most >= 0 && live >= most;
}

/** MB that the memory budget must still add to an instance before it serves; 0 unless it is frozen. */
function growMb(memory: MemoryBook, instance: Instance): number {
  return instance.spec.memoryMb - memory.of(instance);
}

/** On-demand instances that may be evicted; reserved ones stay. */
function idleInstances(
  { groups, memory }: Pick<PoolView, 'groups' | 'memory'>,
  group: FunctionGroup | undefined,
): IdleInstance[] {
  const idle: IdleInstance[] = [];
  for (const other of groups.values()) {
    for (const one of other.instances) {
      if (one.inFlight > 0 || one.state !== 'ready' || other.reserved.has(one)) continue;
      const { id, idleSince } = one;
      idle.push({ id, idleSince, memoryMb: memory.of(one), sameFunction: other === group });
    }
  }
  return idle;
}

/** Whether an instance can have its memory at once: a frozen one is charged only with its use. */
export function hasMemoryFor(memory: MemoryBook, instance: Instance): boolean {
  if (!instance.isFrozen) return true;
  const { freeMb, totalMb } = memory;
  const held = memory.ofFunction(instance.spec.functionKey);
  return growMb(memory, instance) <= Math.max(freeMb, 0) && mayHoldMore(held, freeMb, totalMb);
}

/**
 * Whether a waiting function with less memory than the group gets the memory of its idle instance: a burst must not
 * monopolize it. `short` has the functions that wait for memory, and the MB that each needs.
 */
export function mustYield(
  group: FunctionGroup,
  instance: Instance,
  short: ReadonlyMap<FunctionGroup, number>,
  memory: MemoryBook,
): boolean {
  if (instance.inFlight > 0 || group.reserved.has(instance)) return false;
  const ours = memory.ofFunction(group.functionKey);
  for (const [other, neededMb] of short) {
    if (other === group || other.waiters.size === 0) continue;
    const theirs = memory.ofFunction(other.functionKey);
    if (theirs === 0 || theirs + neededMb < ours) return true;
  }
  return false;
}
