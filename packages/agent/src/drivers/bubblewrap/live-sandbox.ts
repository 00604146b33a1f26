import type { ChildProcess } from 'node:child_process';
import { AgentError } from '../../agent-error.ts';
import type { Attacher, AttachTarget } from '../../attach/attacher.ts';
import type { CgroupGroup } from '../../cgroup/cgroup.ts';
import type { Doors } from '../../doors/doors.ts';
import type { Disconnect, Networks } from '../../network/networks.ts';
import type { OutputPipes } from '../../output-pipes.ts';
import { killKnown, livingProcess } from '../../owner.ts';
import { type Bind, CODE_PATH, LINK_PATH, type SandboxNetwork, type SandboxSpec } from '../../protocol.ts';
import type { Purpose, Source, Sources } from '../../sources/sources.ts';
import type { TmpVolume } from '../../tmp-volume.ts';
import { endInit } from '../end-init.ts';
import { EndedBeforeStart, pipeAt, readStart } from '../read-start.ts';
import { RunningSandbox, type SandboxHooks } from '../running-sandbox.ts';
import { planText } from '../sandbox-maker.ts';
import { ARGS_FD, inOrder, occupyingArguments, STARTED_FD, STATUS_FD } from './arguments.ts';

/** What the agent gives sandboxes from outside. */
export interface Outside {
  readonly sources: Sources;
  /** Undefined: code can be mounted at the start only. */
  readonly attacher: Attacher | undefined;
  /** Undefined: nothing but loopback. */
  readonly networks: Networks | undefined;
  /** Undefined: sandboxes cannot call the platform. */
  readonly doors: Doors | undefined;
}

/** Who the sandbox belongs to. */
export interface Occupant {
  readonly spec: SandboxSpec;
  readonly hooks: SandboxHooks;
}

export interface LiveParts {
  readonly monitor: ChildProcess;
  readonly pipes: OutputPipes;
  readonly volume: TmpVolume | undefined;
  readonly group: CgroupGroup | undefined;
  readonly releases: readonly (() => Promise<void>)[];
}

/** The processes of one sandbox, which may wait for the function that it will belong to. */
export class LiveSandbox {
  readonly running: RunningSandbox;
  readonly #parts: LiveParts;
  readonly #outside: Outside;
  #occupant: Occupant | undefined;
  #hasProgram = false;
  /** Rejects when the program of the occupant did not begin. */
  #begun: Promise<unknown> = Promise.resolve();
  #target: AttachTarget | undefined;
  #disconnect: Disconnect = () => {};

