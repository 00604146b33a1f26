import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import { StorageError } from '../../errors.ts';
import { MARKERS_TABLE } from './commit-marker.ts';
import { ask, control } from './connection.ts';
import { sqlStateOf, unavailable } from './failure.ts';

/** First half of the key of the advisory lock; the second is the schema. */
const LOCK_CLASS = 0x46_47_44_42;
/** After a server was killed, its sessions end on the database a moment later. */
const LOCK_TRIES = 20;
const LOCK_PAUSE_MS = 250;

const lock = (call: string): string => `select ${call}(${LOCK_CLASS}, hashtext(current_schema())) as got`;

export interface Claim {
  /** Names this process. */
  readonly owner: string;
  readonly dataKey: string;
  /** Undefined: any database without another owner is accepted. */
  readonly databaseId: string | undefined;
}

/**
 * Makes this process the only server on the schema, as the lock of the data directory does for the directory, and
 * returns the id of the database. The exclusive lock proves that no session of another server exists; afterwards each
 * session of this server has a share of the lock (`checkOwner`), so that every write is a write of the owner.
 * Throws `storage.locked` with the name of the holder, and like `settle`.
 */
export async function takeOver(client: Client, claim: Claim): Promise<string> {
  await lockAlone(client);
  await control(client, 'begin');
  const id = await settle(client, claim);
  await control(client, 'commit');
  await ask(client, lock('pg_advisory_lock_shared'));
  await ask(client, lock('pg_advisory_unlock'));
  return id;
}

/**
 * Takes a share of the lock for a session, which keeps it until it ends. Throws `storage.locked` when another server
 * was the owner in the meantime: caches of this process are not valid any more.
 */
export async function checkOwner(client: Client, owner: string): Promise<void> {
  const [[share], [row]] = await Promise.all([
    ask<{ got: boolean }>(client, lock('pg_try_advisory_lock_shared')),
    ask<{ owner: string }>(client, 'select owner from funcgraph_server'),
  ]);
  if (row?.owner !== owner) {
    throw new StorageError('storage.locked', 'another server took the database over while it was out of reach', {
      hint: 'One server works on a database. Stop the other one and start this one again.',
    });
  }
  if (share?.got !== true) throw unavailable('another server tries to take the database over');
}

async function lockAlone(client: Client): Promise<void> {
  for (let left = LOCK_TRIES; ; left -= 1) {
    const [row] = await ask<{ got: boolean }>(client, lock('pg_try_advisory_lock'));
    if (row?.got === true) return;
    if (left <= 1) break;
    await new Promise((resolve) => setTimeout(resolve, LOCK_PAUSE_MS));
  }
  const [holder] = await ask<{ name: string; address: string | null }>(
    client,
    `select a.application_name as name, host(a.client_addr) as address from pg_locks l
      join pg_stat_activity a on a.pid = l.pid
      where l.locktype = 'advisory' and l.granted and l.classid::bigint = ${LOCK_CLASS} and l.objsubid = 2
      and l.database = (select oid from pg_database where datname = current_database())
      and l.objid = (hashtext(current_schema())::bigint & 4294967295)::oid`,
  );
  const who = holder === undefined ? '' : ` (${holder.name}${holder.address === null ? '' : `, ${holder.address}`})`;
  throw new StorageError('storage.locked', `the database is in use by another server${who}`, {
    hint: 'One server works on a database. Stop that one first, or name another database.',
  });
}

/**
 * In a transaction that is rolled back when the session ends. Throws `storage.foreign`, and changes nothing, when the
 * database belongs to another data directory (with other keys and code), or the data directory to another database.
 */
async function settle(client: Client, { owner, dataKey, databaseId }: Claim): Promise<string> {
  try {
    await ask(
      client,
      `create table if not exists funcgraph_server (
        one boolean primary key check (one), id text not null, data_key text not null, owner text not null)`,
    );
    await ask(client, MARKERS_TABLE);
  } catch (error) {
    if (sqlStateOf(error) !== '42501') throw error;
    throw new StorageError('storage.unreadable', 'the user of the database may not make tables in it', {
      hint: 'Make that user the owner of the database, or: GRANT CREATE ON SCHEMA public TO USER',
    });
  }
  const [row] = await ask<{ id: string; data_key: string }>(client, 'select id, data_key from funcgraph_server');
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
  await ask(client, 'delete from funcgraph_commit');
  if (row !== undefined) {
    await ask(client, 'update funcgraph_server set owner = $1', [owner]);
    return row.id;
  }
  const id = randomUUID();
  const insert = 'insert into funcgraph_server (one, id, data_key, owner) values (true, $1, $2, $3)';
  await ask(client, insert, [id, dataKey, owner]);
  return id;
}
