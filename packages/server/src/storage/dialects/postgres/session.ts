import type { Client } from 'pg';
import { StorageError } from '../../errors.ts';
import { ask } from './connection.ts';

/** The oldest major version that PostgreSQL maintains. */
const OLDEST_VERSION = 14;

/** Session settings on which the guarantees of storage depend. */
const SETTINGS = `
  select set_config(name, value, false) from (values
    ('default_transaction_isolation', 'read committed'),
    ('standard_conforming_strings', 'on'),
    ('client_min_messages', 'warning'),
    ('plan_cache_mode', 'force_custom_plan'),
    ('jit', 'off'),
    ('random_page_cost', '1.1'),
    ('statement_timeout', '0'),
    ('lock_timeout', '0'),
    ('idle_session_timeout', '0'),
    ('idle_in_transaction_session_timeout', '20s'),
    ('tcp_keepalives_idle', '30'),
    ('tcp_keepalives_interval', '10'),
    ('tcp_keepalives_count', '3')
  ) as wanted (name, value) where exists (select from pg_settings s where s.name = wanted.name)
  union all
  select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'
  union all
  select set_config('application_name', $1, false) where $1 <> ''`;

/** Properties of the database as it reports them. */
export interface Traits {
  readonly version: string;
  /** As `server_version_num`: 150004 is 15.4. */
  readonly number: number;
  readonly encoding: string;
  readonly schema: string;
  readonly backend: number;
  readonly standby: boolean;
}

export interface SessionPurpose {
  /** The database, for people. */
  readonly place: string;
  /** Of `newSessionName`; it replaces a name in the database URL. */
  readonly name?: string;
}

/** Configures a new session. Throws `storage.unreadable` when the database cannot hold the data. */
export async function prepareSession(client: Client, { place, name = '' }: SessionPurpose): Promise<Traits> {
  const [[traits]] = await Promise.all([
    ask<Traits>(
      client,
      `select current_setting('server_version') as version, current_setting('server_version_num')::int as number,
        current_setting('server_encoding') as encoding, coalesce(current_schema(), '') as schema,
        pg_backend_pid() as backend, pg_is_in_recovery() as standby`,
    ),
    ask(client, SETTINGS, [name]),
  ]);
  if (traits === undefined) throw new Error('the database returned no server settings');
  const { processID: greeted } = client as unknown as { processID?: number };
  checkTraits(traits, { place, greeted });
  return traits;
}

/** `greeted` is the backend id from the start of the session. Throws `storage.unreadable`. */
export function checkTraits(traits: Traits, { place, greeted }: { place: string; greeted: number | undefined }): void {
  const { version, number, encoding, schema, backend, standby } = traits;
  const unusable = (what: string, hint: string): StorageError =>
    new StorageError('storage.unreadable', `cannot use the ${place}: ${what}`, { hint });
  if (number < OLDEST_VERSION * 10_000) {
    throw unusable(`it is version ${version}`, `Take PostgreSQL ${OLDEST_VERSION} or newer.`);
  }
  if (encoding !== 'UTF8') {
    const hint = 'Make one with the encoding UTF8: createdb --encoding=UTF8 --template=template0 --owner=USER NAME';
    throw unusable(`its encoding is ${encoding}`, hint);
  }
  if (greeted !== backend) {
    const hint =
      'Connect to PostgreSQL itself: a pooler shares sessions between clients, and the lock of the database with them.';
    throw unusable('a connection pooler is in between', hint);
  }
  if (standby) throw unusable('it is a standby', 'Name the primary in the database URL.');
  if (schema === '') throw unusable('no schema of the search path exists', 'Make the schema, or change search_path.');
}
