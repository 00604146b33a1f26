import type { Client } from 'pg';
import type { Secret } from '../../../lib/secret.ts';
import { StorageError } from '../../errors.ts';
import type { StorageCheck } from '../../options.ts';
import { newClient, placeOf } from './client.ts';
import { connectHint } from './connect-hint.ts';
import { ask } from './connection.ts';
import { absent, examine } from './health.ts';
import { prepareSession } from './session.ts';

/**
 * Checks a database in a session of its own, without the lock, and changes nothing. `databaseId` is the id recorded in
 * the data directory that is to be used with it. Never rejects.
 */
export async function probePostgres(url: Secret, databaseId: string | undefined): Promise<StorageCheck> {
  let client: Client | undefined;
  try {
    const place = placeOf(url);
    const opened = newClient(url);
    opened.on('error', () => {});
    await opened.connect();
    client = opened;
    await prepareSession(opened, { place });
    const id = await idOf(opened);
    if (databaseId !== undefined && id !== databaseId) {
      const hint = 'name the database that the data directory was used with, or another data directory';
      return { ok: false, detail: `${place} does not belong to this data directory`, hint };
    }
    const check = await examine(place, (sql) => ask(opened, sql));
    return id === undefined ? { ...check, detail: `${check.detail}; it is empty` } : check;
  } catch (error) {
    return absent(error, error instanceof StorageError ? error.hint : connectHint(error));
  } finally {
    await client?.end();
  }
}

async function idOf(client: Client): Promise<string | undefined> {
  const [found] = await ask<{ there: boolean }>(client, `select to_regclass('funcgraph_server') is not null as there`);
  if (found?.there !== true) return undefined;
  return (await ask<{ id: string }>(client, 'select id from funcgraph_server'))[0]?.id;
}
