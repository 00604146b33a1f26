import { randomUUID } from 'node:crypto';
import type { Clock } from '../../lib/clock.ts';
import { type Access, denied } from './access.ts';
import type { BucketStore } from './bucket-store.ts';
import { tryAtomic } from './change-steps.ts';
import { BucketError } from './errors.ts';
import { checkBucketName } from './names.ts';
import { toSecond } from './object-commits.ts';
import type { BucketRow } from './rows.ts';
import { checkLifecycle } from './rules.ts';
import type { Bucket, BucketAction, BucketCaller, LifecycleRule, SettingAction } from './types.ts';
import { checkUsage, NO_USAGE, type UsageLimits } from './usage.ts';

/** A transaction that found another state than the look before it is tried again so often. */
const MAX_TRIES = 30;

export interface BucketRulesOptions {
  readonly access: Access;
  readonly store: BucketStore;
  readonly limits: UsageLimits;
  readonly region: string;
  readonly clock: Clock;
  /** Why no bucket can be created. */
  readonly refusal: string | undefined;
}

/** Operations on buckets and their settings. Guarantees and errors: see `Buckets`. */
export class BucketRules {
  readonly #options: BucketRulesOptions;

  constructor(options: BucketRulesOptions) {
    this.#options = options;
  }

  async create(caller: BucketCaller, name: string, region: string | undefined): Promise<Bucket> {
    const { store, limits, clock, region: own, refusal } = this.#options;
    const { accountId, projectId } = caller;
    const action = 'obs:bucket:CreateBucket';
    checkBucketName(name);
    if (!caller.may(action, { projectId, bucket: name })) throw denied(action);
    if (refusal !== undefined) throw new BucketError('NotImplemented', refusal);
    if (region !== undefined && region !== own) {
      throw new BucketError('InvalidArgument', `This server is the region ${own}.`);
    }
    const row: BucketRow = {
      id: randomUUID(),
      name,
      accountId,
      projectId,
      region: own,
      createdAt: toSecond(clock.now()),
    };
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const there = await store.look(name, Buffer.alloc(0));
      if (there !== undefined) throw taken(there.bucket, caller);
      checkUsage((await store.usage(projectId)) ?? NO_USAGE, { buckets: 1 }, limits);
      const statements = [...store.insertBucket(row), ...store.changeUsage(projectId, { buckets: 1 }, limits)];
      if (await tryAtomic(store, statements)) return toBucket(row);
    }
    throw new BucketError('SlowDown', 'Too many others create buckets. Try again soon.');
  }

  async head(caller: BucketCaller, name: string): Promise<Bucket> {
    return toBucket(await this.#open(caller, 'obs:bucket:HeadBucket', name));
  }

  async location(caller: BucketCaller, name: string): Promise<string> {
    return (await this.#open(caller, 'obs:bucket:GetBucketLocation', name)).region;
  }

  async list(caller: BucketCaller): Promise<Bucket[]> {
    const { projectId } = caller;
    const action = 'obs:bucket:ListAllMyBuckets';
    if (!caller.may(action, { projectId })) throw denied(action);
    const found = await this.#options.store.buckets(projectId);
    return found.filter(({ accountId }) => accountId === caller.accountId).map(toBucket);
  }

  async delete(caller: BucketCaller, name: string): Promise<void> {
    const { store, limits } = this.#options;
    const { id, projectId } = await this.#open(caller, 'obs:bucket:DeleteBucket', name);
    const statements = [...store.deleteBucket(id), ...store.changeUsage(projectId, { buckets: -1 }, limits)];
    if (await tryAtomic(store, statements)) return;
    await this.#options.access.find(name);
    throw new BucketError('BucketNotEmpty', 'The bucket has objects or unfinished uploads.');
  }

  async authorizeSetting(caller: BucketCaller, name: string, action: SettingAction): Promise<void> {
    await this.#open(caller, action, name);
  }

  async lifecycle(caller: BucketCaller, name: string): Promise<LifecycleRule[]> {
    const { id } = await this.#open(caller, 'obs:bucket:GetLifecycleConfiguration', name);
    const lifecycle = await this.#options.store.lifecycle(id);
    if (lifecycle !== undefined) return lifecycle;
    throw new BucketError('NoSuchLifecycleConfiguration', 'The bucket has no lifecycle.');
  }

  async putLifecycle(caller: BucketCaller, name: string, rules: readonly LifecycleRule[]): Promise<void> {
    checkLifecycle(rules);
    const { id } = await this.#open(caller, 'obs:bucket:PutLifecycleConfiguration', name);
    await this.#options.store.setLifecycle(id, rules);
  }

  async deleteLifecycle(caller: BucketCaller, name: string): Promise<void> {
    const { id } = await this.#open(caller, 'obs:bucket:PutLifecycleConfiguration', name);
    await this.#options.store.setLifecycle(id, undefined);
  }

  async #open(caller: BucketCaller, action: BucketAction, name: string): Promise<BucketRow> {
    return (await this.#options.access.open(caller, action, name)).bucket;
  }
}

function toBucket({ id: _, ...bucket }: BucketRow): Bucket {
  return bucket;
}

function taken({ accountId, projectId }: BucketRow, caller: BucketCaller): BucketError {
  if (accountId === caller.accountId && projectId === caller.projectId) {
    return new BucketError('BucketAlreadyOwnedByYou', 'The project has this bucket already.');
  }
  return new BucketError('BucketAlreadyExists', 'Another project has a bucket of this name; names are unique.');
}
