import type { PoolView } from './pool-view.ts';

export interface PoolGauges {
  readonly instances: number;
  readonly idle: number;
  readonly frozen: number;
  /** Reserved by configuration. */
  readonly reserved: number;
  readonly starting: number;
  readonly waiting: number;
  readonly promisedMemoryMb: number;
}

export function gaugesOf({
  groups,
  memory,
  startsUnderWay,
}: Pick<PoolView, 'groups' | 'memory' | 'startsUnderWay'>): PoolGauges {
  let [instances, idle, frozen, waiting, reserved] = [0, 0, 0, 0, 0];
  for (const group of groups.values()) {
    instances += group.instances.size;
    waiting += group.waiters.length;
    reserved += group.reserved.size;
    for (const one of group.instances) {
      if (one.inFlight === 0) idle += 1;
      if (one.isFrozen) frozen += 1;
    }
  }
  return { instances, idle, frozen, reserved, waiting, starting: startsUnderWay, promisedMemoryMb: memory.promisedMb };
}
