import type { PoolClient } from 'pg';
import { MIGRATION_MS } from '../../options.ts';
import { guardFailed } from '../../refusals.ts';
import { CommitMarkers } from './commit-marker.ts';
import { type Answer, control, inTime, type Statement, send, together, watched } from './connection.ts';
import type { Connections } from './connections.ts';
import { unavailable } from './failure.ts';

const ANSWER_MS = 30_000;
/** An answer that takes longer may be lost: the database is asked. */
const SILENT_MS = 5_000;
/** Interrupted work is run again at most so often: a statement might itself end the session. */
const MAX_TRIES = 5;
/** A write that was interrupted is not run again after this time: its caller got an error. */
const REPEAT_MS = 3_000;
const COMMITTED: Answer = { rows: [], command: 'COMMIT', rowCount: 0 };

/** What became of work on a connection. */
type Outcome<T> =
  | { readonly result: T; readonly isOpen?: boolean }
  /** The connection was lost during the commit of the marker. */
  | { readonly result: T; readonly committing: number };

/**
 * Calls of a database whose connections may be lost. Reads, and writes that are certainly not stored, run again on
 * another connection. Whether an interrupted commit is stored is looked up, so that its caller gets the right answer.
 */
export class Calls {
  readonly #connections: Connections;
  readonly #markers: CommitMarkers;
  readonly #mostAnswerMs: number;
  #isMigrated = false;

  constructor(connections: Connections, mostAnswerMs = ANSWER_MS) {
    this.#connections = connections;
    this.#mostAnswerMs = mostAnswerMs;
    this.#markers = new CommitMarkers(connections.boot);
  }

  /** Call when the schema is up to date: from now on each answer has a deadline. */
  migrated(): void {
    this.#isMigrated = true;
  }

  /** Runs a statement that changes nothing. */
  read(statement: Statement): Promise<Answer> {
    return this.#repeated(async (client) => ({ result: await this.#answer(client, send(client, statement)) }));
  }

  /**
   * Runs statements in one transaction. `mustAffect` holds the indexes of those that undo it when they change no row.
   */
  write(statements: readonly Statement[], mustAffect: readonly number[] = []): Promise<Answer[]> {
    return this.#repeated((client) => this.#attempt(client, statements, mustAffect));
  }

  /** Runs the first statements of a transaction, which occupies the connection until it ends. */
  begin(statements: readonly string[]): Promise<PoolClient> {
    return this.#repeated(async (client) => {
      const sent = together(client, () => statements.map((text) => control(client, text)));
      await this.#answer(client, Promise.all(sent));
      return { result: client, isOpen: true };
    });
  }

  /** Runs a statement of the transaction. */
  async inside(client: PoolClient, statement: Statement): Promise<Answer> {
    try {
      return await this.#answer(client, send(client, statement));
    } catch (thrown) {
      throw this.#connections.failed(client, thrown).error;
    }
  }

  /** Ends the transaction and gives its connection back. Rejects with `unavailable` when it was lost and is not stored. */
  async commit(client: PoolClient): Promise<Answer> {
    const { marker, statements } = this.#markers.begin();
    try {
      // in a failed transaction these fail too, and the answer to COMMIT reports it
      await this.#answer(client, Promise.allSettled(statements.map((statement) => send(client, statement))));
      const answer = await this.#answer(client, control(client, 'commit'));
      client.release();
      return answer;
    } catch (thrown) {
      const { error, lost } = this.#connections.failed(client, thrown);
      client.release(true);
      if (lost && (await this.#wasCommitted(marker))) return COMMITTED;
      throw error;
    } finally {
      this.#markers.end(marker);
    }
  }

  async rollback(client: PoolClient): Promise<void> {
    try {
      await this.#answer(client, control(client, 'rollback'));
      client.release();
    } catch (thrown) {
      this.#connections.failed(client, thrown);
      client.release(true);
    }
  }

  async #repeated<T>(work: (client: PoolClient) => Promise<Outcome<T>>): Promise<T> {
    for (let left = MAX_TRIES; ; left -= 1) {
      const client = await this.#connections.acquire();
      let outcome: Outcome<T>;
      try {
        outcome = await work(client);
      } catch (thrown) {
        const { error, lost, again } = this.#connections.failed(client, thrown);
        client.release(lost);
        if (left <= 1 || !again) throw error;
        continue;
      }
      if (!('committing' in outcome)) {
        if (outcome.isOpen !== true) client.release();
        return outcome.result;
      }
      client.release(true);
      const begin = performance.now();
      const stored = await this.#wasCommitted(outcome.committing).finally(() => this.#markers.end(outcome.committing));
      if (stored) return outcome.result;
      if (left <= 1 || performance.now() - begin > REPEAT_MS) throw unavailable('the database lost a commit');
    }
  }

  async #attempt(
    client: PoolClient,
    statements: readonly Statement[],
    mustAffect: readonly number[],
  ): Promise<Outcome<Answer[]>> {
    const { marker, statements: marking } = this.#markers.begin();
    let result: Answer[];
    try {
      const sent = together(client, () => [
        control(client, 'begin'),
        ...[...statements, ...marking].map((statement) => send(client, statement)),
      ]);
      // all of them are answered before the connection is used again
      await this.#answer(client, Promise.allSettled(sent));
      result = (await Promise.all(sent)).slice(1, statements.length + 1);
      const empty = mustAffect.find((index) => result[index]?.rowCount === 0);
      if (empty !== undefined) throw guardFailed(empty);
    } catch (error) {
      this.#markers.end(marker);
      await this.#answer(client, control(client, 'rollback')).catch(() => {});
      throw error;
    }
    // sent after the answers, so that they are known even when the connection fails now
    try {
      await this.#answer(client, control(client, 'commit'));
    } catch (thrown) {
      if (this.#connections.failed(client, thrown).lost) return { result, committing: marker };
      this.#markers.end(marker);
      throw thrown;
    }
    this.#markers.end(marker);
    return { result };
  }

  /** Waits for the database, and for the end of the session that began the transaction. */
  async #wasCommitted(marker: number): Promise<boolean> {
    for (;;) {
      const client = await this.#connections.acquire(() => this.#connections.availability.again());
      try {
        const sent = [
          control(client, 'begin'),
          send(client, this.#markers.probe(marker)),
          control(client, 'rollback'),
        ] as const;
        const [, { rowCount }] = await this.#answer(client, Promise.all(sent));
        client.release();
        return rowCount === 0;
      } catch (thrown) {
        const { error, lost } = this.#connections.failed(client, thrown);
        client.release(true);
        if (!lost) throw error;
      }
    }
  }

  #answer<T>(client: PoolClient, work: Promise<T>): Promise<T> {
    if (!this.#isMigrated) return inTime(client, MIGRATION_MS, work);
    const isLost = (isSilent: () => boolean) => this.#connections.silent.isLost(client, isSilent);
    return watched(client, { everyMs: SILENT_MS, mostMs: this.#mostAnswerMs, isLost }, work);
  }
}
