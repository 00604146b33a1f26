import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { Duplex } from 'node:stream';
import { AgentError } from '../../agent-error.ts';
import type { CgroupGroup, CgroupTree } from '../../cgroup/cgroup.ts';
import { HOST_ENV } from '../../host-command.ts';
import type { HostUser, PreparedMounts, SharedMounts } from '../../mounts/shared-mounts.ts';
import type { OutputPipeMaker, OutputPipes } from '../../output-pipes.ts';
import { type Bind, type DriverCapabilities, type SandboxSpec, USUAL_LIMITS, type VpcNetwork } from '../../protocol.ts';
import type { TmpVolume, TmpVolumes } from '../../tmp-volume.ts';
import type { UidRange } from '../../uid-range.ts';
import type { Driver } from '../driver.ts';
import type { Launch } from '../launcher.ts';
import { pipeAt } from '../read-start.ts';
import type { RunningSandbox, SandboxHooks } from '../running-sandbox.ts';
import { planText, type SandboxMaker } from '../sandbox-maker.ts';
import { ARGS_FD, bubblewrapArguments, checkTargets, SOURCES_FD, waitingArguments } from './arguments.ts';
import type { HostFiles } from './host-files.ts';
import { hasCode, LiveSandbox, type Occupant, type Outside } from './live-sandbox.ts';
import { SpecSources } from './spec-sources.ts';
import { WaitingStock } from './waiting-stock.ts';

const SETTLE_MS = 100;
/** Limit of a sandbox that waits, until it belongs to a function. */
const WAITING_BYTES = 256 << 20;
/** The helper mounts below these folders only: no symbolic link leads into them. */
const OWN_FOLDERS = ['/opt/function/', '/home/snuser/'];

export interface BubblewrapParts extends Outside {
  readonly maker: SandboxMaker;
  readonly capabilities: DriverCapabilities;
  readonly host: HostFiles;
  readonly cgroups: CgroupTree | undefined;
  /** One host user for each sandbox; undefined when the agent is not root. */
  readonly uids: UidRange | undefined;
  readonly pipes: OutputPipeMaker;
  /** Undefined: `/tmp` in memory. */
  readonly volumes: TmpVolumes | undefined;
  /** Undefined: no file systems that outlive a sandbox. */
  readonly mounts: SharedMounts | undefined;
  /** File with the system call filter; undefined on a machine without a table. */
  readonly filterFile: string | undefined;
  /** Keep sandboxes that wait for a function, where the machine can make them. */
  readonly makesAhead: boolean;
}

/** Namespaces, read-only root, no capabilities, system call filter, and every limit that the machine supports. */
export class BubblewrapDriver implements Driver {
  readonly name = 'bubblewrap';
  readonly #parts: BubblewrapParts;
  readonly #stock: WaitingStock<LiveSandbox> | undefined;
  #waitingCount = 0;

  constructor(parts: BubblewrapParts) {
    this.#parts = parts;
    const { maker, attacher, uids, makesAhead } = parts;
    const can = maker.waiting !== undefined && attacher?.makesTargets === true && uids !== undefined;
    this.#stock = makesAhead && can ? new WaitingStock(() => this.#makeWaiting()) : undefined;
  }

  async capabilities(): Promise<DriverCapabilities> {
    return this.#parts.capabilities;
  }

