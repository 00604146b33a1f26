import type { DatabaseIntrospector, Dialect, DialectAdapter, Driver, Kysely, QueryCompiler } from 'kysely';
import { GroupCommitDriver } from './driver.ts';
import type { EngineLink } from './link.ts';
import type { TransactionGate } from './transaction-gate.ts';

/** A database through an engine with group commit. */
export abstract class EngineDialect implements Dialect {
  readonly #link: EngineLink;
  readonly #gate: TransactionGate;

  constructor(link: EngineLink, gate: TransactionGate) {
    this.#link = link;
    this.#gate = gate;
  }

  createDriver(): Driver {
    return new GroupCommitDriver(this.#link, this.#gate);
  }

  abstract createQueryCompiler(): QueryCompiler;
  abstract createAdapter(): DialectAdapter;
  abstract createIntrospector(db: Kysely<unknown>): DatabaseIntrospector;
}
