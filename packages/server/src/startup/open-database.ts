import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { hasKey, joinCluster } from '../cluster/index.ts';
import type { Config } from '../config/index.ts';
import { openSealer, Sealer } from '../lib/sealer.ts';
import {
  checkDatabaseKind,
  openStorage,
  readDatabaseRecord,
  type Storage,
  sqliteFile,
  writeDatabaseRecord,
} from '../storage/index.ts';
import { hasStoredFiles, refuseMissingDatabase } from './existing-data.ts';

/** Made by the build. */
const TEMPLATE = fileURLToPath(new URL('../storage/empty.sqlite', import.meta.url));

export interface DatabaseDeps {
  readonly config: Pick<Config, 'dataDir' | 'databaseUrl' | 'sealingKey'> & Partial<Pick<Config, 'joinToken'>>;
  readonly log: Logger;
  /** Called once when the database is lost permanently. */
  readonly onDeath: (error: Error) => void;
  /** Instead of the one that the build makes. */
  readonly template?: string | undefined;
}

/** A database, and the sealer of the secrets in it. */
export interface DataDirectory {
  readonly storage: Storage;
  readonly sealer: Sealer;
  /** Names the data directory among those that share the database. */
  readonly home: string;
}

/**
 * Opens the key and the database of the data directory, which remembers it from then on. A key that is not given is got
 * by the join token or else made first, and only where no database exists. Rejects like `openSealer` and `openStorage`, and with `storage.foreign` or `storage.missing`
 * rather than begin an empty database beside the one, or the files, that belong to the directory.
 */
export async function openDatabase({
  config,
  log,
  onDeath,
  template = TEMPLATE,
}: DatabaseDeps): Promise<DataDirectory> {
  const { dataDir, databaseUrl: url, sealingKey, joinToken } = config;
  const record = await readDatabaseRecord(dataDir);
  checkDatabaseKind(record, url === undefined ? 'sqlite' : 'postgres', dataDir);
  const mustHaveTables = url === undefined && (await hasStoredFiles(dataDir));
  if (mustHaveTables) await refuseMissingDatabase(dataDir);
  const mayCreate = !record.sqlite && record.postgresId === undefined;
  if (
    url !== undefined &&
    joinToken !== undefined &&
    sealingKey === undefined &&
    mayCreate &&
    !(await hasKey(dataDir))
  ) {
    await joinCluster(dataDir, joinToken.reveal());
  }
  const sealer =
    sealingKey === undefined
      ? await openSealer(join(dataDir, 'master.key'), { mayCreate })
      : Sealer.ofHex(sealingKey.reveal());
  if (url === undefined) {
    return {
      sealer,
      home: dataDir,
      storage: await openStorage({ file: sqliteFile(dataDir), mustHaveTables, template, onDeath }),
    };
  }
  const storage = await openStorage({
    url,
    dataKey: sealer.fingerprint('database'),
    databaseId: record.postgresId,
    onDeath,
    onConnection: (state, reason) => {
      if (state === 'lost') log.error({ reason }, 'the database is out of reach');
      else log.warn('the database is reachable again');
    },
  });
  const home = record.home ?? randomUUID();
  try {
    const { id } = storage;
    if (id !== undefined && record.home === undefined) await writeDatabaseRecord(dataDir, { id, home });
  } catch (error) {
    await storage.close();
    throw error;
  }
  return { sealer, home, storage };
}
