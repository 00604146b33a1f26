import { SourceInvocations } from '../invocation/index.ts';
import { newRequestId } from '../lib/ids.ts';
import { BatchRoom, Consumers, TriggerHealth } from '../triggers/index.ts';
import type { AsyncParts } from './async-parts.ts';
import type { InvocationParts } from './invocation-parts.ts';
import type { Root } from './root.ts';
import type { ServiceParts } from './service-parts.ts';
import type { StateParts } from './state-parts.ts';
import type { StreamParts } from './stream-parts.ts';

/** Of records in progress. */
const ROOM_BYTES = 128 * 1024 * 1024;

export type ConsumerDeps = Root &
  Pick<StateParts, 'membership' | 'leases' | 'catalog' | 'queue' | 'steady' | 'duty'> &
  Pick<InvocationParts, 'invoker'> &
  Pick<AsyncParts, 'deadLetterBox'> &
  Pick<ServiceParts, 'brokerStates'> &
  StreamParts;

/** Reads the streams of triggers. Call when their functions can run. */
export async function startConsumers(deps: ConsumerDeps): Promise<void> {
  const { region, membership, leases, catalog, queue, steady, clock, invoker, life } = deps;
  const { streamSources: sources, checkpoints, brokerStates: states } = deps;
  const log = deps.log.child({ module: 'consumers' });
  const consumers = new Consumers({
    ...{ catalog, sources, checkpoints, leases, region, clock, log, member: membership },
    health: new TriggerHealth({ states, clock, log }),
    room: new BatchRoom(ROOM_BYTES),
    invocations: new SourceInvocations({
      accepting: { catalog, clock: steady, random: Math.random },
      ...{ invoker, queue, clock },
      deadLetters: deps.deadLetterBox,
      wallTime: clock.now,
      newId: newRequestId,
    }),
  });
  consumers.start();
  life.drain.begun.addEventListener('abort', () => void consumers.stop(life.drain.closed));
  life.onStop(() => consumers.stop(life.drain.closed));
}
