import { Socket } from 'node:net';
import { hostname } from 'node:os';
import { Client } from 'pg';
import type { Secret } from '../../../lib/secret.ts';
import type { EngineStatement } from '../../engine/link.ts';
import { StorageError } from '../../errors.ts';
import { reasonOf, unavailable } from './failure.ts';
import { fromWire, toWire } from './values.ts';

export interface Answer {
  readonly rows: unknown[];
  /** The command tag of the database: `INSERT`, `SELECT`, … */
  readonly command: string;
  /** Number of rows that the statement changed or returned. */
  readonly count: number;
}

const CONNECT_MS = 10_000;
/** Most prepared statements in a session; others are parsed at each use. */
const MAX_PREPARED = 400;

/** One connection to PostgreSQL. Statements are pipelined: answers arrive in order, and the next may be sent before. */
export class Session {
  readonly #client: Client;
  readonly #socket: Socket;
  readonly #onLost: (reason: Error) => void;
  readonly #seen = new Map<string, string | undefined>();
  #prepared = 0;
  #lost: Error | undefined;

  private constructor(client: Client, socket: Socket, onLost: (reason: Error) => void) {
    this.#client = client;
    this.#socket = socket;
    this.#onLost = onLost;
    client.on('error', (reason) => this.destroy(reason));
    client.on('end', () => this.destroy(new Error('the database closed the connection')));
  }

  /** Resolves after login. Rejects with the error of the network or the database; errors never contain the password. */
  static async open(url: Secret, onLost: (reason: Error) => void): Promise<Session> {
    // TLS wraps this socket; destroying it ends the connection in every state
    const socket = new Socket();
    const client = newClient(url, socket);
    const session = new Session(client, socket, onLost);
    try {
      await client.connect();
    } catch (error) {
      session.#lost = error as Error;
      socket.destroy();
      throw error;
    }
    return session;
  }

  /** The backend id that the server, or a pooler in between, sent when the session began. */
  get backend(): number | undefined {
    return (this.#client as unknown as { processID?: number }).processID;
  }

  get lost(): boolean {
    return this.#lost !== undefined;
  }

  /** Calls `work` and sends its statements in one write. */
  together<T>(work: () => T): T {
    this.#socket.cork();
    try {
      return work();
    } finally {
      this.#socket.uncork();
    }
  }

  control(word: 'begin' | 'commit' | 'rollback'): Promise<Answer> {
    return this.#query({ text: word });
  }

  /** Runs an internal statement, outside of the queue of calls. */
  ask<Row>(text: string, values: readonly (string | number)[] = []): Promise<Row[]> {
    return this.#query({ text, values: values.map(toWire) }).then(({ rows }) => rows as Row[]);
  }

  send({ sql, parameters }: EngineStatement): Promise<Answer> {
    const name = this.#nameOf(sql);
    return this.#query({ text: sql, values: parameters.map(toWire), ...(name === undefined ? {} : { name }) });
  }

  /** Closes the connection at once: unanswered statements are rejected. Idempotent. */
  destroy(reason: Error): void {
    if (this.#lost !== undefined) return;
    this.#lost = reason;
    this.#socket.destroy();
    this.#onLost(reason);
  }

  /** Closes the connection in order, with a goodbye to the server. */
  async close(): Promise<void> {
    if (this.#lost !== undefined) return;
    this.#lost = new Error('the connection was closed');
    await this.#client.end().catch(() => {});
  }

  #query(config: { text: string; values?: (string | Buffer | null)[]; name?: string }): Promise<Answer> {
    if (this.#lost !== undefined) return Promise.reject(unavailable(this.#lost.message, this.#lost));
    return new Promise((resolve, reject) => {
      void this.#client.query(config, (error: Error | null, result) => {
        if (error) reject(error);
        else resolve({ rows: result.rows, command: result.command, count: result.rowCount ?? 0 });
      });
    });
  }

  /** A statement that is used again gets a name, under which the database keeps it prepared. */
  #nameOf(sql: string): string | undefined {
    const name = this.#seen.get(sql);
    if (name !== undefined) return name;
    if (this.#prepared >= MAX_PREPARED) return undefined;
    if (!this.#seen.has(sql)) {
      // statements used only once must not keep others from being counted
      if (this.#seen.size > 2 * MAX_PREPARED) this.#forgetUnnamed();
      this.#seen.set(sql, undefined);
      return undefined;
    }
    this.#prepared += 1;
    const given = `s${this.#prepared}`;
    this.#seen.set(sql, given);
    return given;
  }

  #forgetUnnamed(): void {
    for (const [sql, name] of this.#seen) if (name === undefined) this.#seen.delete(sql);
  }
}

/** Identifies this process in `pg_stat_activity` for administrators and other servers. */
export const APPLICATION = `funcgraph ${process.pid} on ${hostname()}`.slice(0, 63);

function newClient(url: Secret, socket: Socket): Client {
  try {
    return new Client({
      connectionString: url.reveal(),
      pipeline: true,
      keepAlive: true,
      keepAliveInitialDelayMillis: 30_000,
      connectionTimeoutMillis: CONNECT_MS,
      application_name: APPLICATION,
      stream: () => socket,
      types: { getTypeParser: (typeId: number) => fromWire(typeId) } as never,
    });
  } catch (error) {
    // no cause: an error about a URL holds the URL
    const { code } = error as { code?: unknown };
    const reason = code === 'ERR_INVALID_URL' ? 'it is not a valid URL' : reasonOf(error);
    throw new StorageError('storage.unreadable', `the database URL cannot be used: ${reason}`, {
      hint: 'Write it as postgres://user@host:5432/database; special characters of a password as %XX.',
    });
  }
}

/** Describes a URL for people: user, host, port and database, never the password. Throws `storage.unreadable`. */
export function placeOf(url: Secret): string {
  const { user, host, port, database } = newClient(url, new Socket()) as unknown as Record<string, unknown>;
  const at = String(host).startsWith('/') ? `${host}/.s.PGSQL.${port}` : `${host}:${port}`;
  return `database ${database} of PostgreSQL at ${at} as ${user}`;
}
