import type { Transferable } from 'node:worker_threads';
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  type QueryResult,
  CompiledQuery as Raw,
} from 'kysely';
import { StorageError } from '../../errors.ts';
import { encodeParameters } from '../../parameter.ts';
import type { EngineLink, EngineResult } from './engine-link.ts';
import type { TransactionGate } from './transaction-gate.ts';

/** Kysely's driver over an engine: any number of connections share it, transactions take turns. */
export class GroupCommitDriver implements Driver {
  readonly #link: EngineLink;
  readonly #gate: TransactionGate;

  constructor(link: EngineLink, gate: TransactionGate) {
    this.#link = link;
    this.#gate = gate;
  }

  init(): Promise<void> {
    return Promise.resolve();
  }

  acquireConnection(): Promise<DatabaseConnection> {
    return Promise.resolve(new GroupCommitConnection(this.#link, this.#gate));
  }

  beginTransaction(connection: DatabaseConnection): Promise<void> {
    return this.#gate.begin(connection);
  }

  commitTransaction(connection: DatabaseConnection): Promise<void> {
    return this.#gate.end(connection, 'commit');
  }

  rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    return this.#gate.end(connection, 'rollback');
  }

  async savepoint(connection: DatabaseConnection, name: string): Promise<void> {
    await connection.executeQuery(Raw.raw(`savepoint ${quote(name)}`));
  }

  async rollbackToSavepoint(connection: DatabaseConnection, name: string): Promise<void> {
    await connection.executeQuery(Raw.raw(`rollback to ${quote(name)}`));
  }

  async releaseSavepoint(connection: DatabaseConnection, name: string): Promise<void> {
    await connection.executeQuery(Raw.raw(`release ${quote(name)}`));
  }

  releaseConnection(): Promise<void> {
    return Promise.resolve();
  }

  async destroy(): Promise<void> {
    await this.#gate.drain();
    await this.#link.close();
  }
}

class GroupCommitConnection implements DatabaseConnection {
  readonly #link: EngineLink;
  readonly #gate: TransactionGate;

  constructor(link: EngineLink, gate: TransactionGate) {
    this.#link = link;
    this.#gate = gate;
  }

  executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    return this.#gate.run(this, () => this.#run<R>(query));
  }

  streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new StorageError('storage.parameter', 'streaming is not supported', {
      hint: 'Read in pages; an open cursor would keep every other statement waiting.',
    });
  }

  async #run<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const transfer: Transferable[] = [];
    const parameters = encodeParameters(query.parameters, transfer);
    const result: EngineResult = await this.#link.call({ op: 'run', sql: query.sql, parameters }, transfer);
    return {
      rows: result.rows as R[],
      numAffectedRows: BigInt(result.changes),
      insertId: BigInt(result.lastId),
    };
  }
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
