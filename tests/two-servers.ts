import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Secret } from '../packages/server/src/lib/secret.ts';
import { PostgresCluster } from '../packages/server/src/storage/testing-cluster.ts';
import { TestServer } from './server.ts';

/** Two servers over one PostgreSQL database, with one key and one place for code, as an operator starts them. */
export class TwoServers implements AsyncDisposable {
  readonly cluster: PostgresCluster;
  readonly database: Secret;
  /** Functions without isolation may write here. */
  readonly folder: string;
  readonly first: TestServer;
  readonly second: TestServer;

  private constructor(parts: Pick<TwoServers, 'cluster' | 'database' | 'folder' | 'first' | 'second'>) {
    this.cluster = parts.cluster;
    this.database = parts.database;
    this.folder = parts.folder;
    this.first = parts.first;
    this.second = parts.second;
  }

  /** `artifacts`: settings of each server for its code, instead of one folder; or those of both for the folder of a test. */
  static async start(
    artifacts?: readonly [readonly string[], readonly string[]] | ((folder: string) => readonly string[]),
  ): Promise<TwoServers> {
    const folder = mkdtempSync(join(tmpdir(), 'funcgraph-two-'));
    chmodSync(folder, 0o777);
    const common = join(folder, 'artifacts');
    mkdirSync(common);
    chmodSync(common, 0o777);
    const ofBoth = typeof artifacts === 'function' ? artifacts(folder) : ['--artifacts', common];
    const [ofFirst, ofSecond] = typeof artifacts === 'object' ? artifacts : [ofBoth, ofBoth];
    const cluster = await PostgresCluster.start();
    const database = await cluster.create();
    // with few slots, no server takes all events of a test
    const shared = ['--sandbox', 'process', '--account-concurrency', '20', '--cluster-address', '127.0.0.1:0'];
    const first = await TestServer.start({ database, args: [...shared, ...ofFirst] });
    const key = ['--key-file', join(first.dataDir, 'master.key')];
    const second = await TestServer.start({ database, args: [...shared, ...key, ...ofSecond], folder: homeFor(first) });
    return new TwoServers({ cluster, database, folder, first, second });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.second.stop();
    await this.first.stop();
    await this.cluster.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A data directory for another server with the credentials of the first account, which only a first start writes. */
function homeFor(first: TestServer): string {
  const folder = mkdtempSync(join(tmpdir(), 'funcgraph-test-'));
  mkdirSync(join(folder, 'data', 'runtimes'), { recursive: true });
  writeFileSync(join(folder, 'data', 'credentials.json'), `${JSON.stringify(first.credentials)}\n`, { mode: 0o600 });
  chmodSync(folder, 0o755);
  return folder;
}
