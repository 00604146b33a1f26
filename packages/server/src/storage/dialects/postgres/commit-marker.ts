import type { Statement } from './connection.ts';

/** `boot` is the number of the process among all that opened the database. */
export const MARKERS_TABLE = `create table if not exists funcgraph_marker (
  boot bigint, marker bigint, primary key (boot, marker))`;

/** Old markers are deleted once in this many. */
const SWEEP_EVERY = 1024;

/**
 * A marker is a row that is inserted in a transaction. After the connection failed during a commit, it shows whether
 * the transaction is stored. Transaction ids cannot show it: one that a crash of the database lost is given again.
 */
export class CommitMarkers {
  readonly #boot: number;
  #last = 0;
  /** In ascending order. */
  readonly #unanswered = new Set<number>();

  constructor(boot: number) {
    this.#boot = boot;
  }

  /** Returns a new marker and the statements that belong into its transaction. */
  begin(): { readonly marker: number; readonly statements: readonly Statement[] } {
    this.#last += 1;
    const marker = this.#last;
    this.#unanswered.add(marker);
    const insert = {
      sql: 'insert into funcgraph_marker (boot, marker) values ($1, $2)',
      parameters: [this.#boot, marker],
    };
    if (marker % SWEEP_EVERY !== 0) return { marker, statements: [insert] };
    const [oldest = marker] = this.#unanswered;
    const sweep = {
      sql: 'delete from funcgraph_marker where boot = $1 and marker < $2',
      parameters: [this.#boot, oldest],
    };
    return { marker, statements: [insert, sweep] };
  }

  /** Call when the result of the transaction is known. */
  end(marker: number): void {
    this.#unanswered.delete(marker);
  }

  /**
   * Affects no row when the transaction of the marker is stored; waits while it is open. Run it in a transaction that is
   * rolled back.
   */
  probe(marker: number): Statement {
    const sql = 'insert into funcgraph_marker (boot, marker) values ($1, $2) on conflict do nothing';
    return { sql, parameters: [this.#boot, marker] };
  }
}
