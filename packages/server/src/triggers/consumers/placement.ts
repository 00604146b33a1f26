import { hash } from 'node:crypto';

/**
 * Pure: the server that has a piece of work, by rendezvous hashing. When a server leaves, only its own pieces move.
 */
export function placeOf(work: string, servers: readonly string[]): string | undefined {
  let best: string | undefined;
  let highest = '';
  for (const server of servers) {
    const weight = hash('sha256', `${server} ${work}`, 'hex');
    if (weight > highest) [best, highest] = [server, weight];
  }
  return best;
}

/** Of the leases of lanes; then comes the id of the trigger. */
export const LANE_PREFIX = 'consumer:';

/** Pieces of a trigger: one for each shard, or one for all of a serial trigger. */
export interface Lane {
  readonly key: string;
  readonly shards: readonly string[];
}

/** Pure. */
export function lanesOf(triggerId: string, shards: readonly string[], isSerial: boolean): Lane[] {
  if (isSerial) return [{ key: LANE_PREFIX + triggerId, shards }];
  return shards.map((shard) => ({ key: `${LANE_PREFIX}${triggerId}:${shard}`, shards: [shard] }));
}
