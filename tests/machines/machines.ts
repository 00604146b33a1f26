import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Secret } from '../../packages/server/src/lib/secret.ts';
import { PostgresCluster } from '../../packages/server/src/storage/testing-cluster.ts';
import { runCli, TestServer } from '../server.ts';
import { CodeBucket } from './code-bucket.ts';
import { MachineNetwork } from './network.ts';
import { Quota } from './quota.ts';

export { whyNoMachines } from './network.ts';

const CLUSTER_PORT = 8090;

export interface MachinesOptions {
  readonly servers: number;
  /** More flags of each server. */
  readonly args?: readonly string[];
  /** Of each server with its functions; no limit unless set. */
  readonly memoryBytes?: number;
  /** Code is in an S3 service of its own; in a folder that all see unless set. */
  readonly s3?: boolean;
  /** Starts the PostgreSQL that servers reach at the service address of the network; one that listens there unless set. */
  readonly postgres?: (network: MachineNetwork) => Promise<PostgresCluster>;
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
  /** Of PostgreSQL. */
  readonly databaseQuota: Quota;
  readonly #s3: CodeBucket | undefined;

  private constructor(
    parts: Pick<Machines, 'network' | 'cluster' | 'database' | 'databaseQuota' | 'all'>,
    s3: CodeBucket | undefined,
  ) {
    this.network = parts.network;
    this.cluster = parts.cluster;
    this.database = parts.database;
    this.all = parts.all;
    this.databaseQuota = parts.databaseQuota;
    this.#s3 = s3;
  }

  static async start(options: MachinesOptions): Promise<Machines> {
    const { servers, args = [], memoryBytes, s3 = false, postgres = listeningPostgres } = options;
    const names = Array.from({ length: servers }, (_, n) => `node${n + 1}`);
    const network = new MachineNetwork(names);
    const databaseQuota = new Quota(network.groupOf('database'));
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
      cluster = await postgres(network);
      databaseQuota.add(cluster.pid ?? 0);
      const local = await cluster.create();
      const database = urlOver(network, cluster, local);
      bucket = s3 ? await CodeBucket.start(network) : undefined;
      const place = bucket?.flags ?? ['--artifacts', writableFolder(network, 'artifacts')];
      for (const name of names) {
        const quota = new Quota(network.groupOf(name));
        if (memoryBytes !== undefined) quota.limitMemory(memoryBytes);
        const address = network.addressOf(name);
        const joining =
          started[0] === undefined
            ? []
            : await tokenOf(started[0].server, database, join(network.folder, `token-${name}`));
        const server = await TestServer.start({
          database,
          under: [...quota.words, ...network.on(name)],
          args: ['--host', address, '--cluster-address', `${address}:${CLUSTER_PORT}`, ...args, ...place, ...joining],
          folder: homeIn(network, name, started[0]?.server),
        });
        started.push({ name, address, server, quota });
      }
      return new Machines({ network, cluster, databaseQuota, database: local, all: started }, bucket);
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

  /** Local ports of connections from one server to the internal addresses of others. */
  connectionsOf({ name }: Machine): readonly string[] {
    const [program = '', ...words] = this.network.on(name);
    const filter = ['state', 'established', `( dport = :${CLUSTER_PORT} )`];
    const lines = execFileSync(program, [...words, 'ss', '-tnH', ...filter], { encoding: 'utf8' }).split('\n');
    return lines.flatMap((line) => /:(\d+)\s+\S+\s*$/.exec(line)?.[1] ?? []);
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
    for (const quota of [this.databaseQuota, ...this.all.map((each) => each.quota)]) quota[Symbol.dispose]();
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

/** A PostgreSQL that machines of the network reach at its service address. */
export async function listeningPostgres(network: MachineNetwork): Promise<PostgresCluster> {
  const access = accessFile(network, 'local all all', 'host all all samenet');
  return PostgresCluster.start([`listen_addresses=${network.serviceAddress}`, access], network.folder);
}

/** A PostgreSQL that something else leads to, and that another one may follow. */
export async function postgresWithStandby(network: MachineNetwork): Promise<PostgresCluster> {
  return PostgresCluster.start([accessFile(network, 'local all,replication all')], network.folder);
}

function accessFile({ folder }: MachineNetwork, ...rules: readonly string[]): string {
  const file = join(folder, 'pg_hba.conf');
  writeFileSync(file, rules.map((rule) => `${rule} scram-sha-256\n`).join(''), { mode: 0o644 });
  return `hba_file=${file}`;
}

/** The URL of one of its databases for those machines. */
export function urlOver({ serviceAddress }: MachineNetwork, { folder }: PostgresCluster, url: Secret): Secret {
  return new Secret(url.reveal().replace(encodeURIComponent(folder), serviceAddress));
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
