import { fork } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, createClient } from '@funcgraph/api';
import { ANY_PORTS, type Credentials, ROOT, SERVER, startReport } from '../server.ts';

/** What exists in a data directory after the first two seconds, in the order of its making, and a moment in between. */
export const FIRST_MOMENTS = [
  'server.lock',
  'master.key.new',
  'funcgraph.db',
  'funcgraph.db-wal',
  'credentials.json.new',
  'credentials.json',
  24,
] as const;

export interface Operator {
  readonly api: Client;
  readonly endpoint: string;
  readonly kill: (signal: NodeJS.Signals) => Promise<void>;
}

/** An empty data directory, but for notes about interpreters that are given, and the servers that start in it. */
export class NewDataDir implements Disposable {
  readonly path: string;
  readonly #folder: string;

  constructor(runtimes?: string) {
    this.#folder = mkdtempSync(join(tmpdir(), 'funcgraph-first-'));
    this.path = join(this.#folder, 'data');
    mkdirSync(this.path, { mode: 0o711 });
    if (runtimes !== undefined) {
      cpSync(runtimes, join(this.path, 'runtimes'), { recursive: true, preserveTimestamps: true });
    }
  }

  spawn() {
    const flags = ['--data-dir', this.path, ...ANY_PORTS, '--log-level', 'warn'];
    const args = [...flags, '--sandbox', 'process', '--root-without-isolation', 'allow'];
    const child = fork(SERVER, args, {
      cwd: ROOT,
      execArgv: [],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    let log = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      log += chunk.toString();
    });
    return { child, exited: once(child, 'exit'), log: () => log };
  }

  /** Kills a start when the directory has changed so many times, or when the file appears; at the latest when it is ready. */
  async killStartAt(moment: number | string): Promise<void> {
    const { child, exited } = this.spawn();
    let changes = 0;
    const watcher = watch(this.path, (_kind, name) => {
      changes += 1;
      const isMoment =
        typeof moment === 'string' ? name === moment && existsSync(join(this.path, moment)) : changes >= moment;
      if (isMoment) child.kill('SIGKILL');
    });
    void startReport(child).then(() => child.kill('SIGKILL'));
    await exited;
    watcher.close();
  }

  /** A server and a client of the first account, with the credentials of the directory. Throws when it does not start. */
  async operate(): Promise<Operator> {
    const { child, exited, log } = this.spawn();
    const message = await Promise.race([startReport(child), exited.then(() => undefined)]);
    if (message?.event !== 'ready') {
      child.kill('SIGKILL');
      throw new Error(`the server did not start: ${JSON.stringify(message)}\n${log()}`);
    }
    const { endpoint, ...key } = JSON.parse(readFileSync(join(this.path, 'credentials.json'), 'utf8')) as Credentials;
    const auth = { kind: 'key', accessKey: key.access_key, secretKey: key.secret_key } as const;
    const kill = async (signal: NodeJS.Signals): Promise<void> => {
      child.kill(signal);
      await exited;
    };
    return { api: createClient({ endpoint, auth }), endpoint, kill };
  }

  /** Starts again and enters with the credentials of the directory; the status of the answer. */
  async enter(): Promise<number> {
    const { api, kill } = await this.operate();
    try {
      return (await api.call('showDoctor', {})).status;
    } finally {
      await kill('SIGTERM');
    }
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
