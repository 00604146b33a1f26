import type { Transferable } from 'node:worker_threads';
import type { SqlValue } from '../../parameter.ts';

export interface EngineStatement {
  readonly sql: string;
  readonly parameters: readonly SqlValue[];
}

export type EngineCall =
  | ({ readonly op: 'run' } & EngineStatement)
  /** All or none; `mustAffect` holds the indexes of statements that undo the batch when they change no row. */
  | { readonly op: 'atomic'; readonly statements: readonly EngineStatement[]; readonly mustAffect: readonly number[] }
  | { readonly op: 'begin' | 'commit' | 'rollback' }
  /** Returns at most so many pages of deleted rows to the file system; `changes` is how many. */
  | { readonly op: 'reclaim'; readonly pages: number };

export interface EngineResult {
  readonly rows: unknown[];
  readonly changes: number;
  readonly lastId: number | bigint;
  /** The results of an `atomic` call. */
  readonly parts?: readonly EngineResult[];
}

/**
 * A connection to a database. Calls are handled in the order in which they were made, and the writes of one moment are
 * committed together. Between `begin` and `commit` or `rollback` statements run in that transaction; the caller sends
 * no others meanwhile.
 */
export interface EngineLink {
  call(call: EngineCall, transfer?: readonly Transferable[]): Promise<EngineResult>;
  /** Answers earlier calls, then closes the database. */
  close(): Promise<void>;
}
