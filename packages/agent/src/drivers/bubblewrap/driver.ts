import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { AgentError } from '../../agent-error.ts';
import type { Attacher, AttachTarget } from '../../attach/attacher.ts';
import type { CgroupGroup, CgroupTree } from '../../cgroup/cgroup.ts';
import type { Doors } from '../../doors/doors.ts';
import { HOST_ENV } from '../../host-command.ts';
import type { HostUser, PreparedMounts, SharedMounts } from '../../mounts/shared-mounts.ts';
import type { Disconnect, Networks } from '../../network/networks.ts';
import type { OutputPipeMaker, OutputPipes } from '../../output-pipes.ts';
import { killKnown, livingProcess } from '../../owner.ts';
import {
  type Bind,
  CODE_PATH,
  type DriverCapabilities,
  type SandboxNetwork,
  type SandboxSpec,
} from '../../protocol.ts';
import type { Sources } from '../../sources/sources.ts';
import type { TmpVolume, TmpVolumes } from '../../tmp-volume.ts';
import type { UidRange } from '../../uid-range.ts';
import type { Driver } from '../driver.ts';
import { endInit } from '../end-init.ts';
import { pipeAt, readStart } from '../read-start.ts';
import { RunningSandbox, type SandboxHooks } from '../running-sandbox.ts';
import { planText, type SandboxMaker } from '../sandbox-maker.ts';
import { ARGS_FD, bubblewrapArguments, checkTargets, SOURCES_FD, STARTED_FD, STATUS_FD } from './arguments.ts';
import type { HostFiles } from './host-files.ts';
import { SpecSources } from './spec-sources.ts';

const SETTLE_MS = 100;

export interface BubblewrapParts {
  readonly maker: SandboxMaker;
  readonly capabilities: DriverCapabilities;
  readonly host: HostFiles;
  readonly sources: Sources;
  readonly cgroups: CgroupTree | undefined;
  /** One host user for each sandbox; undefined when the agent is not root. */
  readonly uids: UidRange | undefined;
  readonly pipes: OutputPipeMaker;
  /** Undefined: `/tmp` in memory. */
  readonly volumes: TmpVolumes | undefined;
  /** Undefined: code can be mounted at the start only. */
  readonly attacher: Attacher | undefined;
  /** Undefined: no file systems that outlive a sandbox. */
  readonly mounts: SharedMounts | undefined;
  /** Undefined: nothing but loopback. */
  readonly networks: Networks | undefined;
  /** Undefined: sandboxes cannot call the platform. */
  readonly doors: Doors | undefined;
  /** File with the system call filter; undefined on a machine without a table. */
  readonly filterFile: string | undefined;
}

/** Namespaces, read-only root, no capabilities, system call filter, and every limit that the machine supports. */
export class BubblewrapDriver implements Driver {
  readonly name = 'bubblewrap';
  readonly #parts: BubblewrapParts;

  constructor(parts: BubblewrapParts) {
    this.#parts = parts;
  }

  async capabilities(): Promise<DriverCapabilities> {
    return this.#parts.capabilities;
  }

  async start(spec: SandboxSpec, hooks: SandboxHooks): Promise<RunningSandbox> {
    const { capabilities, uids, volumes, cgroups, attacher } = this.#parts;
    if (!capabilities.usable) {
      throw new AgentError('DRIVER_UNUSABLE', capabilities.reason ?? 'bubblewrap does not work here', {
        ...(capabilities.hint === undefined ? {} : { hint: capabilities.hint }),
      });
    }
    checkTargets(spec);
    // Before anything runs: it is refused here when it may not be made.
    if (spec.network?.kind === 'vpc') await this.#networks().openVpc(spec.network.network);
    const releases: (() => Promise<void>)[] = [];
    try {
      const shared = await this.#sharedUser(spec);
      const ownUid = shared === undefined ? uids?.take() : undefined;
      if (ownUid !== undefined) releases.push(async () => uids?.giveBack(ownUid));
      const uid = shared?.uid ?? ownUid;
      const mounts = await this.#prepareMounts(spec, uid);
      if (mounts !== undefined) releases.push(() => mounts.hide());
      const pipes = await this.#parts.pipes.take(uid);
      releases.push(async () => {
        pipes.release();
        pipes.stdout.destroy();
        pipes.stderr.destroy();
      });
      const prepared = hasCode(spec) || isImage(spec) ? undefined : await attacher?.prepare(spec.id);
      if (prepared !== undefined) releases.push(() => prepared.release());
      const [volume, group, opened] = await allOrNothing(
        [volumes?.take(spec.tmpBytes), cgroups?.create(spec.id, spec), SpecSources.open(this.#parts.sources, spec)],
        releases,
      );
      if (uid !== undefined) volume?.give(uid);
      return await this.#launch({
        spec,
        hooks,
        uid,
        pipes,
        volume,
        group,
        sources: opened,
        ownBinds: prepared?.binds ?? [],
        mounts,
        gid: shared?.gid ?? uid,
        releases,
      });
    } catch (error) {
      for (const release of releases) await release().catch(() => {});
      throw error;
    }
  }

