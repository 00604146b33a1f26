import { type ChildProcess, fork, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, realpathSync } from 'node:fs';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Client, createClient } from '@funcgraph/api';
import type * as Core from '@huaweicloud/huaweicloud-sdk-core';
import type * as Sdk from '@huaweicloud/huaweicloud-sdk-functiongraph';
import type { Secret } from '../packages/server/src/lib/secret.ts';
import { serverLogs } from './server-logs.ts';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** The built programs, which `built-programs.ts` keeps up to date: they start in half the time of the sources. */
export const CLI = join(ROOT, 'packages/cli/bin/fgs.mjs');
/** As in `packages/cli/bin/fgs`. */
const CLI_FLAGS = ['--min-semi-space-size=16'];
export const SERVER = join(ROOT, 'packages/server/bundle/main.js');

/** Free ones, chosen by the system. */
export const ANY_PORTS = ['--port', '0', '--gateway-port', '0', '--storage-port', '0'] as const;
const KEPT_LOG_CHARS = 256 * 1024;

export interface ProgramRun {
  readonly exitCode: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Runs a Node.js program to its end. */
export async function runNode(args: readonly string[], env: NodeJS.ProcessEnv, input = ''): Promise<ProgramRun> {
  const child = spawn(process.execPath, args, { cwd: ROOT, env, stdio: 'pipe' });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  child.stdin.end(input);
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { exitCode, stdout: Buffer.concat(out), stderr: Buffer.concat(err).toString('utf8') };
}

/** Runs the CLI to its end. */
export function runCli(args: readonly string[], env: NodeJS.ProcessEnv, input = ''): Promise<ProgramRun> {
  return runNode([...CLI_FLAGS, CLI, ...args], { ...ofPrograms(), ...env }, input);
}

/** Little of our environment: where programs are, and where Node.js finds compiled code. */
export function ofPrograms(): NodeJS.ProcessEnv {
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  return { PATH, ...(NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE }) };
}

/** Puts a program `fgs` into a folder, for scripts that see nothing else of the machine. */
export async function placeCli(folder: string): Promise<void> {
  await writeFile(join(folder, 'fgs'), `#!/bin/sh\nexec '${process.execPath}' ${CLI_FLAGS.join(' ')} '${CLI}' "$@"\n`, {
    mode: 0o755,
  });
}

/** What a first start writes for its user. */
export interface Credentials {
  readonly endpoint: string;
  readonly gateway: string;
  readonly storage: string;
  readonly region: string;
  readonly project_id: string;
  readonly access_key: string;
  readonly secret_key: string;
  readonly user: string;
  readonly password: string;
}

export interface TestServerOptions {
  /** More flags of the server, such as `--max-wait 250ms`. */
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /**
   * A PostgreSQL database; undefined for the default of the project, which is SQLite unless a set-up file changes it.
   */
  readonly database?: Secret;
  /** Where the built project is seen; where it is unless set. */
  readonly home?: string;
  /** A folder whose `data` exists, such as a restored backup; a new one unless set. */
  readonly folder?: string;
  /** Folder with the notes about interpreters, outside of tests; see `prepared-runtimes.ts`. */
  readonly runtimes?: string;
  /** Words before the program, such as those that put it on another machine. */
  readonly under?: readonly string[];
  /** Gets the log output of the server as it arrives. */
  readonly onLog?: (text: string) => void;
}

/** The message of the server instead of `ready`. */
export class ServerDidNotStart extends Error {
  readonly reply: unknown;

  constructor(reply: unknown, log: string) {
    super(`the server did not start: ${JSON.stringify(reply)}\n${log}`);
    this.reply = reply;
  }
}

interface Running {
  /** The launcher when we are root, and the server itself otherwise. */
  readonly child: ChildProcess;
  /** Of the server itself. */
  readonly pid: number;
  readonly credentials: Credentials;
  readonly api: Client;
  sdk?: Sdk.FunctionGraphClient;
}

/** A real server on free ports, with a data directory that goes away with it. */
export class TestServer implements AsyncDisposable {
  /** Makes the database of each server of a project that is about PostgreSQL. */
  static newDatabase: (() => Promise<Secret>) | undefined;

  readonly dataDir: string;
  readonly #folder: string;
  readonly #options: TestServerOptions;
  #running: Running | undefined;
  #log = '';

