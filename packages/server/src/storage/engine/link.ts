import type { Transferable } from 'node:worker_threads';

/** What a database is given. The driver converts everything else before it gets here. */
export type SqlValue = null | number | bigint | string | Uint8Array;

export interface EngineStatement {
  readonly sql: string;
  readonly parameters: readonly SqlValue[];
}

export type EngineCall =
  | ({ readonly op: 'run' } & EngineStatement)
  /** All or nothing; `mustAffect` holds the places of statements that undo everything when they touch no row. */
  | { readonly op: 'atomic'; readonly statements: readonly EngineStatement[]; readonly mustAffect: readonly number[] }
  | { readonly op: 'begin' | 'commit' | 'rollback' };

export interface EngineResult {
  readonly rows: unknown[];
  readonly changes: number;
  readonly lastId: number | bigint;
  /** The results of an `atomic` call. */
  readonly parts?: readonly EngineResult[];
}

/**
 * The way to a database. Calls are handled in the order in which they were made, and what is written by those of one
 * moment is committed together. Between `begin` and `commit` or `rollback` statements run in that transaction; the
 * caller sends no others meanwhile.
 */
export interface EngineLink {
  call(call: EngineCall, transfer?: readonly Transferable[]): Promise<EngineResult>;
  /** Answers what was called before, then closes the database. */
  close(): Promise<void>;
}
