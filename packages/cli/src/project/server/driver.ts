import type { Actual, Change, Desired } from '../plan/resource.ts';

/** Makes and changes the resources of one kind over the API. */
export interface Driver {
  /** Those of the names that exist. */
  find(names: readonly string[]): Promise<readonly Actual[]>;
  /** Returns the id. */
  create(desired: Desired): Promise<string>;
  update(desired: Desired, actual: Actual, changes: readonly Change[]): Promise<void>;
  remove(actual: Actual): Promise<void>;
}