  async start(spec: SandboxSpec, hooks: SandboxHooks): Promise<RunningSandbox> {
    const { capabilities } = this.#parts;
    if (!capabilities.usable) {
      throw new AgentError('DRIVER_UNUSABLE', capabilities.reason ?? 'bubblewrap does not work here', {
        ...(capabilities.hint === undefined ? {} : { hint: capabilities.hint }),
      });
    }
    checkTargets(spec);
    // Before anything runs: it is refused here when it may not be made.
    if (spec.network?.kind === 'vpc') await this.#openVpc(spec.network.network);
    if (this.#stock === undefined) return this.#startWhole(spec, hooks);
    return this.#stock.during(() => {
      const waiting = isUsual(spec) ? this.#stock?.take() : undefined;
      return waiting === undefined ? this.#startWhole(spec, hooks) : this.#occupy(waiting, spec, hooks);
    });
  }

  /** Ends the sandboxes that wait. */
  async close(): Promise<void> {
    await this.#stock?.close();
  }

  async #occupy(waiting: LiveSandbox, spec: SandboxSpec, hooks: SandboxHooks): Promise<RunningSandbox> {
    try {
      await waiting.occupy({ spec, hooks });
      return waiting.running;
    } catch (error) {
      await waiting.stop().catch(() => {});
      if (waiting.hasProgram) throw error;
      // It died while it waited, or the request is invalid: then a new sandbox fails too, and its error says why.
      return this.#startWhole(spec, hooks);
    }
  }

  async #startWhole(spec: SandboxSpec, hooks: SandboxHooks): Promise<RunningSandbox> {
    const { uids, volumes, cgroups, attacher } = this.#parts;
    const releases: (() => Promise<void>)[] = [];
    try {
      const shared = await this.#sharedUser(spec);
      const ownUid = shared === undefined ? uids?.take() : undefined;
      if (ownUid !== undefined) releases.push(async () => uids?.giveBack(ownUid));
      const uid = shared?.uid ?? ownUid;
      const mounts = await this.#prepareMounts(spec, uid);
      if (mounts !== undefined) releases.push(() => mounts.hide());
      const pipes = await this.#takePipes(uid, releases);
      const prepared = hasCode(spec) || isImage(spec) ? undefined : await attacher?.prepare(spec.id);
      if (prepared !== undefined) releases.push(() => prepared.release());
      const [volume, group, sources] = await allOrNothing(
        [volumes?.take(spec.tmpBytes), cgroups?.create(spec.id, spec), SpecSources.open(this.#parts.sources, spec)],
        releases,
      );
      if (uid !== undefined) volume?.give(uid);
      const ownBinds = prepared?.binds ?? [];
      const pieces = { uid, gid: shared?.gid ?? uid, pipes, volume, group, releases };
      const live = await this.#launch(
        pieces,
        () => this.#spawnWhole(spec, { ...pieces, sources, ownBinds, mounts }),
        { spec, hooks },
        () => sources.close(),
      );
      await startOrStop(live, () => live.startWhole());
      await mounts?.hide().catch(() => {});
      this.#settle(volume, spec.tmpBytes);
      return live.running;
    } catch (error) {
      for (const release of releases) await release().catch(() => {});
      throw error;
    }
  }

  /** A sandbox without anything of a function or a runtime, which waits for both. */
  async #makeWaiting(): Promise<LiveSandbox> {
    const { uids, volumes, cgroups } = this.#parts;
    const { tmpBytes, maxProcesses } = USUAL_LIMITS;
    const releases: (() => Promise<void>)[] = [];
    this.#waitingCount += 1;
    const id = `waiting-${this.#waitingCount}`;
    try {
      const uid = uids?.take();
      if (uid !== undefined) releases.push(async () => uids?.giveBack(uid));
      const pipes = await this.#takePipes(uid, releases);
      const [volume, group] = await allOrNothing(
        [volumes?.takeResting(tmpBytes), cgroups?.create(id, { memoryBytes: WAITING_BYTES, maxProcesses }), nothing()],
        releases,
      );
      if (uid !== undefined) volume?.give(uid);
      const pieces = { uid, gid: uid, pipes, volume, group, releases };
      const live = await this.#launch(
        pieces,
        () => this.#spawnWaiting(pieces),
        undefined,
        () => {},
      );
      await startOrStop(live, () => live.startWaiting());
      this.#settle(volume, tmpBytes);
      return live;
    } catch (error) {
      for (const release of releases) await release().catch(() => {});
      throw error;
    }
  }

  async #takePipes(uid: number | undefined, releases: (() => Promise<void>)[]): Promise<OutputPipes> {
    const pipes = await this.#parts.pipes.take(uid);
    releases.push(async () => {
      pipes.release();
      pipes.stdout.destroy();
      pipes.stderr.destroy();
    });
    return pipes;
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

  async #openVpc(network: VpcNetwork): Promise<void> {
    const { networks } = this.#parts;
    if (networks === undefined) {
      throw new AgentError('NOT_SUPPORTED', 'this machine gives sandboxes no network', { hint: 'see fgs doctor' });
    }
    await networks.openVpc(network);
  }

  /** From here on the sandbox gives everything back that is in `releases`. */
  async #launch(
    pieces: Pieces,
    spawnMonitor: () => ChildProcess,
    occupant: Occupant | undefined,
    onSpawned: () => void,
  ): Promise<LiveSandbox> {
    const monitor = spawnMonitor();
    pieces.pipes.release();
    onSpawned();
    if (monitor.pid === undefined) {
      await pieces.group?.remove();
      throw new AgentError('START_FAILED', 'the launcher could not be started', {
        hint: 'the machine may be out of processes',
      });
    }
    const live = new LiveSandbox({ ...pieces, monitor, releases: [...pieces.releases] }, this.#parts, occupant);
    pieces.releases.length = 0;
    return live;
  }

  #spawnWhole(spec: SandboxSpec, { sources, ownBinds, mounts, ...pieces }: WholePieces): ChildProcess {
    const { maker, host } = this.#parts;
    const own = SOURCES_FD + sources.descriptors.length;
    const { program, args } = maker.command(this.#outside(spec, pieces), {
      command: spec.command,
      reports: isImage(spec),
      own,
    });
    const extra = isImage(spec) ? [] : maker.descriptors;
    return this.#spawn([program, args], pieces.pipes, [...sources.descriptors, ...extra], (channel, hasFilter) => {
      const options = bubblewrapArguments({
        spec,
        host,
        binds: sources.binds,
        ownBinds,
        mounts: mounts?.binds ?? [],
        linkDescriptor: sources.linkDescriptor,
        rootDescriptor: sources.rootDescriptor,
        tmpFolder: pieces.volume?.path,
        hasFilter,
      });
      channel.end(planText(options));
    });
  }

  #spawnWaiting(pieces: Pieces): ChildProcess {
    const { maker, host } = this.#parts;
    const made = maker.waiting?.(this.#outside(USUAL_LIMITS, pieces));
    if (made === undefined) throw new Error('this maker makes no sandboxes that wait');
    return this.#spawn([made.program, made.args], pieces.pipes, [], (channel, hasFilter) => {
      const tmpFolder = pieces.volume?.path;
      const options = waitingArguments({ host, tmpFolder, tmpBytes: USUAL_LIMITS.tmpBytes, hasFilter });
      channel.write(planText([...options, '']));
    });
  }

  #outside(
    { maxFiles, maxProcesses }: Pick<SandboxSpec, 'maxFiles' | 'maxProcesses'>,
    { uid, gid, group }: Pieces,
  ): Omit<Launch, 'command'> {
    const maxProcessesOfUser = uid === undefined || this.#parts.cgroups?.limitsProcesses === true ? 0 : maxProcesses;
    return { maxFiles, maxProcessesOfUser, joinFiles: group?.joinFiles ?? [], uid, gid };
  }

  #spawn(
    [program, args]: readonly [string, readonly string[]],
    pipes: OutputPipes,
    descriptors: readonly number[],
    sendPlan: (channel: Duplex, hasFilter: boolean) => void,
  ): ChildProcess {
    const { filterFile } = this.#parts;
    const filter = filterFile === undefined ? undefined : openSync(filterFile, 'r');
    try {
      const monitor = spawn(program, args, {
        env: { ...HOST_ENV },
        cwd: '/',
        stdio: ['ignore', ...pipes.descriptors, 'pipe', 'pipe', filter ?? 'ignore', 'pipe', ...descriptors],
      });
      // A launcher that could not be started or dies before it reads is seen by its exit.
      monitor.on('error', () => {});
      if (monitor.pid === undefined) return monitor;
      const channel = pipeAt(monitor, ARGS_FD);
      channel.on('error', () => channel.destroy());
      sendPlan(channel, filter !== undefined);
      return monitor;
    } finally {
      if (filter !== undefined) closeSync(filter);
    }
  }

  /** Mounting and unmounting hold locks of the kernel that the next start, or the function itself, would wait for. */
  #settle(volume: TmpVolume | undefined, tmpBytes: number): void {
    const { volumes } = this.#parts;
    if (volume === undefined || volumes === undefined) return;
    const work = () =>
      void volume
        .hide()
        .catch(() => {})
        .then(() => volumes.prepare(tmpBytes));
    setTimeout(work, SETTLE_MS).unref();
  }
}

