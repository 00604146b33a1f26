import { randomUUID } from 'node:crypto';
import { StorageError } from '../../errors.ts';
import { sqlStateOf } from './failure.ts';
import { MARKERS_TABLE } from './markers.ts';
import { APPLICATION, type Session } from './session.ts';

/** First half of the key of the advisory lock; the second is the schema. */
const LOCK_CLASS = 0x46_47_44_42;
/** The oldest major version that PostgreSQL maintains. */
const OLDEST_VERSION = 14;
/** After a server was killed, its session ends on the database a moment later. */
const LOCK_TRIES = 20;
const LOCK_PAUSE_MS = 250;

/** Session settings on which the guarantees of storage depend. */
const SETTINGS = `
  select set_config(name, value, false) from (values
    ('default_transaction_isolation', 'read committed'),
    ('standard_conforming_strings', 'on'),
    ('client_min_messages', 'warning'),
    ('plan_cache_mode', 'force_custom_plan'),
    ('jit', 'off'),
    ('statement_timeout', '0'),
    ('lock_timeout', '0'),
    ('idle_session_timeout', '0'),
    ('idle_in_transaction_session_timeout', '0'),
    ('tcp_keepalives_idle', '30'),
    ('tcp_keepalives_interval', '10'),
    ('tcp_keepalives_count', '3')
  ) as wanted (name, value) where exists (select from pg_settings s where s.name = wanted.name)
  union all
  select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'`;

export interface Facts {
  readonly version: string;
  readonly schema: string;
  readonly backend: number;
}

/** Properties of the database as it reports them. */
export interface Traits extends Facts {
  /** As `server_version_num`: 150004 is 15.4. */
  readonly number: number;
  readonly encoding: string;
  readonly standby: boolean;
}

/** Configures the session. Throws `storage.unreadable` when the database cannot hold the data. */
export async function prepareSession(session: Session, place: string): Promise<Facts> {
  const [traits] = await session.ask<Traits>(`
    select current_setting('server_version') as version, current_setting('server_version_num')::int as number,
      current_setting('server_encoding') as encoding, coalesce(current_schema(), '') as schema,
      pg_backend_pid() as backend, pg_is_in_recovery() as standby`);
  if (traits === undefined) throw new Error('the database returned no server settings');
  checkTraits(traits, { place, greeted: session.backend });
  await session.ask(SETTINGS);
  const { version, schema, backend } = traits;
  return { version, schema, backend };
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

/**
 * Makes this session the only server on the schema, as the lock of the data directory does for the directory. The
 * database frees the lock when the session ends, so every write of a session is a write of the owner.
 * Throws `storage.locked` with the name of the holder.
 */
export async function lockSchema(session: Session, { tries = LOCK_TRIES } = {}): Promise<void> {
  for (let left = tries; ; left -= 1) {
    const [row] = await session.ask<{ got: boolean }>(
      'select pg_try_advisory_lock($1::int, hashtext(current_schema())) as got',
      [LOCK_CLASS],
    );
    if (row?.got === true) return;
    if (left <= 1) break;
    await new Promise((resolve) => setTimeout(resolve, LOCK_PAUSE_MS));
  }
  const [holder] = await session.ask<{ name: string; address: string | null }>(
    `select a.application_name as name, host(a.client_addr) as address from pg_locks l
      join pg_stat_activity a on a.pid = l.pid
      where l.locktype = 'advisory' and l.granted and l.classid::bigint = $1 and l.objsubid = 2
      and l.database = (select oid from pg_database where datname = current_database())
      and l.objid = (hashtext(current_schema())::bigint & 4294967295)::oid`,
    [LOCK_CLASS],
  );
  const who = holder === undefined ? '' : ` (${holder.name}${holder.address === null ? '' : `, ${holder.address}`})`;
  throw new StorageError('storage.locked', `the database is in use by another server${who}`, {
    hint: 'One server works on a database. Stop that one first, or name another database.',
  });
}

/** Ends an earlier session of this process if the database has not noticed its end yet. */
export async function endGhost(session: Session, backend: number): Promise<void> {
  await session.ask('select pg_terminate_backend(pid) from pg_stat_activity where pid = $1 and application_name = $2', [
    backend,
    APPLICATION,
  ]);
}

export interface Claim {
  readonly owner: string;
  readonly dataKey: string;
  /** Undefined: any database without another owner is accepted. */
  readonly databaseId: string | undefined;
}

/**
 * Records this process as the owner and returns the id of the database. Throws `storage.foreign`, and changes nothing,
 * when the database belongs to another data directory (with other keys and code), or the data directory to another
 * database. The lock must be held.
 */
export async function takeOver(session: Session, claim: Claim): Promise<string> {
  await session.control('begin');
  const id = await settle(session, claim);
  await session.control('commit');
  return id;
}

/** In a transaction that is rolled back when the session ends. */
async function settle(session: Session, { owner, dataKey, databaseId }: Claim): Promise<string> {
  try {
    await session.ask(`create table if not exists funcgraph_server (
      one boolean primary key check (one), id text not null, data_key text not null, owner text not null)`);
    await session.ask(MARKERS_TABLE);
  } catch (error) {
    if (sqlStateOf(error) !== '42501') throw error;
    throw new StorageError('storage.unreadable', 'the user of the database may not make tables in it', {
      hint: 'Make that user the owner of the database, or: GRANT CREATE ON SCHEMA public TO USER',
    });
  }
  const [row] = await session.ask<{ id: string; data_key: string }>('select id, data_key from funcgraph_server');
  if (row !== undefined && row.data_key !== dataKey) {
    throw new StorageError('storage.foreign', 'the database belongs to another data directory', {
      hint: 'Start with the data directory that was used with it: its master.key opens the secrets of the database.',
    });
  }
  if (databaseId !== undefined && row?.id !== databaseId) {
    const which = row === undefined ? 'an empty one' : 'an older one of the same data directory';
    throw new StorageError('storage.foreign', `the data directory belongs to another database, and this is ${which}`, {
      hint: 'Start with the URL of its own database, or restore that one here; to begin anew, take another data directory.',
    });
  }
  // markers of an earlier owner also started at one
  await session.ask('delete from funcgraph_commit');
  if (row !== undefined) {
    await session.ask('update funcgraph_server set owner = $1', [owner]);
    return row.id;
  }
  const id = randomUUID();
  const insert = 'insert into funcgraph_server (one, id, data_key, owner) values (true, $1, $2, $3)';
  await session.ask(insert, [id, dataKey, owner]);
  return id;
}

/** Whether no other server was the owner since `takeOver`: only then are the caches of this process still valid. */
export async function isStillOwner(session: Session, owner: string): Promise<boolean> {
  const [row] = await session.ask<{ owner: string }>('select owner from funcgraph_server');
  return row?.owner === owner;
}
