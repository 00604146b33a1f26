import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { AgentError } from '../agent-error.ts';
import type { CgroupGroup } from '../cgroup/cgroup.ts';
import { OutputLimit, type OutputSink } from '../output-limit.ts';
import type { AgentReplies, Bind, SandboxAssignment, SandboxExit, SandboxNetwork, UsagePaths } from '../protocol.ts';
import type { TmpVolume } from '../tmp-volume.ts';

const OUTPUT_PATIENCE_MS = 1000;
const NOTHING_MEASURED = { peakMemoryBytes: 0, cpuMs: 0, tmpFull: false };

export interface SandboxHooks {
  readonly onOutput: OutputSink;
  /** Every process is dead and usage was measured; the leftovers of the sandbox are still being removed. */
  readonly onExit: (exit: SandboxExit) => void;
}

export interface SandboxParts {
  readonly monitor: ChildProcess;
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly group: CgroupGroup | undefined;
  /** Ends all processes that can be reached without a cgroup. Called while the monitor lives; must not throw. */
  readonly kill: () => void;
  /**
   * Called when the monitor has exited, possibly killed by the function: resolves when no process of the sandbox is
   * left.
   */
  readonly ended?: () => Promise<void>;
  /** Mounts inside the running sandbox, in this order; undefined when the driver cannot. */
  readonly attach?: ((binds: readonly Bind[]) => Promise<void>) | undefined;
  /** Gives the running sandbox its network; undefined when the driver cannot. */
  readonly connect?: (network: SandboxNetwork) => Promise<void>;
  /** Where it writes; undefined without a volume of its own. */
  readonly volume: Pick<TmpVolume, 'isFull' | 'rest' | 'wake' | 'onDiskFull'> | undefined;
  /** Release the resources of the sandbox after its last process died. Each runs even if an earlier one failed. */
  readonly releases: readonly (() => Promise<void>)[];
}

/** A started sandbox, from its first process to the removal of its last leftover. */
export class RunningSandbox {
  /** Resolves when nothing of the sandbox is left; rejects with the first error of the clean-up. */
  readonly removed: Promise<void>;
  readonly #parts: SandboxParts;
  readonly #hooks: SandboxHooks;
  readonly #output: OutputLimit;
  #outOfMemory = false;
  #outOfDisk = false;
  #killed = false;
  /** Of `#kill`: the group is not removed before, because another sandbox may get a group of the same name then. */
  #killing: Promise<void> | undefined;
  #assigned = false;
  #freezing: AbortController | undefined;
  /** Freezing, thawing and assigning wait for one another. */
  #turn: Promise<void> = Promise.resolve();

  constructor(parts: SandboxParts, hooks: SandboxHooks) {
    this.#parts = parts;
    this.#hooks = hooks;
    this.#output = new OutputLimit(hooks.onOutput);
    this.#output.attach('stdout', parts.stdout);
    this.#output.attach('stderr', parts.stderr);
    parts.volume?.onDiskFull(() => {
      this.#outOfDisk = true;
      this.#kill();
    });
    this.removed = this.#finish();
    // The caller of `stop` gets the error; a sandbox that ends by itself must not crash the agent.
    this.removed.catch(() => {});
  }

  get pid(): number {
    return this.#parts.monitor.pid ?? 0;
  }

  get usagePaths(): UsagePaths {
    return this.#parts.group?.usagePaths ?? {};
  }

  async share(cpuMillis: number): Promise<void> {
    await this.#parts.group?.share(cpuMillis);
  }

