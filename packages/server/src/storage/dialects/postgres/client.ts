import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { Client, type ClientConfig } from 'pg';
import type { Secret } from '../../../lib/secret.ts';
import { StorageError } from '../../errors.ts';
import { reasonOf } from './failure.ts';
import { fromWire } from './values.ts';

const CONNECT_MS = 10_000;

/**
 * A name for the sessions of one opened database, which no other process has. In `pg_stat_activity` administrators see
 * whose they are, and other servers find those of a lost server.
 */
export function newSessionName(): string {
  const name = `funcgraph ${randomBytes(6).toString('hex')} of ${process.pid} on ${hostname()}`;
  // what PostgreSQL would replace or cut off
  return name.replace(/[^ -~]/g, '-').slice(0, 63);
}

/** A client whose login has a deadline. As an option of `pg.Pool` the deadline would also limit the wait for a turn. */
export class PostgresClient extends Client {
  constructor(config: ClientConfig) {
    super({ ...config, connectionTimeoutMillis: CONNECT_MS });
  }
}

/** Statements are pipelined: answers arrive in order, and the next may be sent before. */
export function clientConfig(url: Secret): ClientConfig {
  return {
    connectionString: url.reveal(),
    pipeline: true,
    keepAlive: true,
    keepAliveInitialDelayMillis: 30_000,
    application_name: 'funcgraph',
    types: { getTypeParser: (typeId: number) => fromWire(typeId) } as never,
  };
}

/** Throws `storage.unreadable` when the URL cannot be used. */
export function newClient(url: Secret): Client {
  try {
    return new PostgresClient(clientConfig(url));
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
  const { user, host, port, database } = newClient(url) as unknown as Record<string, unknown>;
  const at = String(host).startsWith('/') ? `${host}/.s.PGSQL.${port}` : `${host}:${port}`;
  return `database ${database} of PostgreSQL at ${at} as ${user}`;
}
