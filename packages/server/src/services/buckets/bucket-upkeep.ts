import type { Logger } from 'pino';
import type { Clock, Timer } from '../../lib/clock.ts';
import type { MayRemove } from '../../lib/leftovers.ts';
import type { BucketStore } from './bucket-store.ts';
import { expiredBefore } from './expiry.ts';
import type { BucketFiles } from './files/bucket-files.ts';
import { behindKey, behindPrefix } from './key-range.ts';
import type { ObjectCommits } from './object-commits.ts';
import type { BucketRow } from './rows.ts';
import type { LifecycleRule } from './types.ts';
import type { UploadStore } from './upload-store.ts';
import { REPEAT_MS, type Uploads } from './uploads.ts';

const MINUTE_MS = 60 * 1000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Readers of a replaced object have this long to finish; on a full disk they have less. */
const GRACE_MS = HOUR_MS;
const GRACE_WHEN_LOW_MS = MINUTE_MS;
/** Unfinished uploads end after a week, whatever the lifecycle says. */
const MAX_UPLOAD_MS = 7 * DAY_MS;
/** Rows of one look. */
const BATCH = 500;

export interface BucketUpkeepOptions {
  readonly store: BucketStore;
  readonly uploadStore: UploadStore;
  readonly uploads: Uploads;
  readonly commits: ObjectCommits;
  readonly files: BucketFiles;
  readonly mayRemove: MayRemove;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Removes files of replaced objects and objects that were written with an end once a minute; and once an hour objects that
 * their lifecycle ends, old uploads, and files that no row names.
 */
export class BucketUpkeep {
  readonly #options: BucketUpkeepOptions;
  #timer: Timer | undefined;
  #hourlyAt = 0;
  #running: Promise<void> = Promise.resolve();
  #stopping = new AbortController();

  constructor(options: BucketUpkeepOptions) {
    this.#options = options;
  }

  /** Begins with everything at once. `isHeld`: whether this server still does it for all. */
  start(isHeld: () => boolean): void {
    this.#stopping = new AbortController();
    const { signal } = this.#stopping;
    this.#hourlyAt = 0;
    const tick = (): void => {
      this.#running = this.run(signal, isHeld).finally(() => {
        if (!signal.aborted) this.#timer = this.#options.clock.after(MINUTE_MS, tick);
      });
    };
    tick();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#timer?.cancel();
    await this.#running;
  }

  /** Does what is due now. Never rejects. */
  async run(signal: AbortSignal, isHeld: () => boolean = () => true): Promise<void> {
    const { clock, log } = this.#options;
    const goesOn = (): boolean => !signal.aborted && isHeld();
    const isHour = clock.now() - this.#hourlyAt >= HOUR_MS;
    if (isHour) this.#hourlyAt = clock.now();
    const work = [
      () => this.#collect(goesOn),
      () => this.#removeExpired(goesOn),
      ...(isHour
        ? [() => this.#expireObjects(goesOn), () => this.#expireUploads(goesOn), () => this.#sweep(signal, goesOn)]
        : []),
    ];
    for (const step of work) {
      if (!goesOn()) return;
      await step().catch((error: unknown) => log.error({ err: error }, 'expired objects could not be removed'));
    }
  }

  async #collect(goesOn: () => boolean): Promise<void> {
    const { store, files, clock } = this.#options;
    const grace = (await files.isLow()) ? GRACE_WHEN_LOW_MS : GRACE_MS;
    while (goesOn()) {
      const garbage = await store.garbage(clock.now() - grace, BATCH);
      const names = garbage.map(({ file }) => file);
      await files.remove(names);
      await store.forgetGarbage(names);
      if (garbage.length < BATCH) return;
    }
  }

  async #removeExpired(goesOn: () => boolean): Promise<void> {
    const { store, commits, clock } = this.#options;
    while (goesOn()) {
      const expired = await store.expired(clock.now(), BATCH);
      for (const { bucket, key: bytes, version } of expired) {
        if (!goesOn()) return;
        await commits.commit({ bucket, key: bytes.toString('utf8'), bytes, onlyVersion: version });
      }
      if (expired.length < BATCH) return;
    }
  }

  async #expireObjects(goesOn: () => boolean): Promise<void> {
    const { store } = this.#options;
    for (let behind = ''; goesOn(); ) {
      const buckets = await store.withLifecycle(behind, BATCH);
      for (const { rules, ...bucket } of buckets) {
        for (const rule of rules) if (rule.enabled && goesOn()) await this.#apply(bucket, rule, goesOn);
      }
      behind = buckets.at(-1)?.id ?? '';
      if (buckets.length < BATCH) return;
    }
  }

  async #apply(bucket: BucketRow, rule: LifecycleRule, goesOn: () => boolean): Promise<void> {
    const { expireDays, abortUploadDays } = rule;
    const { clock } = this.#options;
    const prefix = Buffer.from(rule.prefix);
    if (expireDays !== undefined) {
      await this.#expireKeys(bucket, prefix, expiredBefore(expireDays, clock.now()), goesOn);
    }
    if (abortUploadDays !== undefined) {
      const before = expiredBefore(abortUploadDays, clock.now());
      await this.#endUploads(before, goesOn, bucket.id, prefix);
    }
  }

  async #expireKeys(bucket: BucketRow, prefix: Buffer, before: number, goesOn: () => boolean): Promise<void> {
    const { store, commits } = this.#options;
    const end = behindPrefix(prefix);
    for (let from = prefix; goesOn(); ) {
      const rows = await store.list(bucket.id, { from }, end, BATCH);
      for (const { key, bytes, version, modifiedAt } of rows) {
        // a newer version under the key stays
        if (modifiedAt < before) await commits.commit({ bucket, key, bytes, onlyVersion: version });
      }
      const last = rows.at(-1);
      if (last === undefined || rows.length < BATCH) return;
      from = behindKey(last.bytes);
    }
  }

  async #expireUploads(goesOn: () => boolean): Promise<void> {
    const { uploadStore, clock } = this.#options;
    await this.#endUploads(clock.now() - MAX_UPLOAD_MS, goesOn);
    await uploadStore.forgetDone(clock.now() - REPEAT_MS);
  }

  async #endUploads(before: number, goesOn: () => boolean, bucketId?: string, prefix = Buffer.alloc(0)): Promise<void> {
    const { uploadStore, uploads } = this.#options;
    for (let behind = ''; goesOn(); ) {
      const old = await uploadStore.openBefore(before, BATCH, behind, bucketId);
      for (const upload of old) {
        if (upload.key.subarray(0, prefix.length).equals(prefix)) await uploads.expire(upload);
      }
      behind = old.at(-1)?.id ?? '';
      if (old.length < BATCH) return;
    }
  }

  async #sweep(signal: AbortSignal, goesOn: () => boolean): Promise<void> {
    const { store, files, mayRemove, log } = this.#options;
    const removed = await files.sweep(
      (names) => store.known(names),
      async (path) => goesOn() && mayRemove(path),
      signal,
    );
    if (removed > 0) log.info({ removed }, 'files of objects that were never finished were removed');
  }
}
