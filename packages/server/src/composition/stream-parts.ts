import { openStreams } from '../services/index.ts';
import { CheckpointStore, StreamLags, TRIGGERS } from '../triggers/index.ts';
import type { LogTriggerParts } from './log-trigger-parts.ts';
import type { Root } from './root.ts';
import type { ServiceParts } from './service-parts.ts';
import type { StateParts } from './state-parts.ts';

export type StreamDeps = Root &
  Pick<StateParts, 'storage' | 'leases' | 'duty'> &
  Pick<ServiceParts, 'batches'> &
  LogTriggerParts;

/** Streams, their records, and the triggers that read them. */
export async function streamParts(deps: StreamDeps) {
  const { config, storage, batches, leases, duty, logTriggers, clock, log, life } = deps;
  const { streams, records, upkeep } = openStreams({
    ...{ storage, clock, quotas: config.quotas },
    log: log.child({ module: 'streams' }),
  });
  const removing = duty('streams', {
    begin: (lease) => upkeep.start(leases.guard(lease)),
    end: () => upkeep.stop(),
  });
  await removing.start();
  life.onStop(() => removing.stop());
  const checkpoints = new CheckpointStore(storage.db);
  const streamSources = new Map(
    TRIGGERS.flatMap(({ code, stream }) => (stream ? [[code, stream({ streams, streamRecords: records })]] : [])),
  );
  const streamLags = new StreamLags({
    sources: streamSources,
    targets: batches.targets,
    checkpoints,
    logs: logTriggers,
  });
  return { streams, streamRecords: records, streamSources, checkpoints, streamLags };
}

export type StreamParts = Awaited<ReturnType<typeof streamParts>>;
