import type { PoolClient } from 'pg';
import { rawTransaction, transactionTimeout } from '../../refusals.ts';
import type { Calls } from './calls.ts';
import type { Answer, Statement } from './connection.ts';

/**
 * Transactions take turns, also with those of other servers: what a transaction has read is still true when it commits.
 * Single statements do not wait for it.
 */
const TURN = `select pg_advisory_xact_lock(${0x46_47_54_58}, hashtext(current_schema()))`;

/** Lets the transactions of this process wait for their turn without a connection. */
export class Turns {
  #last: Promise<void> = Promise.resolve();

  /** Resolves with the function that ends the turn. */
  async take(): Promise<() => void> {
    const before = this.#last;
    let end: () => void = () => {};
    this.#last = new Promise((resolve) => {
      end = resolve;
    });
    await before;
    return end;
  }
}

export interface TransactionOptions {
  /** The statement that begins it. */
  readonly sql: string;
  /** It is rolled back after this time. */
  readonly maxMs: number;
  /** Called when it has ended. */
  readonly ended: () => void;
  readonly turns: Turns;
}

/** An open transaction, which occupies a connection. */
export class Transaction {
  readonly #calls: Calls;
  readonly #client: PoolClient;
  readonly #leave: () => void;
  readonly #timer: NodeJS.Timeout;
  #ended: Error | undefined;

  private constructor(calls: Calls, client: PoolClient, { maxMs, leave }: { maxMs: number; leave: () => void }) {
    this.#calls = calls;
    this.#client = client;
    this.#leave = leave;
    this.#timer = setTimeout(() => {
      this.#end(transactionTimeout(maxMs));
      client.release(true);
    }, maxMs);
    this.#timer.unref();
  }

  static async begin(calls: Calls, { sql, maxMs, ended, turns }: TransactionOptions): Promise<Transaction> {
    const endTurn = await turns.take();
    const leave = (): void => {
      endTurn();
      ended();
    };
    try {
      return new Transaction(calls, await calls.begin([sql, TURN]), { maxMs, leave });
    } catch (error) {
      leave();
      throw error;
    }
  }

  /** Rejects with `storage.transaction_timeout` when the transaction was open for too long. */
  async run(statement: Statement): Promise<Answer> {
    if (this.#ended !== undefined) throw this.#ended;
    return this.#calls.inside(this.#client, statement);
  }

  async commit(): Promise<Answer> {
    if (this.#ended !== undefined) throw this.#ended;
    clearTimeout(this.#timer);
    try {
      return await this.#calls.commit(this.#client);
    } finally {
      this.#end(rawTransaction());
    }
  }

  /** Never rejects: a session that has ended has rolled the transaction back. */
  async rollback(): Promise<Answer> {
    if (this.#ended === undefined) {
      clearTimeout(this.#timer);
      await this.#calls.rollback(this.#client);
      this.#end(rawTransaction());
    }
    return { rows: [], command: 'ROLLBACK', rowCount: 0 };
  }

  #end(error: Error): void {
    this.#ended = error;
    this.#leave();
  }
}
