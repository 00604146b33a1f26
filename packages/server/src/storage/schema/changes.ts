/** A change of configuration that servers hold in memory. The database writes these rows itself. */
export interface ChangeTable {
  /** Counts from 1 without gaps, in the order of commits. */
  n: number;
  topic: string;
  /** The key whose rows followers reload. */
  key: string;
}

/** One row: the number of the last change. */
export interface ChangeCounterTable {
  n: number;
}

export interface ChangesSchema {
  change: ChangeTable;
  change_counter: ChangeCounterTable;
}
