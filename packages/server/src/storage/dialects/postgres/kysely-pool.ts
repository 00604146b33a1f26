import type { PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import { encodeParameters } from '../../parameter.ts';
import { rawTransaction } from '../../refusals.ts';
import type { Calls } from './calls.ts';
import type { Answer } from './connection.ts';
import type { Connections } from './connections.ts';
import { Transaction, Turns } from './transaction.ts';

const BEGIN = /^\s*(?:begin|start\s+transaction)\b/i;
const END = /^\s*(?:(commit|end)|abort|prepare\s+transaction|rollback(?!\s+to\b))\b/i;
const READING = /^\s*select\b/i;

/** The pool as Kysely's dialect takes it. What Kysely gets as a client has a connection only while it needs one. */
export class KyselyPool implements PostgresPool {
  readonly options = {};
  readonly #connections: Connections;
  readonly #calls: Calls;
  readonly #turns = new Turns();
  /** Longer transactions are rolled back. */
  maxTransactionMs: number;

  constructor(connections: Connections, calls: Calls, maxTransactionMs: number) {
    this.#connections = connections;
    this.#calls = calls;
    this.maxTransactionMs = maxTransactionMs;
  }

  async connect(): Promise<PostgresPoolClient> {
    let transaction: Transaction | undefined;
    const query = async (sql: string, values: readonly unknown[] = []): Promise<Answer> => {
      const statement = { sql, parameters: encodeParameters(values, []) };
      if (BEGIN.test(sql)) {
        if (transaction !== undefined) throw rawTransaction();
        transaction = await Transaction.begin(this.#calls, {
          sql,
          maxMs: this.maxTransactionMs,
          ended: this.#connections.enter(),
          turns: this.#turns,
        });
        return { rows: [], command: 'BEGIN', rowCount: 0 };
      }
      const end = END.exec(sql);
      if (end !== null) {
        if (transaction === undefined) throw rawTransaction();
        // Kysely rolls back after a commit that failed
        const answer = await (end[1] === undefined ? transaction.rollback() : transaction.commit());
        transaction = undefined;
        return answer;
      }
      if (transaction !== undefined) return transaction.run(statement);
      if (READING.test(sql)) return this.#connections.during(() => this.#calls.read(statement));
      const [answer] = await this.#connections.during(() => this.#calls.write([statement]));
      return answer as Answer;
    };
    return {
      query: query as unknown as <R>(sql: string, values: readonly unknown[]) => Promise<PostgresQueryResult<R>>,
      release: () => {
        if (transaction === undefined) return;
        // it would contain the statements of the next caller
        void transaction.rollback();
        throw rawTransaction();
      },
    } as PostgresPoolClient;
  }

  end(): Promise<void> {
    return this.#connections.close();
  }
}