  /** File systems that cannot map users force theirs on the sandbox. */
  async #sharedUser({ mounts = [] }: SandboxSpec): Promise<HostUser | undefined> {
    return mounts.length === 0 ? undefined : this.#mounts().hostUser(mounts);
  }

  async #prepareMounts({ mounts = [] }: SandboxSpec, uid: number | undefined): Promise<PreparedMounts | undefined> {
    return mounts.length === 0 || uid === undefined ? undefined : this.#mounts().prepare(mounts, uid);
  }

  #mounts(): SharedMounts {
    const { mounts } = this.#parts;
    if (mounts !== undefined) return mounts;
    throw new AgentError('NOT_SUPPORTED', 'this machine mounts no file systems for functions', {
      hint: 'see fgs doctor',
    });
  }

  #networks(): Networks {
    const { networks } = this.#parts;
    if (networks !== undefined) return networks;
    throw new AgentError('NOT_SUPPORTED', 'this machine gives sandboxes no network', { hint: 'see fgs doctor' });
  }

  /** A sandbox that has ended needs none: its exit explains more. */
  async #openDoors({ doors = [] }: SandboxSpec, target: AttachTarget | undefined): Promise<void> {
    if (doors.length === 0 || target === undefined) return;
    if (this.#parts.doors === undefined) {
      throw new AgentError('NOT_SUPPORTED', 'functions cannot call the platform on this machine', {
        hint: 'see fgs doctor',
      });
    }
    try {
      await this.#parts.doors.make(target, doors);
    } catch (error) {
      if (livingProcess(target.pid)?.startTime === target.startTime) throw error;
    }
  }

  async #launch(prepared: Prepared): Promise<RunningSandbox> {
    const { spec, hooks, pipes, volume, group, releases } = prepared;
    const { volumes, attacher } = this.#parts;
    const monitor = this.#spawn(prepared);
    pipes.release();
    prepared.sources.close();
    if (monitor.pid === undefined) {
      await group?.remove();
      throw new AgentError('START_FAILED', 'the launcher could not be started', {
        hint: 'the machine may be out of processes',
      });
    }
    let target: AttachTarget | undefined;
    const attach = async (requested: readonly Bind[]): Promise<void> => {
      for (const bind of requested) {
        const source = await this.#parts.sources.open('code', bind.source);
        try {
          if (target === undefined) throw new AgentError('SANDBOX_GONE', `sandbox ${spec.id} has ended`);
          await attacher?.attach(target, source, bind.target);
        } finally {
          source.close();
        }
      }
    };
    const connect = async (network: SandboxNetwork): Promise<void> => {
      if (network.kind === 'none') return;
      if (target === undefined) throw new AgentError('SANDBOX_GONE', `sandbox ${spec.id} has ended`);
      disconnect = await this.#networks().connect(target, network);
    };
    let disconnect: Disconnect = () => {};
    let killNow: () => void = () => monitor.kill('SIGKILL');
    const running = new RunningSandbox(
      {
        monitor,
        stdout: pipes.stdout,
        stderr: pipes.stderr,
        group,
        kill: () => killNow(),
        ended: async () => (target === undefined ? undefined : endInit(target)),
        ...(attacher === undefined || hasCode(spec) ? {} : { attach }),
        connect,
        volume,
        releases: [...releases, async () => disconnect()],
      },
      hooks,
    );
    // From here on the running sandbox gives everything back.
    releases.length = 0;
    try {
      const init = await readStart({
        monitor,
        stderr: pipes.stderr,
        status: pipeAt(monitor, STATUS_FD),
        started: pipeAt(monitor, STARTED_FD),
      });
      // The death of the init process kills every process of the namespace at once.
      const found = targetOf(spec.id, init, monitor);
      target = found;
      if (found !== undefined) killNow = () => killKnown(found);
      // The runtime is starting meanwhile; nothing of a user runs before the server got its answer.
      if (spec.network !== undefined) await connect(spec.network);
      await this.#openDoors(spec, found);
    } catch (error) {
      await running.stop().catch(() => {});
      throw error;
    }
    await prepared.mounts?.hide().catch(() => {});
    if (volume !== undefined && volumes !== undefined) settle(volume, () => volumes.prepare(spec.tmpBytes));
    return running;
  }

  #spawn({ spec, uid, gid, mounts, pipes, volume, group, sources, ownBinds }: Prepared): ChildProcess {
    const { maker, host, filterFile, cgroups } = this.#parts;
    const filter = filterFile === undefined ? undefined : openSync(filterFile, 'r');
    try {
      const own = SOURCES_FD + sources.descriptors.length;
      const launch = {
        maxFiles: spec.maxFiles,
        maxProcessesOfUser: uid === undefined || cgroups?.limitsProcesses === true ? 0 : spec.maxProcesses,
        joinFiles: group?.joinFiles ?? [],
        uid,
        gid,
      };
      const { program, args } = maker.command(launch, { command: spec.command, reports: isImage(spec), own });
      const extra = isImage(spec) ? [] : maker.descriptors;
      const monitor = spawn(program, args, {
        env: { ...HOST_ENV },
        cwd: '/',
        stdio: [
          'ignore',
          ...pipes.descriptors,
          'pipe',
          'pipe',
          filter ?? 'ignore',
          'pipe',
          ...sources.descriptors,
          ...extra,
        ],
      });
      const options = bubblewrapArguments({
        spec,
        host,
        binds: sources.binds,
        ownBinds,
        mounts: mounts?.binds ?? [],
        linkDescriptor: sources.linkDescriptor,
        rootDescriptor: sources.rootDescriptor,
        tmpFolder: volume?.path,
        hasFilter: filter !== undefined,
      });
      // A launcher that could not be started or dies before it reads is seen by its exit.
      monitor.on('error', () => {});
      if (monitor.pid === undefined) return monitor;
      const channel = pipeAt(monitor, ARGS_FD);
      channel.on('error', () => channel.destroy());
      channel.end(planText(options));
      return monitor;
    } finally {
      if (filter !== undefined) closeSync(filter);
    }
  }
}

