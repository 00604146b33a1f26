import type { Logger } from 'pino';
import type { Quotas } from '../../domain/quotas.ts';
import type { Clock } from '../../lib/clock.ts';
import type { MayRemove } from '../../lib/leftovers.ts';
import { StartupError } from '../../lib/startup-error.ts';
import type { Storage } from '../../storage/index.ts';
import { Access } from './access.ts';
import { BucketRules } from './bucket-rules.ts';
import { BucketStore } from './bucket-store.ts';
import { BucketUpkeep } from './bucket-upkeep.ts';
import { ChangeSteps } from './change-steps.ts';
import { BucketFiles } from './files/bucket-files.ts';
import { ObjectCommits } from './object-commits.ts';
import { ObjectReader } from './object-reader.ts';
import { Objects } from './objects.ts';
import type { Buckets, BucketUsage, FactRecorder } from './types.ts';
import { UploadStore } from './upload-store.ts';
import { Uploads } from './uploads.ts';
import { NO_USAGE } from './usage.ts';
import { WriteGate } from './write-gate.ts';

export interface BucketsOptions {
  readonly storage: Pick<Storage, 'db' | 'atomic' | 'kind'>;
  /** Folder of the bytes. */
  readonly dir: string;
  /** Other servers with the same database use the folder, too. */
  readonly isShared: boolean;
  /** Folder of bytes from before servers shared one; they are moved. */
  readonly formerDir?: string | undefined;
  /** Why no bucket can be created. */
  readonly refusal?: string | undefined;
  readonly region: string;
  readonly quotas: Quotas;
  readonly minFreeBytes: number;
  readonly facts: FactRecorder;
  /** Throws while the data directory has too little space. */
  readonly refuseWhenFull: () => void;
  /** Rule for files that no row refers to. */
  readonly mayRemove: MayRemove;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface OpenBuckets {
  readonly buckets: Buckets;
  /** The removals that one server does for all. */
  readonly upkeep: BucketUpkeep;
  readonly usage: (projectId: string) => Promise<BucketUsage>;
}

/** Throws `StartupError` when the folder cannot be used, or buckets exist and none can be created. */
export async function openBuckets(options: BucketsOptions): Promise<OpenBuckets> {
  const { storage, region, quotas, facts, refuseWhenFull, mayRemove, clock, log } = options;
  const files = new BucketFiles(options);
  await files.start();
  if (options.formerDir !== undefined) await files.adopt(options.formerDir);
  const limits = quotas;
  const store = new BucketStore(storage);
  const { refusal } = options;
  if (refusal !== undefined && (await store.hasAny()))
    throw new StartupError('buckets', 'buckets exist, and this server does not know the folder of their objects', {
      hint: refusal,
    });
  const access = new Access(store);
  const uploadStore = new UploadStore(storage);
  const rules = new BucketRules({ access, store, limits, region, clock, refusal });
  const steps = new ChangeSteps({ store, limits, kind: storage.kind });
  const commits = new ObjectCommits({ store, steps, access, facts, limits, clock });
  const gate = new WriteGate(quotas.objectWrites);
  const shared = {
    ...{ access, store, files, commits, limits, refuseWhenFull },
    uploads: uploadStore,
    reader: new ObjectReader(files, uploadStore),
    gate,
  };
  const objects = new Objects(shared);
  const uploads = new Uploads({ ...shared, objects, clock });
  return {
    usage: async (projectId) => {
      const usage = (await store.usage(projectId)) ?? NO_USAGE;
      return { ...usage, writes: gate.running(projectId) };
    },
    upkeep: new BucketUpkeep({ store, uploadStore, uploads, commits, files, mayRemove, clock, log }),
    buckets: {
      createBucket: (caller, name, place) => rules.create(caller, name, place),
      headBucket: (caller, name) => rules.head(caller, name),
      listBuckets: (caller) => rules.list(caller),
      deleteBucket: (caller, name) => rules.delete(caller, name),
      location: (caller, name) => rules.location(caller, name),
      put: (caller, request) => objects.put(caller, request),
      get: (caller, request) => objects.get(caller, request),
      head: (caller, request) => objects.head(caller, request),
      delete: (caller, request) => objects.delete(caller, request),
      deleteMany: (caller, bucket, keys) => objects.deleteMany(caller, bucket, keys),
      copy: (caller, request) => objects.copy(caller, request),
      list: (caller, request) => objects.list(caller, request),
      createUpload: (caller, request) => uploads.create(caller, request),
      uploadPart: (caller, request) => uploads.uploadPart(caller, request),
      copyPart: (caller, request) => uploads.copyPart(caller, request),
      completeUpload: (caller, request) => uploads.complete(caller, request),
      abortUpload: (caller, request) => uploads.abort(caller, request),
      listParts: (caller, request) => uploads.listParts(caller, request),
      listUploads: (caller, request) => uploads.listUploads(caller, request),
      authorizeSetting: (caller, name, action) => rules.authorizeSetting(caller, name, action),
      lifecycle: (caller, name) => rules.lifecycle(caller, name),
      putLifecycle: (caller, name, list) => rules.putLifecycle(caller, name, list),
      deleteLifecycle: (caller, name) => rules.deleteLifecycle(caller, name),
    },
  };
}
