import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type AgentProcessOptions, type AgentRules, spawnAgent } from '@funcgraph/agent';
import { groupNameOf } from '../../../packages/agent/src/cgroup/group-owner.ts';
import {
  type Sandbox,
  SandboxAgent,
  type SandboxExit,
  type SandboxSpec,
} from '../../../packages/server/src/instances/sandbox/index.ts';

/** Scripts that attack from inside; shown to every sandbox as its code. */
export const PROBES = fileURLToPath(new URL('probes', import.meta.url));
export const MIB = 1 << 20;
/** The Node.js of the tests inside a sandbox that is started with `WITH_NODE`. */
export const NODE = '/opt/function/node';
export const WITH_NODE = {
  binds: [
    { source: PROBES, target: '/opt/function/code' },
    { source: process.execPath, target: NODE },
  ],
} as const satisfies Partial<SandboxSpec>;

export interface BenchOptions {
  /** Host user of the agent and of the folders it gets; undefined: ours. */
  readonly uid?: number;
  readonly driver?: 'bubblewrap' | 'process';
  readonly attach?: 'helper' | 'mounts';
  /** What makes the sandboxes; undefined: the best that the machine has. */
  readonly start?: 'launcher' | 'bubblewrap';
  /** Interfaces of the machine that networks may have. */
  readonly interfaces?: readonly string[];
  /** Prepares the folder for what sandboxes write, before there is an agent. */
  readonly prepareDisk?: (volumesDir: string) => void;
}

export interface Ended {
  readonly exit: SandboxExit;
  readonly stdout: string;
  readonly stderr: string;
}

/** A real agent with all its files in one temporary folder, and checks of its leftovers. */
export class SandboxBench {
  readonly folder: string;
  readonly agent: SandboxAgent;
  readonly driverName: 'bubblewrap' | 'process';
  readonly #servers: Server[] = [];
  readonly #uid: number | undefined;
  readonly #interfaces: readonly string[];
  #count = 0;

  private constructor({ uid, attach, start, prepareDisk, interfaces = [], driver = 'bubblewrap' }: BenchOptions) {
    // The agent's temporary folder must be one that sandbox users can walk to.
    this.folder = mkdtempSync(join(tmpdir(), 'funcgraph-isolation-'));
    chmodSync(this.folder, 0o755);
    this.#uid = uid;
    this.#interfaces = interfaces;
    this.driverName = driver;
    for (const name of ['run', 'volumes', 'links', 'links/s', 'code', 'shared', 'system']) this.makeFolder(name);
    chmodSync(join(this.folder, 'links'), 0o700);
    prepareDisk?.(this.volumesDir);
    this.agent = new SandboxAgent(() =>
      spawnAgent({
        ...agentOptions({ runDir: this.runDir, volumesDir: this.volumesDir }, uid),
        rules: this.rules,
        ...(attach === undefined ? {} : { attach }),
        ...(start === undefined ? {} : { start }),
      }),
    );
  }

  static async open(options: BenchOptions = {}): Promise<SandboxBench> {
    const bench = new SandboxBench(options);
    await bench.agent.ensureAgent();
    return bench;
  }

  /** Code is anywhere in the folder and beside the probes; `system` stands for a folder of the machine. */
  get rules(): AgentRules {
    return {
      code: [
        { path: join(this.folder, 'system') },
        { path: this.folder, evenClosed: true },
        { path: PROBES, evenClosed: true },
        { path: process.execPath },
        { path: '/usr' },
      ],
      images: [{ path: this.folder, only: ['images'], evenClosed: true }],
      links: join(this.folder, 'links/s'),
      mounts: [join(this.folder, 'shared')],
      interfaces: this.#interfaces,
      mountUsers: [{ from: 1000, to: 59_999 }],
      exports: [{ host: 'storage.example', path: '/export/team' }],
      withoutIsolation: false,
      serverUser: this.#uid ?? 0,
    };
  }

  get runDir(): string {
    return join(this.folder, 'run');
  }

  get volumesDir(): string {
    return join(this.folder, 'volumes');
  }

