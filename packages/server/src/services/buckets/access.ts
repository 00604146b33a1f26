import type { BucketStore, Seen } from './bucket-store.ts';
import { BucketError } from './errors.ts';
import { isBucketName } from './names.ts';
import type { BucketAction, BucketCaller } from './types.ts';

const NO_KEY = Buffer.alloc(0);

/** Finds buckets for callers that may act on them. */
export class Access {
  readonly #store: BucketStore;

  constructor(store: BucketStore) {
    this.#store = store;
  }

  /** Throws `NoSuchBucket` and `AccessDenied`. `key` is what the action is about: an object or the prefix of a listing. */
  async open(
    caller: BucketCaller,
    action: BucketAction,
    name: string,
    object?: { readonly key: string; readonly bytes: Buffer },
  ): Promise<Seen> {
    const seen = await this.find(name, object?.bytes);
    const { projectId } = seen.bucket;
    const about = { projectId, bucket: name, ...(object && { key: object.key }) };
    if (seen.bucket.accountId !== caller.accountId || !caller.may(action, about)) throw denied(action);
    return seen;
  }

  /** For work that no caller requested. Throws `NoSuchBucket`. */
  async find(name: string, key: Buffer = NO_KEY): Promise<Seen> {
    const seen = isBucketName(name) ? await this.#store.look(name, key) : undefined;
    if (seen === undefined) throw new BucketError('NoSuchBucket', 'There is no bucket of this name.');
    return seen;
  }
}

export function denied(action: BucketAction): BucketError {
  return new BucketError('AccessDenied', `The caller may not do this here; it needs the right ${action}.`);
}
