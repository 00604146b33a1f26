import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { AgentError } from '../../agent-error.ts';
import type { CgroupTree } from '../../cgroup/cgroup.ts';
import type { OutputPipeMaker, OutputPipes } from '../../output-pipes.ts';
import type { DriverCapabilities, SandboxSpec } from '../../protocol.ts';
import type { Driver } from '../driver.ts';
import { ShellLauncher } from '../launcher.ts';
import { pipeAt, readStart } from '../read-start.ts';
import { RunningSandbox, type SandboxHooks } from '../running-sandbox.ts';

const STARTED_FD = 3;
/** Changes to the working folder, signals to the agent that limits and groups are set, executes the function. */
const STARTER = `
cd "$1" || exit 125
shift
printf . >&${STARTED_FD} || exit 125
exec ${STARTED_FD}>&-
exec "$@"
`;

export interface ProcessParts {
  readonly shell: string;
  readonly setpriv: string | undefined;
  readonly capabilities: DriverCapabilities;
  readonly cgroups: CgroupTree | undefined;
  readonly pipes: OutputPipeMaker;
  /** Folder for the temporary folders of the sandboxes, on a disk. */
  readonly tmpFolder: string;
}

/**
 * No isolation: a process group with limits, run as the agent's own user. Paths are those of the host: there are no
 * binds, and `TMPDIR` names the temporary folder.
 */
export class ProcessDriver implements Driver {
  readonly name = 'process';
  readonly #parts: ProcessParts;

  constructor(parts: ProcessParts) {
    this.#parts = parts;
  }

  async capabilities(): Promise<DriverCapabilities> {
    return this.#parts.capabilities;
  }

  async start(spec: SandboxSpec, hooks: SandboxHooks): Promise<RunningSandbox> {
    const { cgroups, pipes, shell, setpriv, tmpFolder } = this.#parts;
    if (spec.rootfs !== undefined) {
      throw new AgentError('NOT_SUPPORTED', 'container images need the bubblewrap driver', {
        hint: 'install the package bubblewrap and start with --sandbox bubblewrap',
      });
    }
    if ((spec.mounts?.length ?? 0) > 0 || spec.network?.kind === 'vpc') {
      throw new AgentError('NOT_SUPPORTED', 'networks and file systems need the bubblewrap driver', {
        hint: 'install the package bubblewrap and start with --sandbox bubblewrap',
      });
    }
    const output = await pipes.take(undefined);
    const group = await cgroups?.create(spec.id, spec).catch((error: unknown) => {
      closePipes(output);
      throw error;
    });
    const tmp = `${tmpFolder}/${spec.id}`;
    mkdirSync(tmp, { recursive: true, mode: 0o700 });
    const removeTmp = () => rm(tmp, { recursive: true, force: true });
    const { program, args } = new ShellLauncher({ shell, setpriv: undefined }).outside({
      maxFiles: spec.maxFiles,
      maxProcessesOfUser: 0,
      joinFiles: group?.joinFiles ?? [],
      uid: undefined,
      // When the agent is killed, the kernel kills the first process.
      command: [
        ...(setpriv === undefined ? [] : [setpriv, '--pdeathsig', 'KILL', '--']),
        '/bin/sh',
        '-c',
        STARTER,
        'funcgraph-starter',
        spec.workingDir,
        ...spec.command,
      ],
    });
    const monitor = spawn(program, args, {
      env: { TMPDIR: tmp, ...spec.env },
      cwd: '/',
      stdio: ['ignore', ...output.descriptors, 'pipe'],
      // Leads its own session and process group, so that one signal reaches all processes still in it.
      detached: true,
    });
    output.release();
    const { pid } = monitor;
    monitor.on('error', () => {});
    if (pid === undefined) {
      closePipes(output);
      await group?.remove();
      await removeTmp();
      throw new AgentError('START_FAILED', 'the process could not be started');
    }
    const parts = {
      monitor,
      stdout: output.stdout,
      stderr: output.stderr,
      group,
      kill: () => killGroup(pid),
      volume: undefined,
      releases: [removeTmp],
    };
    monitor.once('exit', () => killGroup(pid));
    const running = new RunningSandbox(parts, hooks);
    try {
      await readStart({ monitor, stderr: output.stderr, status: undefined, started: pipeAt(monitor, STARTED_FD) });
      return running;
    } catch (error) {
      await running.stop().catch(() => {});
      throw error;
    }
  }
}

function closePipes(output: OutputPipes): void {
  output.release();
  output.stdout.destroy();
  output.stderr.destroy();
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group is empty.
  }
}
