import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { isDoorHandle } from './doors/door-handle.ts';
import { doorIn } from './doors/door-message.ts';
import type { Door } from './doors/doors.ts';
import type { SandboxWay } from './protocol.ts';
import type { AgentRules } from './rules.ts';

const SOCKET_FD = 3;
const SETPRIV = '/usr/bin/setpriv';
const MAX_COMPLAINT = 2000;
/** The bit of the capability to mount. */
const SYS_ADMIN = 21n;

export interface AgentProcessOptions {
  /** Absolute folder for the agent's state; every user needs search permission on its path when the agent is root. */
  readonly runDir: string;
  /** Absolute folder, on a disk, for data that functions write. */
  readonly volumesDir: string;
  /** The allowed requests. */
  readonly rules: AgentRules;
  /** Put before the agent's command, e.g. to start it as another user. */
  readonly launcher?: readonly string[];
  /** Whether the agent will be root. Default: this process is. */
  readonly asRoot?: boolean;
  /** How code gets into running sandboxes. Default: the best that the machine has. */
  readonly attach?: 'helper' | 'mounts';
  /** What makes sandboxes. Default: the best that the machine has. */
  readonly start?: SandboxWay;
}

/** An agent of this machine and the only connection to it. */
export interface AgentProcess {
  readonly pid: number;
  readonly socket: Socket;
  /** Resolves when the process has exited, with its last standard error output, or its exit code or signal. */
  readonly ended: Promise<string>;
  /** Sends SIGKILL. */
  kill(): void;
  /** The listener gets each socket that the agent opens in a sandbox, and owns it. */
  onDoor(listener: (door: Door) => void): void;
}

/**
 * Starts an agent as a child process. It leads its own session: a Ctrl-C for the server does not reach it. Throws when no
 * process can be started.
 */
export function spawnAgent(options: AgentProcessOptions): AgentProcess {
  const { runDir, volumesDir, rules, attach, start, launcher = [], asRoot = process.getuid?.() === 0 } = options;
  // Set before its first instruction; the agent compares its parent with ours after that.
  const untilWeDie = existsSync(SETPRIV) ? [SETPRIV, '--pdeathsig', 'TERM', '--'] : [];
  // In its own mount namespace, the agent's mounts are invisible to other processes and end with it.
  const mounts = asRoot && mayMount() ? ['unshare', '--mount', '--propagation', 'slave', '--'] : [];
  const [program = process.execPath, ...args] = [
    ...launcher,
    ...untilWeDie,
    ...mounts,
    process.execPath,
    ...agentMain(),
    '--run-dir',
    runDir,
    '--volumes-dir',
    volumesDir,
    '--rules',
    JSON.stringify(rules),
    '--parent',
    String(process.pid),
    ...(attach === undefined ? [] : ['--attach', attach]),
    ...(start === undefined ? [] : ['--start', start]),
  ];
  const child = spawn(program, args, {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'ipc'],
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
    cwd: '/',
    detached: true,
  });
  child.on('error', () => {});
  const { stderr } = child;
  const pipes: readonly unknown[] = child.stdio;
  const socket = pipes[SOCKET_FD];
  if (child.pid === undefined || stderr === null || !(socket instanceof Socket)) {
    throw new Error(`cannot start the agent with ${program}`);
  }
  let complaint = '';
  stderr.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString()).slice(-MAX_COMPLAINT);
  });
  // Not 'close' of the child: it waits for the socket, which may have been passed on to another process.
  const silent = new Promise((resolve) => stderr.once('close', resolve));
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => {
      void silent.then(() => resolve(complaint.trim() || `it ended with ${signal ?? code}`));
    });
  });
  const onDoor = (listener: (door: Door) => void): void => {
    child.on('message', (message, handle) => {
      if (isDoorHandle(handle)) listener({ ...doorIn(message), handle });
    });
  };
  return { pid: child.pid, socket, ended, kill: () => void child.kill('SIGKILL'), onDoor };
}

/** Root of a container without options may not, and then runs functions without isolation only. */
function mayMount(): boolean {
  const [, held] = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return held === undefined || ((BigInt(`0x${held}`) >> SYS_ADMIN) & 1n) === 1n;
}

/** Arguments of node: the built agent, or its sources when this module runs from sources. */
function agentMain(): string[] {
  if (!import.meta.url.endsWith('.ts')) return [fileURLToPath(new URL('./main.js', import.meta.url))];
  return ['--conditions=@funcgraph/source', fileURLToPath(new URL('./main.ts', import.meta.url))];
}
