import { isFullDisk } from '../../lib/full-disk.ts';
import { isMissingReference } from '../../lib/missing-reference.ts';
import { Coalescer } from '../../queue/index.ts';
import { type AtomicStatement, isGuard, isRefusedValue, isUniqueViolation, type Storage } from '../../storage/index.ts';
import type { BucketStore } from './bucket-store.ts';
import { BucketError } from './errors.ts';
import { sumOf, type UsageChange, type UsageLimits } from './usage.ts';

/** The rows of one change of an object. */
export interface ChangeStep {
  readonly projectId: string;
  /** Bucket and key: all servers change rows in the order of these texts. */
  readonly place: string;
  readonly statements: readonly AtomicStatement[];
  readonly usage: UsageChange;
}

export interface ChangeStepsOptions {
  readonly store: BucketStore;
  readonly limits: UsageLimits;
  readonly kind: Storage['kind'];
}

/**
 * Stores changes of objects, each whole or not at all. PostgreSQL gets those of many callers in one transaction, because
 * each locks the usage of its project until the commit is on disk; SQLite commits what waits together anyway.
 */
export class ChangeSteps {
  readonly #options: ChangeStepsOptions;
  readonly #together: Coalescer<ChangeStep, boolean> | undefined;

  constructor(options: ChangeStepsOptions) {
    this.#options = options;
    if (options.kind !== 'postgres') return;
    this.#together = new Coalescer({
      together: async (steps) => {
        await options.store.atomic(this.#statements(steps));
        return steps.map(() => true);
      },
      alone: (step) => this.alone(step),
      // one of the steps conflicts, or has a value that the database refuses
      isRefusal: (error) => isGuard(error) || isRefusedValue(error),
    });
  }

  /** False when a row was not as expected. Throws `InsufficientStorage` when the database has no room. */
  async run(step: ChangeStep): Promise<boolean> {
    if (this.#together === undefined) return this.alone(step);
    return refuseWithoutRoom(() => this.#together?.add(step) ?? this.alone(step));
  }

  /** The same in a transaction of its own, for steps that lock rows besides those of their place. */
  alone(step: ChangeStep): Promise<boolean> {
    return tryAtomic(this.#options.store, this.#statements([step]));
  }

  #statements(steps: readonly ChangeStep[]): AtomicStatement[] {
    const { store, limits } = this.#options;
    const ordered = steps.toSorted((a, b) => compare(a.place, b.place));
    const projects = Map.groupBy(steps, ({ projectId }) => projectId);
    return [
      ...ordered.flatMap(({ statements }) => statements),
      ...[...projects.entries()]
        .toSorted(([a], [b]) => compare(a, b))
        .flatMap(([projectId, own]) => store.changeUsage(projectId, sumOf(own.map(({ usage }) => usage)), limits)),
    ];
  }
}

/** False when a row was not as expected. Throws `InsufficientStorage` when the database has no room. */
export function tryAtomic(store: BucketStore, statements: readonly AtomicStatement[]): Promise<boolean> {
  return refuseWithoutRoom(async () => {
    try {
      await store.atomic(statements);
      return true;
    } catch (error) {
      if (isConflict(error)) return false;
      throw error;
    }
  });
}

/** PostgreSQL runs the statements after a failed guard, too, and may meet what another server wrote. */
function isConflict(error: unknown): boolean {
  return isGuard(error) || isMissingReference(error) || isUniqueViolation(error);
}

async function refuseWithoutRoom<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isFullDisk(error)) throw error;
    const message = 'The disk of the database is full. Nothing was stored.';
    throw new BucketError('InsufficientStorage', message, { cause: error });
  }
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