  private constructor(folder: string, options: TestServerOptions) {
    this.#folder = folder;
    this.dataDir = join(folder, 'data');
    this.#options = options;
    serverLogs.push(() => this.#log);
  }

  /** Rejects with `ServerDidNotStart`, which holds the log, when the server does not come up. */
  static async start(options: TestServerOptions = {}): Promise<TestServer> {
    const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'funcgraph-test-')));
    // the official SDK writes a file into the home directory
    process.env.HOME = folder;
    const database = options.database ?? (await TestServer.newDatabase?.());
    const server = new TestServer(folder, { ...options, ...(database === undefined ? {} : { database }) });
    try {
      if (options.folder === undefined) await placeRuntimes(server.dataDir, options.runtimes);
      await server.#boot();
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
    return server;
  }

  get credentials(): Credentials {
    return this.#now().credentials;
  }

  get endpoint(): string {
    return this.credentials.endpoint;
  }

  get gateway(): string {
    return this.credentials.gateway;
  }

  /** Our typed client, signed with the first account's key. */
  get api(): Client {
    return this.#now().api;
  }

  /** The official client, signed with the same key. */
  get sdk(): Sdk.FunctionGraphClient {
    const running = this.#now();
    running.sdk ??= connectSdk(running.credentials);
    return running.sdk;
  }

  /** Where its data is, of a server with PostgreSQL. */
  get database(): Secret {
    if (this.#options.database === undefined) throw new Error('the server has no PostgreSQL database');
    return this.#options.database;
  }

  /** The exit code of the process that runs now, when it ends by itself; `restart` starts another one. */
  get exited(): Promise<number | null> {
    const { child } = this.#now();
    return once(child, 'exit').then(([code]) => {
      if (this.#running?.child === child) this.#running = undefined;
      return code as number | null;
    });
  }

  get pid(): number {
    return this.#now().pid;
  }

  /** Whose child the agent is: the launcher, which is root, or the server itself. */
  get launcherPid(): number {
    return this.#now().child.pid ?? 0;
  }

  /** The end of what all processes of this server have logged. */
  get log(): string {
    return this.#log;
  }

  /** Where sockets and sandboxes of this data directory are. */
  get runDir(): string {
    const name = createHash('sha256').update(realpathSync(this.dataDir)).digest('hex').slice(0, 12);
    return join('/run/funcgraph', name);
  }

  /** The process id of the sandbox agent, undefined while there is none. */
  agentPid(): number | undefined {
    return agentOf(this.launcherPid);
  }

  /** Runs the CLI against this server. */
  fgs(args: readonly string[], input = ''): Promise<ProgramRun> {
    return runCli(args, { FGS_DATA_DIR: this.dataDir }, input);
  }

  /** Sends a signal to the server alone and resolves with its exit code when it is gone. */
  async kill(signal: NodeJS.Signals): Promise<number | null> {
    const { child, pid } = this.#now();
    this.#running = undefined;
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    const exit = once(child, 'exit') as Promise<[number | null]>;
    process.kill(pid, signal);
    return (await exit)[0];
  }

  /** Sends SIGTERM to the server alone, and once more some time later; resolves with its exit code. */
  async terminateTwice(betweenMs: number): Promise<number | null> {
    const { pid } = this.#now();
    const exit = this.kill('SIGTERM');
    await new Promise((resolve) => setTimeout(resolve, betweenMs));
    process.kill(pid, 'SIGTERM');
    return exit;
  }

  /** Ends the server as an operator would, unless it is gone already, and starts another one over the same data. */
  async restart(): Promise<this> {
    if (this.#running !== undefined) await this.kill('SIGTERM');
    await this.#boot();
    return this;
  }

  /** Ends the server and removes its data. */
  async stop(): Promise<void> {
    if (this.#running !== undefined) await this.kill('SIGTERM');
    await rm(this.runDir, { recursive: true, force: true });
    await rm(this.#folder, { recursive: true, force: true });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** Tries to start one more server on the same data directory; resolves with its refusal. */
  async startSecond(options: TestServerOptions = this.#options): Promise<ServerDidNotStart> {
    const second = new TestServer(this.#folder, options);
    try {
      await second.#boot();
    } catch (error) {
      if (error instanceof ServerDidNotStart) return error;
      throw error;
    }
    await second.kill('SIGKILL');
    throw new Error('a second server started on the same data directory');
  }

  /** Starts the server again and sends it SIGTERM some time after its agent began to start. */
  async interruptStart(afterMs: number): Promise<{ readonly exitCode: number | null; readonly runDir: string }> {
    const child = this.#spawn();
    const exited = once(child, 'exit') as Promise<[number | null]>;
    while (child.exitCode === null && agentOf(child.pid ?? 0) === undefined) await new Promise(setImmediate);
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    child.kill('SIGTERM');
    const [exitCode] = await exited;
    return { exitCode, runDir: this.runDir };
  }

  /** Starts the server, which must not run, and kills it some time later, wherever it is then. */
  async killStart(afterMs: number): Promise<void> {
    const child = this.#spawn();
    const exited = once(child, 'exit');
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    child.kill('SIGKILL');
    await exited;
  }

  #now(): Running {
    if (this.#running === undefined) throw new Error('the server is not running');
    return this.#running;
  }

  #spawn(): ChildProcess {
    const { args = [], env = {}, database, home = ROOT, under = [] } = this.#options;
    const flags = ['--data-dir', this.dataDir, ...ANY_PORTS, '--log-level', 'warn', ...args];
    // File systems that tests share stand beside the data directories.
    flags.push('--mount-roots', tmpdir());
    const [program = '', ...before] = [...under, process.execPath.replace(ROOT, `${home}/`)];
    const child = fork(join(home, relative(ROOT, SERVER)), flags, {
      cwd: ROOT,
      execPath: program,
      // tests run as root, too; the functions are their own
      env: {
        ...process.env,
        FGS_ROOT_WITHOUT_ISOLATION: 'allow',
        ...env,
        ...(database === undefined ? {} : { FGS_DATABASE_URL: database.reveal() }),
      },
      execArgv: before,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.#log = (this.#log + chunk.toString()).slice(-KEPT_LOG_CHARS);
        this.#options.onLog?.(chunk.toString());
      });
    }
    return child;
  }

  async #boot(): Promise<void> {
    const child = this.#spawn();
    const exited = once(child, 'exit').then(([code]) => ({ event: 'exited', code: code as unknown }));
    const reply = await Promise.race([startReport(child), exited]);
    if (reply.event !== 'ready' || !('pid' in reply) || reply.pid === undefined) {
      child.kill('SIGKILL');
      throw new ServerDidNotStart(reply, this.#log);
    }
    const credentials = JSON.parse(readFileSync(join(this.dataDir, 'credentials.json'), 'utf8')) as Credentials;
    this.#running = { child, pid: reply.pid, credentials, api: connect(credentials) };
  }
}

export interface StartReport {
  readonly event?: unknown;
  readonly pid?: number;
}

/** What a server says of its start. The one that was killed before it may still be stopping: then it waits first. */
export function startReport(child: ChildProcess): Promise<StartReport> {
  return new Promise((resolve) => {
    child.on('message', (message: StartReport) => {
      if (message.event !== 'waiting') resolve(message);
    });
  });
}

/** Notes about the interpreters of the machine, as from an earlier start; in benchmarks, each server looks itself. */
export async function placeRuntimes(dataDir: string, prepared?: string): Promise<void> {
  if (prepared === undefined && process.env.VITEST === undefined) return;
  const runtimes = prepared ?? (await import('vitest')).inject('preparedRuntimes');
  await cp(runtimes, join(dataDir, 'runtimes'), { recursive: true, preserveTimestamps: true });
}

export function connect({ endpoint, access_key, secret_key }: Credentials): Client {
  return createClient({ endpoint, auth: { kind: 'key', accessKey: access_key, secretKey: secret_key } });
}

/** Loads the official SDK, which takes a third of a second, for the tests that need it. */
export function connectSdk({ access_key, secret_key, project_id, endpoint }: Credentials): Sdk.FunctionGraphClient {
  const load = createRequire(import.meta.url);
  const { BasicCredentials } = load('@huaweicloud/huaweicloud-sdk-core') as typeof Core;
  const { FunctionGraphClient } = load('@huaweicloud/huaweicloud-sdk-functiongraph') as typeof Sdk;
  const credential = new BasicCredentials().withAk(access_key).withSk(secret_key).withProjectId(project_id);
  return FunctionGraphClient.newBuilder().withCredential(credential).withEndpoint(endpoint).build();
}

/** The agent among the children of a server. */
function agentOf(server: number): number | undefined {
  const pids = readFileSync(`/proc/${server}/task/${server}/children`, 'utf8').split(' ').map(Number);
  return pids.find((pid) => pid > 0 && commandOf(pid).includes('--run-dir'));
}

/** Command line of a living process; empty when it is gone. */
export function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}