/** Undefined when the init process is dead: its id may be reused, but no other process has this parent. */
function targetOf(id: string, init: number, monitor: ChildProcess): AttachTarget | undefined {
  const found = livingProcess(init);
  if (found === undefined || found.parent !== monitor.pid) return undefined;
  return { id, pid: init, startTime: found.startTime };
}

/** Its files are the version's own: it is given limits later, but no code. */
function isImage({ rootfs }: SandboxSpec): boolean {
  return rootfs !== undefined;
}

/** A sandbox that was started with code belongs to its version: it can be given no other. */
function hasCode({ binds }: SandboxSpec): boolean {
  return binds.some(({ target }) => target === CODE_PATH || target.startsWith(`${CODE_PATH}/`));
}

/** Mounting and unmounting hold locks of the kernel that the next start, or the function itself, would wait for. */
function settle(volume: TmpVolume, prepareNext: () => void): void {
  const work = () =>
    void volume
      .hide()
      .catch(() => {})
      .then(prepareNext);
  setTimeout(work, SETTLE_MS).unref();
}

interface Prepared {
  readonly spec: SandboxSpec;
  readonly hooks: SandboxHooks;
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  readonly mounts: PreparedMounts | undefined;
  readonly pipes: OutputPipes;
  readonly volume: TmpVolume | undefined;
  readonly group: CgroupGroup | undefined;
  readonly sources: SpecSources;
  readonly ownBinds: readonly Bind[];
  readonly releases: (() => Promise<void>)[];
}

type Pieces = [Promise<TmpVolume> | undefined, Promise<CgroupGroup> | undefined, Promise<SpecSources>];

/** Waits for all pieces; when one fails, those that were made are given back, the volume through `releases`. */
async function allOrNothing(
  pieces: Pieces,
  releases: (() => Promise<void>)[],
): Promise<[TmpVolume | undefined, CgroupGroup | undefined, SpecSources]> {
  const [volume, group, sources] = await Promise.allSettled(pieces);
  if (volume.status === 'fulfilled' && volume.value !== undefined) {
    const made = volume.value;
    releases.push(async () => {
      await made.hide().catch(() => {});
      await made.close();
    });
  }
  if (volume.status === 'fulfilled' && group.status === 'fulfilled' && sources.status === 'fulfilled')
    return [volume.value, group.value, sources.value];
  if (group.status === 'fulfilled') await group.value?.remove();
  if (sources.status === 'fulfilled') sources.value.close();
  const failed = [sources, volume, group].find((piece) => piece.status === 'rejected');
  throw failed?.status === 'rejected' ? failed.reason : new Error('a piece of the sandbox failed');
}
