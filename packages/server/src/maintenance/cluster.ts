import { pino } from 'pino';
import { Authority, AuthorityStore, hasKey, JoinTokenStore, joinCluster, newJoinToken } from '../cluster/index.ts';
import type { Config } from '../config/index.ts';
import { systemClock } from '../lib/clock.ts';
import { makeDataDir } from '../lib/data-dir.ts';
import type { Sealer } from '../lib/sealer.ts';
import { openDatabase } from '../startup/index.ts';
import { readDatabaseRecord, type Storage } from '../storage/index.ts';
import { MaintenanceError } from './maintenance-error.ts';

/** A token for one new server, made on a member whose server runs with an address for others. */
export async function makeToken(config: Config): Promise<{ readonly token: string }> {
  return withCluster(config, async ({ storage, sealer, home }) => {
    const tokens = new JoinTokenStore(storage);
    const address = await tokens.addressOf(home);
    if (address === undefined) {
      throw new MaintenanceError(
        'cluster.no_address',
        'the server of this data directory has no address for others now',
        {
          hint: 'Start it with --cluster-address HOST:PORT, then make the token.',
        },
      );
    }
    const authority = await Authority.open({ store: new AuthorityStore(storage), sealer, clock: systemClock });
    return { token: await newJoinToken(tokens, { address, fingerprint: authority.fingerprint }) };
  });
}

/** Gets the key of a cluster into a data directory that has none. */
export async function joinByToken({ dataDir, joinToken }: Config): Promise<{ readonly folder: string }> {
  if (joinToken === undefined) throw new Error('no token was named');
  if (await hasKey(dataDir)) {
    throw new MaintenanceError('cluster.joined', `${dataDir} has a key already`, {
      hint: 'Start the server. To join another cluster, name a new data directory with --data-dir.',
    });
  }
  await makeDataDir(dataDir);
  await joinCluster(dataDir, joinToken.reveal());
  return { folder: dataDir };
}

interface Opened {
  readonly storage: Storage;
  readonly sealer: Sealer;
  readonly home: string;
}

async function withCluster<T>(config: Config, work: (opened: Opened) => Promise<T>): Promise<T> {
  const { postgresId } = await readDatabaseRecord(config.dataDir);
  if (postgresId === undefined) {
    throw new MaintenanceError('cluster.none', `the data directory ${config.dataDir} belongs to no cluster`, {
      hint: 'Several servers share a PostgreSQL database: see docs/guides/several-machines.md.',
    });
  }
  const opened = await openDatabase({ config, log: pino({ level: 'silent' }), onDeath: () => {} });
  try {
    return await work(opened);
  } finally {
    await opened.storage.close();
  }
}
