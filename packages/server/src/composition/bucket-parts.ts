import { join } from 'node:path';
import { objectFacts, openBuckets } from '../services/index.ts';
import type { ControlParts } from './control-parts.ts';
import type { HostParts } from './host-parts.ts';
import type { Root } from './root.ts';
import type { ServiceParts } from './service-parts.ts';
import type { StateParts } from './state-parts.ts';

export type BucketDeps = Root &
  Pick<HostParts, 'refuseWhenFull'> &
  Pick<StateParts, 'storage' | 'leases' | 'duty'> &
  Pick<ControlParts, 'mayRemove'> &
  Pick<ServiceParts, 'facts'>;

/** Buckets, with their bytes in the data directory, or in the folder that servers on one database share. */
export async function bucketParts(deps: BucketDeps) {
  const { config, region, storage, facts, leases, refuseWhenFull, mayRemove, clock, log, life } = deps;
  const { dataDir, sharedArtifacts, quotas, minFreeDiskBytes } = config;
  const { buckets, usage, upkeep } = await openBuckets({
    ...{ storage, refuseWhenFull, mayRemove, clock, region, quotas },
    dir: join(sharedArtifacts ?? dataDir, 'buckets'),
    isShared: sharedArtifacts !== undefined,
    formerDir: sharedArtifacts === undefined ? undefined : join(dataDir, 'buckets'),
    minFreeBytes: minFreeDiskBytes,
    facts: objectFacts(facts),
    log: log.child({ module: 'buckets' }),
  });
  const duty = deps.duty('buckets', {
    begin: (lease) => upkeep.start(() => leases.isHeld(lease)),
    end: () => upkeep.stop(),
  });
  await duty.start();
  life.onStop(() => duty.stop());
  return { buckets, bucketUsage: usage };
}

export type BucketParts = Awaited<ReturnType<typeof bucketParts>>;
