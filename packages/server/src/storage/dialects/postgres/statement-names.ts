/** Most prepared statements of a session; others are parsed at each use. */
const MAX_PREPARED = 400;

/**
 * What returns all columns of a table. When another server migrates the database, PostgreSQL refuses such a statement under
 * its name for as long as the session lives, because its result has other columns now.
 */
const ALL_COLUMNS = /(?<!\()\*(?:,|\)|\s+from\s+"|\s*$)/;

/**
 * Names for statements that are used again: under its name the database keeps a statement parsed. Those that return all
 * columns of a table have none.
 */
export class StatementNames {
  readonly #seen = new Map<string, string | undefined>();
  #named = 0;

  /** Undefined at the first use, when there are too many, and for what may return other columns later. */
  of(sql: string): string | undefined {
    const name = this.#seen.get(sql);
    if (name !== undefined || this.#named >= MAX_PREPARED) return name;
    if (!this.#seen.has(sql)) {
      if (ALL_COLUMNS.test(sql)) return undefined;
      // statements used only once must not keep others from being counted
      if (this.#seen.size > 2 * MAX_PREPARED) this.#removeUnnamed();
      this.#seen.set(sql, undefined);
      return undefined;
    }
    this.#named += 1;
    const given = `s${this.#named}`;
    this.#seen.set(sql, given);
    return given;
  }

  #removeUnnamed(): void {
    for (const [sql, name] of this.#seen) if (name === undefined) this.#seen.delete(sql);
  }
}
