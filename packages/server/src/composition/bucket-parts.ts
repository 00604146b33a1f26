import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Config } from '../config/index.ts';
import type { Clock } from '../lib/clock.ts';
import { type BucketsOptions, type Facts, type OpenBuckets, objectFacts, openBuckets } from '../services/index.ts';
import type { Duty, DutyOptions, Leases, Storage } from '../storage/index.ts';

export interface BucketDeps {
  readonly config: Config;
  readonly storage: Storage;
  readonly facts: Facts;
  readonly leases: Leases;
  readonly duty: (name: string, work: Pick<DutyOptions, 'begin' | 'end'>) => Duty;
  readonly refuseWhenFull: () => void;
  readonly mayRemove: BucketsOptions['mayRemove'];
  readonly clock: Clock;
  readonly log: Logger;
}

/** Buckets, with their bytes in the data directory, or in the folder that servers on one database share. */
export async function bucketParts(
  deps: BucketDeps,
): Promise<Pick<OpenBuckets, 'buckets' | 'usage'> & { readonly duty: Duty }> {
  const { config, storage, facts, leases, refuseWhenFull, mayRemove, clock, log } = deps;
  const { dataDir, sharedArtifacts, region, quotas, minFreeDiskBytes } = config;
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
  return { buckets, usage, duty };
}
