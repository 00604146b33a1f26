import { type Client, Pool, type PoolClient } from 'pg';
import type { Secret } from '../../../lib/secret.ts';
import { StorageError } from '../../errors.ts';
import type { PostgresStorageOptions } from '../../options.ts';
import { databaseClosed } from '../../refusals.ts';
import { Availability } from './availability.ts';
import { clientConfig, newClient, newSessionName, PostgresClient, placeOf } from './client.ts';
import { connectHint } from './connect-hint.ts';
import { type Entry, enter } from './entry.ts';
import { type Failure, failureOf, reasonOf, sqlStateOf, unavailable } from './failure.ts';
import { prepareSession } from './session.ts';
import { SilentSessions } from './silent-sessions.ts';

/** Enough to keep the database busy; more would compete for its processors. */
const MAX_CONNECTIONS = 8;
const IDLE_MS = 60_000;
const TOO_MANY = '53300';
const MAX_PENDING = 50_000;
const RETRY_MS = { first: 100, most: 2_000 };
/** The database may be starting at the same time as the server. */
const STARTING = { state: '57P03', tries: 60, pauseMs: 500 };

/** Connections to one database. When one is lost, all are replaced, and callers wait until it can be reached. */
export class Connections {
  /** Location of the database, without credentials. */
  readonly place: string;
  /** Of all sessions. */
  readonly name: string;
  /** Id of the database, made with it. */
  readonly id: string;
  /** The number of this process among all that opened the database. */
  readonly boot: number;
  readonly schema: string;
  readonly availability = new Availability();
  readonly silent: SilentSessions;
  readonly #options: PostgresStorageOptions;
  readonly #pool: Pool;
  /** How many losses came before a connection was made. */
  readonly #generations = new WeakMap<Client, number>();
  #generation = 0;
  #isLost = false;
  #retry: NodeJS.Timeout | undefined;
  #pending = 0;
  #whenIdle: (() => void) | undefined;
  #closing: Promise<void> | undefined;

  private constructor(options: PostgresStorageOptions, found: Entry & { place: string; name: string; schema: string }) {
    this.#options = options;
    this.place = found.place;
    this.name = found.name;
    this.id = found.id;
    this.boot = found.boot;
    this.schema = found.schema;
    this.silent = new SilentSessions({ url: options.url, name: found.name });
    this.#pool = new Pool({
      ...clientConfig(options.url),
      Client: PostgresClient as unknown as new () => Client,
      max: MAX_CONNECTIONS,
      min: 1,
      idleTimeoutMillis: IDLE_MS,
      onConnect: (client) => this.#prepare(client as Client),
    });
    // each client reports its errors itself
    this.#pool.on('error', () => {});
  }

  /**
   * Returns the connections, and the first session, which keeps the lock of `enter`. Throws `storage.unreadable` when the
   * database cannot be reached or used, and like `enter`.
   */
  static async open(options: PostgresStorageOptions): Promise<{ connections: Connections; first: Client }> {
    const { url, dataKey, databaseId } = options;
    const place = placeOf(url);
    const name = newSessionName();
    const first = await firstClient(url, place);
    try {
      const { schema } = await prepareSession(first, { place, name });
      const entry = await enter(first, { dataKey, databaseId });
      const connections = new Connections(options, { ...entry, place, name, schema });
      (await connections.#pool.connect()).release();
      return { connections, first };
    } catch (error) {
      await first.end();
      if (error instanceof StorageError) throw error;
      throw unusable(place, error);
    }
  }

  /** Runs work that is answered before the pool is closed. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    const release = this.enter();
    try {
      return await work();
    } finally {
      release();
    }
  }

  /** Begins work that is answered before the pool is closed; call the result at its end. */
  enter(): () => void {
    if (this.#closing !== undefined) throw databaseClosed();
    if (this.#pending >= MAX_PENDING) throw unavailable(`${MAX_PENDING} calls wait for the database`);
    this.#pending += 1;
    return () => {
      this.#pending -= 1;
      if (this.#pending === 0) this.#whenIdle?.();
    };
  }

  /** Returns a connection, which is given back by `release`. Waits for the database as long as `available` does. */
  async acquire(available = (): Promise<void> => this.availability.soon()): Promise<PoolClient> {
    for (;;) {
      await available();
      const generation = this.#generation;
      try {
        const client = await this.#pool.connect();
        if (this.#generations.get(client) === this.#generation) return client;
        client.release(true);
      } catch (error) {
        const { options, totalCount } = this.#pool;
        // the limit of the user or of the database: the connections that exist must do
        if (sqlStateOf(error) === TOO_MANY && totalCount > 0) options.max = totalCount;
        else this.#lose(error, generation);
      }
    }
  }

  /** Returns what a failed call means. A lost connection must be released with `true`. */
  failed(client: Client, thrown: unknown): Failure {
    const failure = failureOf(thrown);
    if (failure.lost) this.#lose(failure.error, this.#generations.get(client) ?? this.#generation);
    return failure;
  }

  /** Answers earlier calls, then closes the connections. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    clearTimeout(this.#retry);
    this.availability.end();
    if (this.#pending > 0) {
      await new Promise<void>((resolve) => {
        this.#whenIdle = resolve;
      });
    }
    await this.#pool.end();
  }

  async #prepare(client: Client): Promise<void> {
    const generation = this.#generation;
    this.#generations.set(client, generation);
    client.on('error', (error) => this.#lose(error, generation));
    await prepareSession(client, { place: this.place, name: this.name });
  }

  #lose(reason: unknown, generation: number): void {
    if (generation !== this.#generation || this.#isLost) return;
    this.#isLost = true;
    this.#generation += 1;
    this.availability.lost(unavailable(`the ${this.place} cannot be reached: ${reasonOf(reason)}`));
    if (this.#closing !== undefined) return;
    this.#options.onConnection?.('lost', reasonOf(reason));
    this.#reconnectIn(RETRY_MS.first);
  }

  #reconnectIn(ms: number): void {
    this.#retry = setTimeout(() => {
      this.#reconnect().catch((error: unknown) => {
        if (this.#closing !== undefined) return;
        this.availability.lost(unavailable(`the ${this.place} cannot be reached: ${reasonOf(error)}`));
        this.#reconnectIn(Math.min(ms * 2, RETRY_MS.most));
      });
    }, ms);
  }

  async #reconnect(): Promise<void> {
    const client = await this.#pool.connect();
    const isNew = this.#generations.get(client) === this.#generation;
    client.release(!isNew);
    if (!isNew) return this.#reconnect();
    if (this.#closing !== undefined) return;
    this.#isLost = false;
    this.#pool.options.max = MAX_CONNECTIONS;
    this.availability.back();
    this.#options.onConnection?.('back', this.place);
  }
}

async function firstClient(url: Secret, place: string): Promise<Client> {
  for (let left = STARTING.tries; ; left -= 1) {
    const client = newClient(url);
    client.on('error', () => {});
    try {
      await client.connect();
      return client;
    } catch (error) {
      if (sqlStateOf(error) !== STARTING.state || left <= 1) throw unusable(place, error);
    }
    await new Promise((resolve) => setTimeout(resolve, STARTING.pauseMs));
  }
}

function unusable(place: string, error: unknown): StorageError {
  return new StorageError('storage.unreadable', `cannot use the ${place}: ${reasonOf(error)}`, {
    hint: connectHint(error),
  });
}
