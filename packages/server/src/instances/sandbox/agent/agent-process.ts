import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { AgentRules } from '@funcgraph/agent';
import { SandboxError } from '../errors.ts';

const SOCKET_FD = 3;
const SETPRIV = '/usr/bin/setpriv';
const MAX_COMPLAINT = 2000;

export interface AgentProcessOptions {
  /** Absolute folder for the agent's state; every user of the machine must be able to walk to it when the agent is root. */
  readonly runDir: string;
  /** Absolute folder, on a disk, for what functions write. */
  readonly volumesDir: string;
  /** What may be asked of it. */
  readonly rules: AgentRules;
  /** Put before the agent's command, e.g. to start it as another user. */
  readonly launcher?: readonly string[];
  /** Whether the agent will be root. Default: this process is. */
  readonly asRoot?: boolean;
  /** How code gets into running sandboxes. Default: the best that the machine has. */
  readonly attach?: 'helper' | 'mounts';
}

/** The agent as a child process with its socket. It leads its own session: a Ctrl-C meant for the server is not for it. */
export interface AgentProcess {
  readonly child: ChildProcess;
  readonly socket: Duplex;
  /** The last words on its standard error. */
  complaint(): string;
}

/** Throws `AGENT_FAILED` when there is no process to be had. */
export function spawnAgent(options: AgentProcessOptions): AgentProcess {
  const { runDir, volumesDir, rules, attach, launcher = [], asRoot = process.getuid?.() === 0 } = options;
  // Set before its first instruction; the agent compares its parent with ours after that.
  const untilWeDie = existsSync(SETPRIV) ? [SETPRIV, '--pdeathsig', 'TERM', '--'] : [];
  // In a mount namespace of its own, what the agent mounts is seen by no other process and goes when it goes.
  const mounts = asRoot ? ['unshare', '--mount', '--propagation', 'slave', '--'] : [];
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
  ];
  const child = spawn(program, args, {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
    cwd: '/',
    detached: true,
  });
  let complaint = '';
  child.on('error', (error) => {
    complaint += error.message;
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString()).slice(-MAX_COMPLAINT);
  });
  const pipes: readonly unknown[] = child.stdio;
  const socket = pipes[SOCKET_FD];
  if (child.pid === undefined || !(socket instanceof Duplex)) {
    throw new SandboxError('AGENT_FAILED', `cannot start the agent with ${program}`);
  }
  return { child, socket, complaint: () => complaint.trim() };
}

/** Arguments of node: the built agent, or its sources when we ourselves run from sources. */
function agentMain(): string[] {
  if (!import.meta.url.endsWith('.ts')) return [fileURLToPath(import.meta.resolve('@funcgraph/agent/main'))];
  const main = new URL('../../../../../agent/src/main.ts', import.meta.url);
  return ['--conditions=@funcgraph/source', fileURLToPath(main)];
}