  constructor(parts: LiveParts, outside: Outside, occupant: Occupant | undefined) {
    const { monitor, pipes, group, volume, releases } = parts;
    this.#parts = parts;
    this.#outside = outside;
    this.#occupant = occupant;
    this.#hasProgram = occupant !== undefined;
    const attachOf = () => (this.#mayBeGivenCode() ? this.#attach : undefined);
    this.running = new RunningSandbox(
      {
        monitor,
        stdout: pipes.stdout,
        stderr: pipes.stderr,
        group,
        kill: () => {
          // The death of the init process kills every process of the namespace at once.
          if (this.#target === undefined) monitor.kill('SIGKILL');
          else killKnown(this.#target);
        },
        ended: async () => (this.#target === undefined ? undefined : endInit(this.#target)),
        get attach() {
          return attachOf();
        },
        connect: (network) => this.#connect(network),
        volume,
        releases: [...releases, async () => this.#disconnect()],
      },
      {
        onOutput: (stream, text) => this.#occupant?.hooks.onOutput(stream, text),
        onExit: (exit) => {
          const report = () => this.#occupant?.hooks.onExit(exit);
          this.#begun.then(report, () => {});
        },
      },
    );
  }

  get ended(): Promise<unknown> {
    return this.running.removed;
  }

  /** Whether a program of the occupant may have run. */
  get hasProgram(): boolean {
    return this.#hasProgram;
  }

  /** Reports no exit when no program began: no function had the sandbox yet. */
  async stop(): Promise<void> {
    if (!this.#hasProgram) this.#occupant = undefined;
    await this.running.stop();
  }

  /** Resolves when the program of the occupant is about to run. Throws `START_FAILED`. */
  async startWhole(): Promise<void> {
    const { monitor, pipes } = this.#parts;
    const init = await readStart({
      monitor,
      stderr: pipes.stderr,
      status: pipeAt(monitor, STATUS_FD),
      started: pipeAt(monitor, STARTED_FD),
    });
    this.#target = this.#find(this.#occupant?.spec.id ?? '', init);
    await this.#surround();
  }

  /** Resolves when the sandbox waits for its occupant. Throws `START_FAILED`. */
  async startWaiting(): Promise<void> {
    const { monitor, pipes } = this.#parts;
    const init = await readStart({
      monitor,
      stderr: pipes.stderr,
      status: pipeAt(monitor, STATUS_FD),
      started: pipeAt(monitor, ARGS_FD),
      keepsStarted: true,
    });
    this.#target = this.#find('', init);
    if (this.#target === undefined) throw new AgentError('START_FAILED', 'a waiting sandbox has ended');
  }

  /** Like `startWhole`, for a sandbox that waits. Nothing of the occupant is in it when this throws without a program. */
  async occupy(occupant: Occupant): Promise<void> {
    const { spec } = occupant;
    const { monitor, pipes, group, volume } = this.#parts;
    const { attacher } = this.#outside;
    this.#occupant = occupant;
    if (this.#target === undefined || attacher === undefined)
      throw new AgentError('START_FAILED', 'a waiting sandbox has ended');
    this.#target = { ...this.#target, id: spec.id };
    group?.rename(spec.id);
    await Promise.all([group?.limitMemory(spec.memoryBytes), volume?.admit()]);
    const started = readStart({
      monitor,
      stderr: pipes.stderr,
      status: undefined,
      started: pipeAt(monitor, STARTED_FD),
    });
    // Whatever fails first is reported.
    started.catch(() => {});
    this.#begun = started;
    await this.#attachAll(attacher, this.#target, spec);
    this.#hasProgram = true;
    pipeAt(monitor, ARGS_FD).end(planText(occupyingArguments(spec)));
    await started.catch((error: unknown) => {
      this.#hasProgram = !(error instanceof EndedBeforeStart);
      throw error;
    });
    await this.#surround();
  }

  /** A parent is attached before what stands below it: the attacher works in the order in which it is asked. */
  async #attachAll(attacher: Attacher, target: AttachTarget, { binds, linkSocket }: SandboxSpec): Promise<void> {
    const opened: Source[] = [];
    const open = async (purpose: Purpose, path: string): Promise<Source> => {
      const source = await this.#outside.sources.open(purpose, path);
      opened.push(source);
      return source;
    };
    try {
      const link = await open('link', linkSocket);
      const all: { readonly source: Source; readonly target: string }[] = [{ source: link, target: LINK_PATH }];
      for (const bind of binds) all.push({ source: await open('code', bind.source), target: bind.target });
      await Promise.all(inOrder(all).map((each) => attacher.attach(target, each.source, each.target, true)));
    } finally {
      for (const source of opened) source.close();
    }
  }

  /** The runtime is starting meanwhile; nothing of a user runs before the server got its answer. */
  async #surround(): Promise<void> {
    const spec = this.#occupant?.spec;
    if (spec?.network !== undefined) await this.#connect(spec.network);
    await this.#openDoors(spec?.doors ?? []);
  }

  /** A sandbox that was started with code belongs to its version: it can be given no other. */
  #mayBeGivenCode(): boolean {
    return this.#outside.attacher !== undefined && this.#occupant !== undefined && !hasCode(this.#occupant.spec);
  }

  readonly #attach = async (requested: readonly Bind[]): Promise<void> => {
    for (const bind of requested) {
      const source = await this.#outside.sources.open('code', bind.source);
      try {
        await this.#outside.attacher?.attach(this.#livingTarget(), source, bind.target);
      } finally {
        source.close();
      }
    }
  };

  async #connect(network: SandboxNetwork): Promise<void> {
    if (network.kind === 'none') return;
    const { networks } = this.#outside;
    if (networks === undefined) {
      throw new AgentError('NOT_SUPPORTED', 'this machine gives sandboxes no network', { hint: 'see fgs doctor' });
    }
    this.#disconnect = await networks.connect(this.#livingTarget(), network);
  }

  /** A sandbox that has ended needs none: its exit explains more. */
  async #openDoors(ports: readonly number[]): Promise<void> {
    const target = this.#target;
    if (ports.length === 0 || target === undefined) return;
    if (this.#outside.doors === undefined) {
      throw new AgentError('NOT_SUPPORTED', 'functions cannot call the platform on this machine', {
        hint: 'see fgs doctor',
      });
    }
    try {
      await this.#outside.doors.make(target, ports);
    } catch (error) {
      if (livingProcess(target.pid)?.startTime === target.startTime) throw error;
    }
  }

  #livingTarget(): AttachTarget {
    if (this.#target !== undefined) return this.#target;
    throw new AgentError('SANDBOX_GONE', `sandbox ${this.#occupant?.spec.id} has ended`);
  }

  /** Undefined when the init process is dead: its id may be reused, but no other process has this parent. */
  #find(id: string, init: number): AttachTarget | undefined {
    const found = livingProcess(init);
    if (found === undefined || found.parent !== this.#parts.monitor.pid) return undefined;
    return { id, pid: init, startTime: found.startTime };
  }
}

export function hasCode({ binds }: SandboxSpec): boolean {
  return binds.some(({ target }) => target === CODE_PATH || target.startsWith(`${CODE_PATH}/`));
}
