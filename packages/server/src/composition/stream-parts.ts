import { openStreams } from '../services/index.ts';
import type { Root } from './root.ts';
import type { StateParts } from './state-parts.ts';

export type StreamDeps = Root & Pick<StateParts, 'storage' | 'leases' | 'duty'>;

/** Streams and their records. */
export async function streamParts({ config, storage, leases, duty, clock, log, life }: StreamDeps) {
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
  return { streams, streamRecords: records };
}

export type StreamParts = Awaited<ReturnType<typeof streamParts>>;
