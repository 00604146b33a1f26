import { SourceInvocations } from '../invocation/index.ts';
import { newRequestId } from '../lib/ids.ts';
import { BatchRoom, CheckpointStore, Consumers, TRIGGERS } from '../triggers/index.ts';
import type { AsyncParts } from './async-parts.ts';
import type { InvocationParts } from './invocation-parts.ts';
import type { Root } from './root.ts';
import type { StateParts } from './state-parts.ts';
import type { StreamParts } from './stream-parts.ts';

/** Of records in progress. */
const ROOM_BYTES = 128 * 1024 * 1024;

export type ConsumerDeps = Root &
  Pick<StateParts, 'storage' | 'membership' | 'leases' | 'catalog' | 'queue' | 'steady' | 'duty'> &
  Pick<InvocationParts, 'invoker'> &
  Pick<AsyncParts, 'deadLetterBox'> &
  StreamParts;

/** Reads the streams of triggers. Call when their functions can run. */
export async function startConsumers(deps: ConsumerDeps): Promise<void> {
  const { region, storage, membership, leases, catalog, queue, steady, clock, invoker, life } = deps;
  const { streams, streamRecords } = deps;
  const log = deps.log.child({ module: 'consumers' });
  const checkpoints = new CheckpointStore(storage.db);
  const consumers = new Consumers({
    ...{ catalog, checkpoints, leases, region, clock, log, member: membership },
    sources: new Map(
      TRIGGERS.flatMap(({ code, stream }) => (stream ? [[code, stream({ streams, streamRecords })]] : [])),
    ),
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