  makeFolder(name: string): string {
    const path = join(this.folder, name);
    mkdirSync(path, { recursive: true, mode: 0o755 });
    if (this.#uid !== undefined) chownSync(path, this.#uid, this.#uid);
    return path;
  }

  async listen(): Promise<string> {
    this.#count += 1;
    const path = join(this.folder, 'links/s', `${this.#count}.sock`);
    const server = createServer((socket) => socket.on('error', () => {}).resume()).listen(path);
    await once(server, 'listening');
    if (this.#uid !== undefined) chownSync(path, this.#uid, this.#uid);
    chmodSync(path, 0o666);
    this.#servers.push(server);
    return path;
  }

  async spec(command: readonly string[], changes: Partial<SandboxSpec> = {}): Promise<SandboxSpec> {
    this.#count += 1;
    const id = `s${this.#count}`;
    const linkSocket = await this.listen();
    const isProcess = this.driverName === 'process';
    return {
      id,
      command,
      env: { PATH: '/usr/bin:/bin' },
      workingDir: isProcess ? this.folder : '/opt/function',
      binds: [{ source: PROBES, target: '/opt/function/code' }],
      linkSocket,
      memoryBytes: 128 * MIB,
      cpuMillis: 300,
      tmpBytes: 512 * MIB,
      maxProcesses: 1024,
      maxFiles: 1024,
      ...changes,
    };
  }

  async start(command: readonly string[], changes: Partial<SandboxSpec> = {}): Promise<Sandbox> {
    const spec = await this.spec(command, changes);
    return this.agent.driver(this.driverName).start(spec, new AbortController().signal);
  }

  /** Runs a command in a sandbox of its own to its end. */
  async run(command: readonly string[], changes: Partial<SandboxSpec> = {}): Promise<Ended> {
    return untilEnded(await this.start(command, changes));
  }

  async runWaiting(command: readonly string[], changes: Partial<SandboxSpec> = {}): Promise<Ended> {
    return untilEnded(await this.startWaiting(command, changes));
  }

  /** Processes of sandboxes that wait for a function. */
  waiting(): number[] {
    const groups = sandboxGroups().filter((group) => /\/waiting-\d+$/.test(group) && this.#isOurs(group));
    return groups.flatMap(processesIn);
  }

  /** Like `start`, in a sandbox that was there before it was asked for. */
  async startWaiting(command: readonly string[], changes: Partial<SandboxSpec> = {}): Promise<Sandbox> {
    for (;;) {
      const waiting = this.waiting();
      const sandbox = await this.start(command, changes);
      if (waiting.includes(sandbox.pid)) return sandbox;
      await sandbox.stop();
    }
  }

  /** Leftovers of stopped sandboxes: groups, processes, temporary folders. */
  leftovers(): string[] {
    // Nothing of a function is in sandboxes that wait for one.
    const groups = sandboxGroups().filter((group) => !/\/waiting-\d+$/.test(group));
    const tmp = subfolders(this.volumesDir).flatMap((agent) => subfolders(join(this.volumesDir, agent, 'tmp')));
    // The agent makes volumes and pipes for the next sandboxes whenever it likes.
    const prepares = /\/volumes\/|\/images\/\d+\.img|\bmkfifo\b/;
    const processes = processesMentioning(this.folder).filter((line) => !prepares.test(line));
    return [...groups.filter((group) => this.#isOurs(group)), ...tmp, ...processes];
  }

  async dispose(): Promise<void> {
    await this.agent.close();
    for (const server of this.#servers) server.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Other agents may be at work on this machine. */
  #isOurs(group: string): boolean {
    return subfolders(this.runDir).some((owner) => group.includes(`/${groupNameOf(owner)}/`));
  }
}

function agentOptions(
  folders: Pick<AgentProcessOptions, 'runDir' | 'volumesDir'>,
  uid: number | undefined,
): Omit<AgentProcessOptions, 'rules'> {
  if (uid === undefined) return folders;
  const launcher = ['setpriv', '--reuid', String(uid), '--regid', String(uid), '--clear-groups', '--'];
  return { ...folders, launcher, asRoot: false };
}

/** Parent groups of agents, wherever they stand. */
export function agentGroups(): string[] {
  const found: string[] = [];
  const walk = (folder: string, depth: number) => {
    for (const name of subfolders(folder)) {
      if (name.startsWith('funcgraph-')) found.push(`${folder}/${name}`);
      else if (depth < 5) walk(`${folder}/${name}`, depth + 1);
    }
  };
  walk('/sys/fs/cgroup', 0);
  return found;
}

function sandboxGroups(): string[] {
  return agentGroups().flatMap((group) => subfolders(group).map((name) => `${group}/${name}`));
}

/** The groups of a sandbox, in whatever hierarchies there are, by the process id that the agent reports. */
export function groupsOfSandbox(pid: number): string[] {
  return sandboxGroups().filter((group) => processesIn(group).includes(pid));
}

function processesIn(group: string): number[] {
  try {
    return readFileSync(`${group}/cgroup.procs`, 'utf8').trim().split('\n').map(Number);
  } catch {
    return [];
  }
}

async function untilEnded(sandbox: Sandbox): Promise<Ended> {
  const text = { stdout: '', stderr: '' };
  sandbox.onOutput((output) => {
    text[output.stream] += output.text;
  });
  const exit = await sandbox.exited;
  await sandbox.stop();
  return { exit, ...text };
}

/** Bridges of the agent whose name begins so; other agents make and remove theirs meanwhile. */
export function bridgesOf(owner: string): string[] {
  return readdirSync('/sys/class/net').filter((name) => aliasOf(name).startsWith(`funcgraph:${owner}`));
}

function aliasOf(name: string): string {
  try {
    return readFileSync(`/sys/class/net/${name}/ifalias`, 'utf8');
  } catch {
    return '';
  }
}

/** Living processes other than ours and the agent's whose command line holds `text`, as `pid command`. */
export function processesMentioning(text: string): string[] {
  return subfolders('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map((pid) => `${pid} ${commandOf(pid)}`)
    .filter((line) => line.includes(text) && !line.includes('--run-dir'));
}

export function subfolders(folder: string): string[] {
  if (!existsSync(folder)) return [];
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
  } catch {
    // It vanished while we looked.
    return [];
  }
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}
