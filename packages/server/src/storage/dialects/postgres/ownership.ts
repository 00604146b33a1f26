import { StorageError } from '../../errors.ts';
import { sqlStateOf } from './failure.ts';
import { APPLICATION, type Session } from './session.ts';

/** First half of the key of the advisory lock; the second is the schema. */
const LOCK_CLASS = 0x46_47_44_42;
const OLDEST_VERSION = 13;
/** A server that was killed is gone from the database a moment later. */
const LOCK_TRIES = 20;
const LOCK_PAUSE_MS = 250;

/** What a session must be like for the promises of storage to hold. */
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

/** Sets the session up. Throws `storage.unreadable` when the database is not one that data can be kept in. */
export async function prepareSession(session: Session, place: string): Promise<Facts> {
  const unusable = (what: string, hint: string): StorageError =>
    new StorageError('storage.unreadable', `cannot use the ${place}: ${what}`, { hint });
  const [facts] = await session.ask<Facts & { number: number; encoding: string; standby: boolean }>(`
    select current_setting('server_version') as version, current_setting('server_version_num')::int as number,
      current_setting('server_encoding') as encoding, coalesce(current_schema(), '') as schema,
      pg_backend_pid() as backend, pg_is_in_recovery() as standby`);
  if (facts === undefined) throw new Error('the database did not say what it is');
  const { version, number, encoding, schema, backend, standby } = facts;
  if (number < OLDEST_VERSION * 10_000) {
    throw unusable(`it is version ${version}`, `Take PostgreSQL ${OLDEST_VERSION} or newer.`);
  }
  if (encoding !== 'UTF8') throw unusable(`its texts are ${encoding}`, 'Make a database with the encoding UTF8.');
  if (standby) throw unusable('it is a standby', 'Name the primary in the database URL.');
  if (schema === '') throw unusable('no schema of the search path is there', 'Make the schema, or change search_path.');
  await session.ask(SETTINGS);
  return { version, schema, backend };
}

/**
 * Makes this session the only server on the schema, as the lock of the data directory does for the directory. The
 * database frees the lock when the session ends, however it ends; so whatever a session writes, it writes as the owner.
 * Throws `storage.locked` with who has it.
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

/** Ends what is left of an earlier session of this process, which the database may not have missed yet. */
export async function endGhost(session: Session, backend: number): Promise<void> {
  await session.ask('select pg_terminate_backend(pid) from pg_stat_activity where pid = $1 and application_name = $2', [
    backend,
    APPLICATION,
  ]);
}

/**
 * Notes this process as the owner. Throws `storage.foreign` when the database belongs to another data directory: its
 * secrets could not be read here, and its code is elsewhere. The lock must be held.
 */
export async function takeOver(
  session: Session,
  { owner, dataKey }: { owner: string; dataKey: string },
): Promise<void> {
  try {
    await session.ask(`create table if not exists funcgraph_server (
      one boolean primary key check (one), data_key text not null, owner text not null)`);
  } catch (error) {
    if (sqlStateOf(error) !== '42501') throw error;
    throw new StorageError('storage.unreadable', 'the user of the database may not make tables in it', {
      hint: 'Make the database with that user as its owner: createdb --owner=USER NAME',
    });
  }
  await session.ask(
    'insert into funcgraph_server (one, data_key, owner) values (true, $1, $2) on conflict (one) do nothing',
    [dataKey, owner],
  );
  const [row] = await session.ask<{ data_key: string }>('select data_key from funcgraph_server');
  if (row?.data_key !== dataKey) {
    throw new StorageError('storage.foreign', 'the database belongs to another data directory', {
      hint: 'Start with the data directory that was used with it: its master.key opens the secrets of the database.',
    });
  }
  await session.ask('update funcgraph_server set owner = $1', [owner]);
}

/** Whether nobody else was the owner since `takeOver`: what this process knows of the database is true only then. */
export async function isStillOwner(session: Session, owner: string): Promise<boolean> {
  const [row] = await session.ask<{ owner: string }>('select owner from funcgraph_server');
  return row?.owner === owner;
}
