import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { AgentError } from '../../agent-error.ts';
import type { CgroupTree } from '../../cgroup/cgroup.ts';
import type { DriverCapabilities, SandboxSpec } from '../../protocol.ts';
import { launchArguments } from '../bubblewrap/launcher.ts';
import type { Driver } from '../driver.ts';
import { RunningSandbox, type SandboxHooks } from '../running-sandbox.ts';

export interface ProcessParts {
  readonly shell: string;
  readonly setpriv: string | undefined;
  readonly capabilities: DriverCapabilities;
  readonly cgroups: CgroupTree | undefined;
  /** Folder for the temporary folders of the sandboxes. */
  readonly tmpFolder: string;
}

/**
 * No isolation: a process group with limits, run as the agent's own user. Paths are those of the host: there are no
 * binds, and the temporary folder is what `TMPDIR` says.
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
    const { cgroups, shell, setpriv, tmpFolder } = this.#parts;
    const group = await cgroups?.create(spec.id, spec);
    const tmp = `${tmpFolder}/${spec.id}`;
    mkdirSync(tmp, { recursive: true, mode: 0o700 });
    const removeTmp = () => rm(tmp, { recursive: true, force: true });
    const args = launchArguments({
      maxFiles: spec.maxFiles,
      maxProcessesOfUser: 0,
      joinFiles: group?.joinFiles ?? [],
      uid: undefined,
      setpriv: undefined,
      // A killed agent takes the first process with it.
      command: [
        ...(setpriv === undefined ? [] : [setpriv, '--pdeathsig', 'KILL', '--']),
        '/bin/sh',
        '-c',
        'cd "$1" || exit 125; shift; exec "$@"',
        'funcgraph-starter',
        spec.workingDir,
        ...spec.command,
      ],
    });
    const monitor = spawn(shell, args, {
      env: { TMPDIR: tmp, ...spec.env },
      cwd: '/',
      stdio: ['ignore', 'pipe', 'pipe'],
      // Leads its own session and process group, so that one signal reaches all that did not leave it.
      detached: true,
    });
    const { pid } = monitor;
    monitor.on('error', () => {});
    if (pid === undefined) {
      await group?.remove();
      await removeTmp();
      throw new AgentError('START_FAILED', 'the process could not be started');
    }
    const parts = { monitor, group, kill: () => killGroup(pid), isTmpFull: async () => false, releases: [removeTmp] };
    monitor.once('exit', () => killGroup(pid));
    return new RunningSandbox(parts, hooks);
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group is empty.
  }
}
