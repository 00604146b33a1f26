import { pino } from 'pino';
import type { Config } from '../config/index.ts';
import { Iam } from '../iam/index.ts';
import { systemClock } from '../lib/clock.ts';
import { credentialsFile, openDatabase, plannedAddresses, readAddresses, writeCredentials } from '../startup/index.ts';
import { ChangeFeed, lockDataDir, readDatabaseRecord, StorageError } from '../storage/index.ts';

/** The written data, without the secrets. */
export interface ResetResult {
  readonly credentials_file: string;
  readonly user: string;
  readonly access_key: string;
}

/**
 * Gives an administrator of a stopped server new credentials and writes them into the credentials file. Throws
 * `storage.locked` while a server runs, because that holds identities in memory, and `storage.unreadable` where no server
 * has stored anything.
 */
export async function resetCredentials(config: Config, userName: string | undefined): Promise<ResetResult> {
  const { dataDir } = config;
  const record = await readDatabaseRecord(dataDir);
  if (!record.sqlite && record.postgresId === undefined) {
    throw new StorageError('storage.unreadable', `${dataDir} is not the data directory of a server`, {
      hint: 'Name it with --data-dir. A server makes its first credentials when it starts.',
    });
  }
  const lock = lockDataDir(dataDir);
  const log = pino({ level: 'silent' });
  try {
    const { storage, sealer } = await openDatabase({ config, log, onDeath: () => {} });
    try {
      const known = await readAddresses(dataDir);
      const region = known?.region ?? config.region;
      const iam = new Iam({
        storage,
        feed: new ChangeFeed(storage.db),
        sealer,
        clock: systemClock,
        log,
        region,
        functions: { enterpriseProjectOf: () => undefined, contentsOf: async () => [] },
        auditRetainDays: config.auditRetainDays,
        consoleTimes: config.console.times,
      });
      const addresses = known ?? plannedAddresses(config);
      let result: ResetResult | undefined;
      await iam.resetOwner(async (credentials) => {
        await writeCredentials(dataDir, addresses, credentials);
        const { user, accessKey } = credentials;
        result = { credentials_file: credentialsFile(dataDir), user, access_key: accessKey };
      }, userName);
      if (result === undefined) throw new Error('no credentials were written');
      return result;
    } finally {
      await storage.close();
    }
  } finally {
    lock.release();
  }
}
