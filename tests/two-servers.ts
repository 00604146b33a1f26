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

  readonly #made: AsyncDisposableStack;
  readonly #flags: readonly string[];

  private constructor(
    parts: Pick<TwoServers, 'cluster' | 'database' | 'folder' | 'first' | 'second'>,
    made: AsyncDisposableStack,
    flags: readonly string[],
  ) {
    this.#made = made;
    this.#flags = flags;
    this.cluster = parts.cluster;
    this.database = parts.database;
    this.folder = parts.folder;
    this.first = parts.first;
    this.second = parts.second;
  }

  /**
   * `artifacts`: settings of each server for its code, instead of one folder; or those of both for the folder of a test.
   * `flags`: more settings of both; functions are not isolated unless these say so.
   */
  static async start(
    artifacts?: readonly [readonly string[], readonly string[]] | ((folder: string) => readonly string[]),
    flags: readonly string[] = ['--sandbox', 'process'],
  ): Promise<TwoServers> {
    // parts that have started are stopped when a later one fails to start
    await using made = new AsyncDisposableStack();
    const folder = made.adopt(mkdtempSync(join(tmpdir(), 'funcgraph-two-')), remove);
    chmodSync(folder, 0o777);
    const common = join(folder, 'artifacts');
    mkdirSync(common);
    chmodSync(common, 0o777);
    const ofBoth = typeof artifacts === 'function' ? artifacts(folder) : ['--artifacts', common];
    const [ofFirst, ofSecond] = typeof artifacts === 'object' ? artifacts : [ofBoth, ofBoth];
    const cluster = made.adopt(await PostgresCluster.start(), (it) => it.stop());
    const database = await cluster.create();
    // with few slots, no server takes all events of a test
    const shared = ['--account-concurrency', '20', '--cluster-address', '127.0.0.1:0', ...flags];
    const first = made.use(await TestServer.start({ database, args: [...shared, ...ofFirst] }));
    const key = ['--key-file', join(first.dataDir, 'master.key')];
    const settings = [...shared, ...key, ...ofSecond];
    const second = made.use(await TestServer.start({ database, args: settings, folder: homeFor(first) }));
    return new TwoServers({ cluster, database, folder, first, second }, made.move(), settings);
  }

  /** Starts one more, with the settings of the second one. */
  async another(): Promise<TestServer> {
    const { database } = this;
    return this.#made.use(await TestServer.start({ database, args: this.#flags, folder: homeFor(this.first) }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#made[Symbol.asyncDispose]();
  }
}

const remove = (folder: string): void => rmSync(folder, { recursive: true, force: true });

/** A data directory for another server with the credentials of the first account, which only a first start writes. */
function homeFor(first: TestServer): string {
  const folder = mkdtempSync(join(tmpdir(), 'funcgraph-test-'));
  mkdirSync(join(folder, 'data', 'runtimes'), { recursive: true });
  writeFileSync(join(folder, 'data', 'credentials.json'), `${JSON.stringify(first.credentials)}\n`, { mode: 0o600 });
  chmodSync(folder, 0o755);
  return folder;
}
