import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import { StorageError } from '../../errors.ts';
import { MARKERS_TABLE } from './commit-marker.ts';
import { ask, control } from './connection.ts';
import { sqlStateOf } from './failure.ts';

/** First half of the key of the advisory lock; the second is the schema. */
const LOCK_CLASS = 0x46_47_44_42;
/** Markers of the processes before this many starts are deleted: no interrupted commit waits that long. */
const KEPT_BOOTS = 64;

const lock = (call: string): string => `select ${call}(${LOCK_CLASS}, hashtext(current_schema())) as got`;

export interface Claim {
  /** Fingerprint of the sealing key. */
  readonly dataKey: string;
  /** Undefined: any database is accepted. */
  readonly databaseId: string | undefined;
}

export interface Entry {
  /** Id of the database, made with it. */
  readonly id: string;
  /** How many processes have opened the database, this one included. */
  readonly boot: number;
}

/**
 * Admits a process to the schema. The session keeps the lock of the schema until `entered`: of servers that start at the
 * same time, one after the other makes tables. Throws like `settle`.
 */
export async function enter(client: Client, claim: Claim): Promise<Entry> {
  await ask(client, lock('pg_advisory_lock'));
  await control(client, 'begin');
  const entry = await settle(client, claim);
  await control(client, 'commit');
  return entry;
}

/** Lets the next process enter. Call when the schema is up to date. */
export async function entered(client: Client): Promise<void> {
  await ask(client, lock('pg_advisory_unlock'));
}

/**
 * In a transaction that is rolled back when the session ends. Throws `storage.foreign`, and changes nothing, when the
 * database was begun with another sealing key, or the data directory belongs to another database.
 */
async function settle(client: Client, { dataKey, databaseId }: Claim): Promise<Entry> {
  try {
    await ask(
      client,
      `create table if not exists funcgraph_server (
        one boolean primary key check (one), id text not null, data_key text not null, boots bigint not null)`,
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
    throw new StorageError('storage.foreign', 'the database was begun with another sealing key', {
      hint: 'Start with the data directory that was used with it, or with --key-file and a copy of its master.key: the secrets of the database open with no other key.',
    });
  }
  if (databaseId !== undefined && row?.id !== databaseId) {
    const which = row === undefined ? 'an empty one' : 'an older one with the same key';
    throw new StorageError('storage.foreign', `the data directory belongs to another database, and this is ${which}`, {
      hint: 'Start with the URL of its own database, or restore that one here; to begin anew, take another data directory.',
    });
  }
  const id = row?.id ?? randomUUID();
  await ask(
    client,
    `insert into funcgraph_server (one, id, data_key, boots) values (true, $1, $2, 0) on conflict (one) do nothing`,
    [id, dataKey],
  );
  const [counted] = await ask<{ boots: number }>(
    client,
    'update funcgraph_server set boots = boots + 1 returning boots',
  );
  const boot = counted?.boots ?? 1;
  await ask(client, 'delete from funcgraph_marker where boot <= $1', [boot - KEPT_BOOTS]);
  return { id, boot };
}
