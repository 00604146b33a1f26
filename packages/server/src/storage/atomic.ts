import type { CompiledQuery } from 'kysely';

export interface AtomicStatement {
  readonly query: CompiledQuery;
  /** The whole batch is undone with `storage.guard` when this statement changes and returns no row. */
  readonly mustAffect?: boolean;
}

export interface AtomicResult {
  /** Rows of a RETURNING clause or a SELECT. */
  readonly rows: readonly unknown[];
  readonly affected: number;
}
