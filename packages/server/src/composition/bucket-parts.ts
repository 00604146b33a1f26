import { join } from 'node:path';
import { ExternalS3, objectFacts, openBuckets } from '../services/index.ts';
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

/** Why no bucket can be created: servers that share their code in S3 have no common folder for objects. */
const NO_FOLDER =
  'Artifacts are in S3, and buckets need a folder that all servers mount: start them with --bucket-folder DIR.';

/**
 * Buckets, with their bytes in the data directory, or in the folder that servers on one database share; and the S3 services
 * outside.
 */
export async function bucketParts(deps: BucketDeps) {
  const { config, region, storage, facts, leases, refuseWhenFull, mayRemove, clock, log, life } = deps;
  const { dataDir, bucketFolder, sharedArtifacts, quotas, minFreeDiskBytes } = config;
  const own = join(dataDir, 'buckets');
  const { buckets, usage, upkeep } = await openBuckets({
    ...{ storage, refuseWhenFull, mayRemove, clock, region, quotas },
    dir: bucketFolder ?? own,
    isShared: bucketFolder !== undefined,
    formerDir: bucketFolder === undefined ? undefined : own,
    refusal: sharedArtifacts?.kind === 's3' && bucketFolder === undefined ? NO_FOLDER : undefined,
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
  const externalS3 = new ExternalS3(config.externalS3);
  life.onStop(() => externalS3.stop());
  return { buckets, bucketUsage: usage, externalS3 };
}

export type BucketParts = Awaited<ReturnType<typeof bucketParts>>;