  /**
   * Resolves when no process of the sandbox runs. Throws `NOT_SUPPORTED` without a freezer, and `CGROUP_FAILED` when
   * they do not freeze within 1 s or when the sandbox is thawed or stopped meanwhile: a request must not wait for the
   * freezing.
   */
  freeze(): Promise<void> {
    return this.#inTurn(async () => {
      const { group } = this.#parts;
      if (group === undefined) throw new AgentError('NOT_SUPPORTED', 'no cgroup is writable, so nothing can be frozen');
      const freezing = new AbortController();
      this.#freezing = freezing;
      await group.freeze(freezing.signal);
      this.#parts.volume?.rest();
    });
  }

  thaw(): Promise<void> {
    this.#freezing?.abort();
    return this.#inTurn(async () => {
      this.#parts.volume?.wake();
      await this.#parts.group?.thaw();
    });
  }

  /**
   * Assigns the sandbox to one version, once. The limits are set before code is attached, and no process runs before
   * everything is attached. On a failure the sandbox is killed.
   */
  assign({ memoryBytes, binds, network = { kind: 'none' } }: SandboxAssignment): Promise<void> {
    return this.#inTurn(async () => {
      const { group, attach, connect } = this.#parts;
      if (group === undefined || attach === undefined) {
        throw new AgentError('NOT_SUPPORTED', 'this sandbox cannot be given code after its start', {
          hint: 'start one with the code in its binds',
        });
      }
      if (this.#assigned) throw new AgentError('ALREADY_ASSIGNED', 'the sandbox belongs to a version already');
      this.#assigned = true;
      try {
        await group.limitMemory(memoryBytes);
        await Promise.all([attach(binds), connect?.(network)]);
        this.#parts.volume?.wake();
        await group.thaw();
      } catch (error) {
        this.#kill();
        throw error;
      }
    });
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(async () => {
      if (this.#killed) throw new AgentError('SANDBOX_GONE', 'the sandbox was stopped');
      await work();
    });
    this.#turn = done.catch(() => {});
    return done;
  }

  /**
   * Resolves when all output written before the call was passed to `onOutput`. The event loop reads pending pipe data
   * on its next turn, which is complete when the second of these callbacks runs.
   */
  flushOutput(): Promise<void> {
    return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  }

  async usage(): Promise<AgentReplies['usage']> {
    const [used, tmpFull] = await Promise.all([this.#parts.group?.usage(), this.#parts.volume?.isFull()]);
    return {
      peakMemoryBytes: used?.peakMemoryBytes ?? 0,
      cpuMs: used?.cpuMs ?? 0,
      oomKilled: this.#outOfMemory || (used?.oomKills ?? 0) > 0,
      tmpFull: this.#outOfDisk || tmpFull === true,
    };
  }

  /** The kernel kills one process and may leave the runtime alive without its worker: then kill the rest too. */
  async killIfOutOfMemory(): Promise<void> {
    const used = await this.#parts.group?.usage();
    if (used === undefined || used.oomKills === 0) return;
    this.#outOfMemory = true;
    this.#kill();
  }

  /** Idempotent. Resolves when nothing is left. */
  async stop(): Promise<void> {
    this.#kill();
    await this.removed;
  }

  #kill(): void {
    if (this.#killed) return;
    this.#killed = true;
    this.#freezing?.abort();
    const { monitor, kill, group } = this.#parts;
    if (monitor.exitCode !== null || monitor.signalCode !== null) return;
    kill();
    // A frozen sandbox dies only when the group is thawed. `#finish` kills the group again and reports the errors.
    this.#killing = group?.kill().catch(() => {});
  }

  async #finish(): Promise<void> {
    const { monitor, group, releases } = this.#parts;
    const [exitCode, signal] = await exitOf(monitor);
    const failures: unknown[] = [];
    await group?.kill().catch((error: unknown) => failures.push(error));
    await this.#parts.ended?.().catch((error: unknown) => failures.push(error));
    await this.#drainOutput();
    // Report the exit even if the usage could not be measured.
    const usage = await this.usage().catch((error: unknown) => {
      failures.push(error);
      return { ...NOTHING_MEASURED, oomKilled: this.#outOfMemory };
    });
    // bubblewrap reports how its child died as an exit code, also when we killed that child.
    const byUs = this.#killed && (exitCode === null || exitCode === 137);
    this.#hooks.onExit({ ...usage, exitCode: byUs ? null : exitCode, signal: byUs ? 'SIGKILL' : signal });
    await this.#killing;
    const cleanUp = group === undefined ? releases : [() => group.remove(), ...releases];
    for (const release of cleanUp) await release().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  }

  async #drainOutput(): Promise<void> {
    const { stdout, stderr } = this.#parts;
    this.#output.finish();
    const open = [stdout, stderr].filter((stream) => !stream.closed);
    // Without a cgroup a process that left its session can hold a pipe open for ever.
    const patience = AbortSignal.timeout(OUTPUT_PATIENCE_MS);
    await Promise.all(open.map((stream) => once(stream, 'close', { signal: patience }))).catch(() => {});
    for (const stream of open) stream.destroy();
  }
}

async function exitOf(monitor: ChildProcess): Promise<[number | null, NodeJS.Signals | null]> {
  if (monitor.exitCode === null && monitor.signalCode === null) await once(monitor, 'exit');
  return [monitor.exitCode, monitor.signalCode];
}
