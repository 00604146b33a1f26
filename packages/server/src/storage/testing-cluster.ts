import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Client } from 'pg';
import { Secret } from '../lib/secret.ts';

const DEBIAN = '/usr/lib/postgresql';
const PASSWORD = 'pw-of-the-tests/%41';

/** The folder of the programs of the newest PostgreSQL; undefined when none is installed. */
export function findPostgres(): string | undefined {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : [];
  return versions.map((version) => join(DEBIAN, version, 'bin')).find((bin) => existsSync(join(bin, 'postgres')));
}

/** The reason shown for skipped tests. */
export const NO_POSTGRES = `there is no PostgreSQL in ${DEBIAN}: apt-get install postgresql`;

interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** PostgreSQL refuses to run as root; Debian's package creates a user for it. */
function account(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const idOf = (flag: string): number => Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout);
  return { uid: idOf('-u'), gid: idOf('-g') };
}

/** A PostgreSQL server of its own in a temporary folder, reached by a socket in it. Its user has a password. */
export class PostgresCluster {
  readonly folder: string;
  readonly #bin: string;
  readonly #settings: readonly string[];
  readonly #account = account();
  #server: ChildProcess | undefined;
  /** The end of its output. */
  #log = '';
  #databases = 0;

  private constructor(bin: string, settings: readonly string[], parent: string) {
    this.#bin = bin;
    this.#settings = settings;
    this.folder = mkdtempSync(join(parent, 'fg-pg-'));
    if (this.#account === undefined) return;
    chownSync(this.folder, this.#account.uid, this.#account.gid);
    // servers started by root run as another user; the socket requires the password
    chmodSync(this.folder, 0o711);
  }

  /** Throws where PostgreSQL is not installed: check `findPostgres` first. `parent`: where its folder is made. */
  static async start(settings: readonly string[] = [], parent = tmpdir()): Promise<PostgresCluster> {
    const bin = findPostgres();
    if (bin === undefined) throw new Error(NO_POSTGRES);
    const cluster = new PostgresCluster(bin, settings, parent);
    const password = join(cluster.folder, 'password');
    writeFileSync(password, `${PASSWORD}\n`);
    // a locale that does not sort texts by their bytes
    const language = ['--encoding=UTF8', '--locale-provider=icu', '--icu-locale=en-US', '--locale=C.UTF-8'];
    const login = ['--username=funcgraph', `--pwfile=${password}`, '--auth=scram-sha-256'];
    const made = spawnSync(join(bin, 'initdb'), ['-D', cluster.#data, '--no-sync', ...language, ...login], {
      ...cluster.#account,
      cwd: cluster.folder,
      encoding: 'utf8',
    });
    if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`);
    await cluster.boot();
    return cluster;
  }

  /** Of the server that runs now. */
  get pid(): number | undefined {
    return this.#server?.pid;
  }

  get #data(): string {
    return join(this.folder, 'data');
  }

  get #socket(): string {
    return join(this.folder, '.s.PGSQL.5432');
  }

  /** Starts the server, again after `kill`; resolves when it takes connections. */
  async boot(): Promise<void> {
    // children of a killed server may hold its shared memory for a moment
    for (let tries = 20; !(await this.#spawned()); tries -= 1) {
      if (tries === 0) throw new Error(`PostgreSQL ended while it started: ${this.#log}`);
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }

  async #spawned(): Promise<boolean> {
    const settings = [
      'listen_addresses=',
      `unix_socket_directories=${this.folder}`,
      'max_connections=200',
      // after a crash, one call for all files: one call for each file takes a minute on a busy disk
      'recovery_init_sync_method=syncfs',
      ...this.#settings,
    ];
    const server = spawn(join(this.#bin, 'postgres'), ['-D', this.#data, ...settings.flatMap((each) => ['-c', each])], {
      ...this.#account,
      cwd: this.folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    server.stderr.on('data', (chunk: Buffer) => {
      this.#log = (this.#log + chunk.toString('utf8')).slice(-4096);
    });
    this.#server = server;
    while (!(await this.#answers())) {
      if (server.exitCode !== null) return false;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return true;
  }

  /** A server that follows this one, which from then on acknowledges what both have. It has the same settings. */
  async addStandby(): Promise<PostgresCluster> {
    const standby = new PostgresCluster(this.#bin, this.#settings, dirname(this.folder));
    const from = ['-h', this.folder, '-U', 'funcgraph', '--checkpoint=fast', '--no-sync', '--write-recovery-conf'];
    const made = spawnSync(join(this.#bin, 'pg_basebackup'), ['-D', standby.#data, ...from], {
      ...this.#account,
      cwd: standby.folder,
      env: { PGPASSWORD: PASSWORD },
      encoding: 'utf8',
    });
    if (made.status !== 0) throw new Error(`pg_basebackup failed: ${made.stderr}`);
    await standby.boot();
    await this.run(this.url('postgres'), "alter system set synchronous_standby_names = '*'");
    await this.run(this.url('postgres'), 'select pg_reload_conf()');
    return standby;
  }

  /** Makes a standby take writes. */
  async promote(): Promise<void> {
    await this.run(this.url('postgres'), 'select pg_promote()');
  }

  /** Ends the server: SIGINT fast but in order, SIGQUIT and SIGKILL like crashes. Resolves when it has exited. */
  async kill(signal: 'SIGINT' | 'SIGQUIT' | 'SIGKILL'): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
    const exit = once(server, 'exit');
    server.kill(signal);
    await exit;
  }

  /** Ends the server and removes its data. */
  async stop(): Promise<void> {
    await this.kill('SIGQUIT');
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** The URL of a database of this server, as an operator would write it. */
  url(database: string): Secret {
    return urlIn(this.folder, database);
  }

  /** Makes an empty database. */
  async create(): Promise<Secret> {
    this.#databases += 1;
    return createDatabase(this.folder, `fg_${this.#databases}`);
  }

  /** Runs statements as an administrator would, in a session of its own. */
  run(url: Secret, sql: string): Promise<Record<string, unknown>[]> {
    return runSql(url, sql);
  }

  #answers(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(this.#socket);
      socket.once('error', () => resolve(false));
      socket.once('connect', () => {
        socket.destroy();
        runSql(this.url('postgres'), 'select 1').then(
          () => resolve(true),
          () => resolve(false),
        );
      });
    });
  }
}

/** The URL of a database of the server whose socket is in the folder. */
function urlIn(folder: string, database: string): Secret {
  const login = `funcgraph:${encodeURIComponent(PASSWORD)}`;
  return new Secret(`postgres://${login}@${encodeURIComponent(folder)}/${database}`);
}

/**
 * Makes a database in the server whose socket is in the folder, empty or like another one. Copying its files takes a
 * fifth of the time of copying it through the log of changes.
 */
export async function createDatabase(folder: string, name: string, like = 'template1'): Promise<Secret> {
  await runSql(urlIn(folder, 'postgres'), `create database "${name}" template "${like}" strategy file_copy`);
  return urlIn(folder, name);
}

/** Without the triggers of tables and the checks of their references. Tables of the storage itself stay. */
const EMPTY = `do $$
declare name text;
begin
  set local session_replication_role = replica;
  for name in select tablename from pg_tables where schemaname = 'public' and tablename not in
    ('kysely_migration', 'kysely_migration_lock', 'funcgraph_server', 'funcgraph_marker', 'change_counter')
  loop
    execute format('delete from %I', name);
  end loop;
  update change_counter set n = 0;
  perform setval(format('%I', sequencename), start_value, false) from pg_sequences where schemaname = 'public';
end $$`;

/** The types of pg lack it. */
type UnrefClient = Client & { unref(): void };

/** A session knows the tables after it has emptied them once, which makes the next times ten times faster. */
const emptiers = new Map<string, UnrefClient>();

/** Brings a database with every table back to the state in which it was made. */
export async function emptyDatabase(url: string): Promise<void> {
  let client = emptiers.get(url);
  if (client === undefined) {
    client = new Client({ connectionString: url }) as UnrefClient;
    // the server may end before the process of the tests
    client.on('error', () => emptiers.delete(url));
    await client.connect();
    // must not delay the end of the process
    client.unref();
    emptiers.set(url, client);
  }
  await client.query(EMPTY);
}

/** Runs statements in a session of its own. */
export async function runSql(url: Secret, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url.reveal() });
  // the statement is rejected when the server is killed
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(sql)).rows as Record<string, unknown>[];
  } finally {
    await client.end();
  }
}
