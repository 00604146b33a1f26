import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Secret } from '../../packages/server/src/lib/secret.ts';
import { PostgresCluster } from '../../packages/server/src/storage/testing-cluster.ts';
import { runCli, TestServer } from '../server.ts';
import { CodeBucket } from './code-bucket.ts';
import { MachineNetwork } from './network.ts';
import { groupFolders, Quota } from './quota.ts';

export { whyNoMachines } from './network.ts';

export interface MachinesOptions {
  readonly servers: number;
  /** More flags of each server. */
  readonly args?: readonly string[];
  /** Of each server with its functions; no limit unless set. */
  readonly memoryBytes?: number;
  /** Code is in an S3 service of its own; in a folder that all see unless set. */
  readonly s3?: boolean;
}

/** One server on a machine of its own. */
export interface Machine {
  readonly name: string;
  readonly address: string;
  readonly server: TestServer;
  readonly quota: Quota;
}

/** What a machine is cut off from. */
export type Far = 'database' | 's3' | Machine;

/**
 * Servers of one cluster on machines of their own, with data directories and control groups of their own, as an operator
 * starts them: the first one makes the key, the others join by a token. PostgreSQL and an S3 service are processes that
 * each reaches by the network.
 */
export class Machines implements AsyncDisposable {
  readonly network: MachineNetwork;
  readonly cluster: PostgresCluster;
  readonly database: Secret;
  readonly all: readonly Machine[];
  readonly #s3: CodeBucket | undefined;

  private constructor(parts: Pick<Machines, 'network' | 'cluster' | 'database' | 'all'>, s3: CodeBucket | undefined) {
    this.network = parts.network;
    this.cluster = parts.cluster;
    this.database = parts.database;
    this.all = parts.all;
    this.#s3 = s3;
  }

  static async start({ servers, args = [], memoryBytes, s3 = false }: MachinesOptions): Promise<Machines> {
    const names = Array.from({ length: servers }, (_, n) => `node${n + 1}`);
    const groupOf = (name: string): string => `fgmach-${process.pid}-${name}`;
    const network = new MachineNetwork(
      names,
      names.flatMap((name) => groupFolders(groupOf(name))),
    );
    const started: Machine[] = [];
    let cluster: PostgresCluster | undefined;
    let bucket: CodeBucket | undefined;
    const end = async (): Promise<void> => {
      await Promise.all(started.map(({ server }) => server.stop()));
      await bucket?.stop();
      await cluster?.stop();
      network[Symbol.dispose]();
    };
    try {
      cluster = await listeningPostgres(network);
      const local = await cluster.create();
      const database = new Secret(local.reveal().replace(encodeURIComponent(cluster.folder), network.serviceAddress));
      bucket = s3 ? await CodeBucket.start(network) : undefined;
      const place = bucket?.flags ?? ['--artifacts', writableFolder(network, 'artifacts')];
      for (const name of names) {
        const quota = new Quota(groupOf(name));
        if (memoryBytes !== undefined) quota.limitMemory(memoryBytes);
        const address = network.addressOf(name);
        const joining =
          started[0] === undefined
            ? []
            : await tokenOf(started[0].server, database, join(network.folder, `token-${name}`));
        const server = await TestServer.start({
          database,
          under: [...quota.words, ...network.on(name)],
          args: ['--host', address, '--cluster-address', `${address}:8090`, ...args, ...place, ...joining],
          folder: homeIn(network, name, started[0]?.server),
        });
        started.push({ name, address, server, quota });
      }
      return new Machines({ network, cluster, database: local, all: started }, bucket);
    } catch (error) {
      await end();
      throw error;
    }
  }

  cut(machine: Machine, far: Far): void {
    this.network.cut(machine.name, this.#addressOf(far));
  }

  mend(machine: Machine, far: Far): void {
    this.network.mend(machine.name, this.#addressOf(far));
  }

  /** Runs a statement as an administrator of the database would. */
  sql(text: string): Promise<Record<string, unknown>[]> {
    return this.cluster.run(this.database, text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.all.map(({ server }) => server.stop()));
    await this.#s3?.stop();
    await this.cluster.stop();
    this.network[Symbol.dispose]();
    for (const { quota } of this.all) quota[Symbol.dispose]();
  }

  #addressOf(far: Far): string {
    if (far === 'database') return this.network.serviceAddress;
    return far === 's3' ? this.network.addressOf('switch') : far.address;
  }
}

/** A folder of the network's that all may write, such as functions without isolation. */
export function writableFolder(network: MachineNetwork, name: string): string {
  const folder = join(network.folder, name);
  mkdirSync(folder);
  chmodSync(folder, 0o777);
  return folder;
}

async function listeningPostgres(network: MachineNetwork): Promise<PostgresCluster> {
  const access = join(network.folder, 'pg_hba.conf');
  writeFileSync(access, 'local all all scram-sha-256\nhost all all samenet scram-sha-256\n', { mode: 0o644 });
  return PostgresCluster.start([`listen_addresses=${network.serviceAddress}`, `hba_file=${access}`], network.folder);
}

/** Flags with which another server joins. */
async function tokenOf({ dataDir }: TestServer, database: Secret, file: string): Promise<readonly string[]> {
  const env = { FGS_DATA_DIR: dataDir, FGS_DATABASE_URL: database.reveal() };
  const { exitCode, stdout, stderr } = await runCli(['cluster', 'token'], env);
  if (exitCode !== 0) throw new Error(`fgs cluster token: ${stderr}`);
  writeFileSync(file, stdout, { mode: 0o600 });
  return ['--join-token-file', file];
}

/** A data directory. Only a first start writes credentials; tests of others use a copy. */
function homeIn({ folder }: MachineNetwork, name: string, first: TestServer | undefined): string {
  const home = join(folder, name);
  mkdirSync(join(home, 'data', 'runtimes'), { recursive: true, mode: 0o711 });
  if (first !== undefined)
    writeFileSync(join(home, 'data', 'credentials.json'), `${JSON.stringify(first.credentials)}\n`, { mode: 0o600 });
  return home;
}
