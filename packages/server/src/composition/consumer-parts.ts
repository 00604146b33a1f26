import { Consumers, TriggerHealth } from '../triggers/index.ts';
import type { Root } from './root.ts';
import type { ServiceParts } from './service-parts.ts';
import type { StateParts } from './state-parts.ts';
import type { StreamParts } from './stream-parts.ts';

export type ConsumerDeps = Root &
  Pick<StateParts, 'membership' | 'leases'> &
  Pick<ServiceParts, 'brokerStates' | 'batches'> &
  StreamParts;

/** Reads the streams of triggers. Call when functions and flows can run. */
export async function startConsumers(deps: ConsumerDeps): Promise<void> {
  const { membership, leases, clock, life } = deps;
  const { streamSources: sources, checkpoints, brokerStates: states } = deps;
  const log = deps.log.child({ module: 'consumers' });
  const consumers = new Consumers({
    ...{ sources, checkpoints, leases, clock, log, member: membership },
    health: new TriggerHealth({ states, clock, log }),
    ...deps.batches,
  });
  consumers.start();
  life.drain.begun.addEventListener('abort', () => void consumers.stop(life.drain.closed));
  life.onStop(() => consumers.stop(life.drain.closed));
}
