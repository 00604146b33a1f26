import type { PoolView } from './pool-view.ts';

export interface PoolGauges {
  readonly instances: number;
  readonly idle: number;
  readonly frozen: number;
  /** Reserved by configuration. */
  readonly reserved: number;
  readonly starting: number;
  /** Requests that instances run, or hold in their lanes. */
  readonly inFlight: number;
  /** Requests that no instance has. */
  readonly waiting: number;
  readonly promisedMemoryMb: number;
}

export function gaugesOf({
  groups,
  memory,
  startsUnderWay,
}: Pick<PoolView, 'groups' | 'memory' | 'startsUnderWay'>): PoolGauges {
  let [instances, idle, frozen, inFlight, waiting, reserved] = [0, 0, 0, 0, 0, 0];
  for (const group of groups.values()) {
    instances += group.instances.size;
    waiting += group.waiters.size;
    reserved += group.reserved.size;
    for (const one of group.instances) {
      inFlight += one.inFlight;
      if (one.inFlight === 0) idle += 1;
      if (one.isFrozen) frozen += 1;
    }
  }
  const [starting, promisedMemoryMb] = [startsUnderWay, memory.promisedMb];
  return { instances, idle, frozen, reserved, starting, inFlight, waiting, promisedMemoryMb };
}
