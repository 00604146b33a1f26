import { openLoadDoor, Roster, RosterStore } from '../cluster/index.ts';
import type { ClusterParts } from './cluster-parts.ts';
import type { InstanceParts } from './instance-parts.ts';
import type { InvocationParts } from './invocation-parts.ts';
import type { StateParts } from './state-parts.ts';

type RosterDeps = ClusterParts &
  Pick<StateParts, 'storage' | 'membership'> &
  Pick<InstanceParts, 'pool'> &
  Pick<InvocationParts, 'gate'>;

/** The servers as their operators see them. */
export function rosterParts({ storage, membership, nodes, cluster, pool, gate }: RosterDeps) {
  const load = () => {
    const { inFlight: running, waiting, instances, promisedMemoryMb: memoryMb } = pool.gauges();
    return { running, waiting: waiting + gate.waiting, instances, memoryMb };
  };
  if (cluster !== undefined) openLoadDoor(cluster.listener, load);
  const store = new RosterStore(storage);
  const isShared = storage.kind === 'postgres';
  return { roster: new Roster({ store, membership, nodes, connections: cluster?.connections, isShared, load }) };
}