async function startOrStop(live: LiveSandbox, start: () => Promise<void>): Promise<void> {
  try {
    await start();
  } catch (error) {
    await live.stop().catch(() => {});
    throw error;
  }
}

async function nothing(): Promise<undefined> {
  return undefined;
}

/** Whether a sandbox that waits can become this one. */
function isUsual({ rootfs, mounts = [], binds, ...limits }: SandboxSpec): boolean {
  const { tmpBytes, maxProcesses, maxFiles } = USUAL_LIMITS;
  const hasUsualLimits =
    limits.tmpBytes === tmpBytes && limits.maxProcesses === maxProcesses && limits.maxFiles === maxFiles;
  return (
    hasUsualLimits &&
    rootfs === undefined &&
    mounts.length === 0 &&
    binds.every(({ target }) => OWN_FOLDERS.some((folder) => target.startsWith(folder)))
  );
}

/** Its files are the version's own: it is given limits later, but no code. */
function isImage({ rootfs }: SandboxSpec): boolean {
  return rootfs !== undefined;
}

interface Pieces {
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  readonly pipes: OutputPipes;
  readonly volume: TmpVolume | undefined;
  readonly group: CgroupGroup | undefined;
  readonly releases: (() => Promise<void>)[];
}

interface WholePieces extends Pieces {
  readonly mounts: PreparedMounts | undefined;
  readonly sources: SpecSources;
  readonly ownBinds: readonly Bind[];
}

/** Waits for all pieces; when one fails, those that were made are given back, the volume through `releases`. */
async function allOrNothing<Opened extends { close(): void } | undefined>(
  pieces: [Promise<TmpVolume> | undefined, Promise<CgroupGroup> | undefined, Promise<Opened>],
  releases: (() => Promise<void>)[],
): Promise<[TmpVolume | undefined, CgroupGroup | undefined, Opened]> {
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
  if (sources.status === 'fulfilled') sources.value?.close();
  const failed = [sources, volume, group].find((piece) => piece.status === 'rejected');
  throw failed?.status === 'rejected' ? failed.reason : new Error('a piece of the sandbox failed');
}
