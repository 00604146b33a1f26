import type { Clock } from '../../lib/clock.ts';
import { newRequestId } from '../../lib/ids.ts';
import { KeyLock } from '../../lib/key-lock.ts';
import type { AtomicStatement } from '../../storage/index.ts';
import type { Access } from './access.ts';
import type { BucketStore } from './bucket-store.ts';
import type { ChangeSteps } from './change-steps.ts';
import { checkWrite } from './conditions.ts';
import { BucketError } from './errors.ts';
import type { BucketRow, ObjectRow } from './rows.ts';
import type { BucketCaller, FactRecorder, ObjectEvent, WriteConditions } from './types.ts';
import { checkUsage, sumOf, type UsageChange, type UsageLimits } from './usage.ts';

/** A transaction that found another state than the look before it is tried again so often. */
const MAX_TRIES = 30;

export interface ObjectChange {
  readonly bucket: BucketRow;
  readonly key: string;
  readonly bytes: Buffer;
  readonly conditions?: WriteConditions | undefined;
  /** Absent: the object is deleted. */
  readonly next?: Omit<ObjectRow, 'sequence' | 'modifiedAt'>;
  /** Only this version is deleted. */
  readonly onlyVersion?: string;
  /** Absent: the change is no fact. */
  readonly fact?: { readonly event: ObjectEvent; readonly caller: BucketCaller };
  /** What else belongs to the transaction; made anew for each try. */
  readonly also?: (
    at: number,
  ) => Promise<{ readonly statements: readonly AtomicStatement[]; readonly usage: UsageChange }>;
}

export interface ObjectCommitsOptions {
  readonly store: BucketStore;
  readonly steps: ChangeSteps;
  readonly access: Access;
  readonly facts: FactRecorder;
  readonly limits: UsageLimits;
  readonly clock: Clock;
}

/**
 * Changes of objects: the row, what the project stores, the list of garbage and the fact in one transaction. It expects the
 * version that was looked at, so that conditions hold at its commit; if it has changed, everything is checked again.
 */
export class ObjectCommits {
  readonly #options: ObjectCommitsOptions;
  /** Changes of one key by this server take turns, so that they find what they expect. */
  readonly #locks = new KeyLock();
  #lastSequence = 0;

  constructor(options: ObjectCommitsOptions) {
    this.#options = options;
  }

  /** Returns the new object; undefined when there is none. Throws what the rules of writes say. */
  commit(change: ObjectChange): Promise<ObjectRow | undefined> {
    return this.#locks.run(`${change.bucket.id} ${change.key}`, async () => {
      const factId = newRequestId();
      for (let tries = 0; tries < MAX_TRIES; tries += 1) {
        const done = await this.#attempt(change, factId);
        if (done !== undefined) return done.object;
      }
      throw new BucketError('SlowDown', 'Too many others change this object. Try again soon.');
    });
  }

  /** Undefined when the transaction found another state than the look. */
  async #attempt(
    change: ObjectChange,
    factId: string,
  ): Promise<{ readonly object: ObjectRow | undefined } | undefined> {
    const { store, steps, facts, limits, clock } = this.#options;
    const { key, bytes, next, conditions } = change;
    const { bucket, usage, object: old } = await this.#options.access.find(change.bucket.name, bytes);
    if (bucket.id !== change.bucket.id) throw new BucketError('NoSuchBucket', 'The bucket was deleted.');
    checkWrite(old?.etag, conditions);
    if (next === undefined && (old === undefined || (change.onlyVersion ?? old.version) !== old.version)) {
      return { object: undefined };
    }
    const now = clock.now();
    const also = await change.also?.(now);
    const growth: UsageChange = {
      objects: (next === undefined ? 0 : 1) - (old === undefined ? 0 : 1),
      bytes: (next?.size ?? 0) - (old?.size ?? 0),
    };
    const total = sumOf([growth, also?.usage ?? {}]);
    checkUsage(usage, total, limits);
    const sequence = this.#nextSequence(now, old?.sequence);
    const object = next && { ...next, sequence, modifiedAt: toSecond(now) };
    const subject = object ?? old;
    const statements: AtomicStatement[] = [
      ...(also?.statements ?? []),
      ...(object === undefined
        ? [store.deleteObject(bucket.id, bytes, old?.version ?? '')]
        : [store.replaceObject(bucket.id, bytes, old?.version, object)]),
      ...(old === undefined ? [] : store.discard(old, now)),
    ];
    if (change.fact !== undefined && subject !== undefined) {
      const { event, caller } = change.fact;
      const { principalId, sourceIp, requestId, chainDepth, traceparent } = caller;
      const { region, accountId, projectId, name } = bucket;
      const { size, etag } = subject;
      const of = { region, accountId, projectId, bucket: name, key, size, etag };
      const by = { principalId, sourceIp, requestId, chainDepth, ...(traceparent !== undefined && { traceparent }) };
      const order = { at: now, sequencer: sequence.toString(16).padStart(16, '0') };
      statements.push(...facts.statements({ id: factId, event, ...of, ...by, ...order }));
    }
    const place = `${bucket.id} ${bytes.toString('hex')}`;
    const step = { projectId: bucket.projectId, place, statements, usage: total };
    if (!(await (also === undefined ? steps.run(step) : steps.alone(step)))) return undefined;
    if (change.fact !== undefined) facts.recorded();
    return { object };
  }

  /** Microseconds, but greater than that of every earlier change of the key that is known here. */
  #nextSequence(now: number, old = 0): number {
    this.#lastSequence = Math.max(now * 1000, this.#lastSequence + 1, old + 1);
    return this.#lastSequence;
  }
}

/** Headers show whole seconds. */
export function toSecond(now: number): number {
  return Math.floor(now / 1000) * 1000;
}
