import type { Secret } from '../../../lib/secret.ts';
import { StorageError } from '../../errors.ts';
import type { StorageCheck } from '../../options.ts';
import { connectHint } from './connect-hint.ts';
import { absent, examine } from './health.ts';
import { prepareSession } from './ownership.ts';
import { placeOf, Session } from './session.ts';

/**
 * Checks a database in a session of its own, without the lock, and changes nothing. `databaseId` is the id recorded in
 * the data directory that is to be used with it. Never rejects.
 */
export async function probePostgres(url: Secret, databaseId: string | undefined): Promise<StorageCheck> {
  let session: Session | undefined;
  try {
    const place = placeOf(url);
    const opened = await Session.open(url, () => {});
    session = opened;
    await prepareSession(opened, place);
    const id = await idOf(opened);
    if (databaseId !== undefined && id !== databaseId) {
      const hint = 'name the database that the data directory was used with, or another data directory';
      return { ok: false, detail: `${place} does not belong to this data directory`, hint };
    }
    const check = await examine(place, (sql) => opened.ask(sql));
    return id === undefined ? { ...check, detail: `${check.detail}; it is empty` } : check;
  } catch (error) {
    return absent(error, error instanceof StorageError ? error.hint : connectHint(error));
  } finally {
    await session?.close();
  }
}

async function idOf(session: Session): Promise<string | undefined> {
  const [found] = await session.ask<{ there: boolean }>(`select to_regclass('funcgraph_server') is not null as there`);
  if (found?.there !== true) return undefined;
  return (await session.ask<{ id: string }>('select id from funcgraph_server'))[0]?.id;
}
