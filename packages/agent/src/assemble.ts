import { chmodSync, closeSync, mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { AttachHelper } from './attach/attach-helper.ts';
import type { Attacher } from './attach/attacher.ts';
import { MountAttacher } from './attach/mount-attacher.ts';
import {
  bubblewrapCapabilities,
  hasPrivateMounts,
  type Machine,
  processCapabilities,
  tryBubblewrap,
} from './capabilities.ts';
import { cgroupRoots, openCgroupTree } from './cgroup/open-tree.ts';
import { type Door, Doors } from './doors/doors.ts';
import { trialOptions } from './drivers/bubblewrap/arguments.ts';
import { BubblewrapDriver } from './drivers/bubblewrap/driver.ts';
import {
  type HostFiles,
  prepareHostFiles,
  rootArguments,
  withAssembledTrees,
} from './drivers/bubblewrap/host-files.ts';
import type { Driver } from './drivers/driver.ts';
import { ShellLauncher } from './drivers/launcher.ts';
import { NativeLauncher } from './drivers/native-launcher.ts';
import { ProcessDriver } from './drivers/process/driver.ts';
import { BubblewrapMaker, LauncherMaker, type SandboxMaker } from './drivers/sandbox-maker.ts';
import { findProgram } from './host-command.ts';
import { SharedMounts } from './mounts/shared-mounts.ts';
import { NameServers } from './network/name-servers.ts';
import type { Networks } from './network/networks.ts';
import { openNetworks } from './network/open-networks.ts';
import { sweepNetworks } from './network/sweep-networks.ts';
import { OutputPipeMaker } from './output-pipes.ts';
import { openOwnFolder } from './own-folder.ts';
import { ownerIdOf } from './owner.ts';
import { type DriverName, type SandboxWay, USUAL_LIMITS } from './protocol.ts';
import type { AgentRules } from './rules.ts';
import { filterBytes } from './seccomp/filter.ts';
import { bindDescriptor } from './sources/bind-descriptor.ts';
import { Roots } from './sources/roots.ts';
import { isOpen, Sources } from './sources/sources.ts';
import { removeAgentFolder, sweep } from './sweep.ts';
import { isInMemory, TmpVolumes, type VolumeFolders } from './tmp-volume.ts';
import { UidRange } from './uid-range.ts';
import { VolumeHelper } from './volume-helper.ts';
import { type VolumeMaker, VolumePrograms } from './volume-maker.ts';

/** Built where there is a C compiler; the folder stands beside `src` and `dist`. */
const HELPER = fileURLToPath(new URL('../native/build/attach', import.meta.url));
const LAUNCHER = fileURLToPath(new URL('../native/build/launch', import.meta.url));
const VOLUME_HELPER = fileURLToPath(new URL('../native/build/volume', import.meta.url));
const DOORS_HELPER = fileURLToPath(new URL('../native/build/doors', import.meta.url));
const NO_DOORS =
  'Functions cannot call the platform: the helper that opens its address in sandboxes was not built (install gcc and libc6-dev, then npm run build).';
/** Shared by all agents of the machine that run as root. */
const MACHINE_FOLDER = '/run/funcgraph';

/** How code gets into running sandboxes. Default: the helper, without one mounts. */
export type AttachBy = 'helper' | 'mounts';

export interface AssemblyOptions {
  /** Sockets, pipes and mount points: small, and often in memory. */
  readonly runDir: string;
  /** For data that functions write, on a disk. */
  readonly volumesDir: string;
  readonly rules: AgentRules;
  readonly attachBy?: AttachBy | undefined;
  /** What makes sandboxes. Default: the best that the machine has. */
  readonly startBy?: SandboxWay | undefined;
  /** Gets each socket that was opened in a sandbox, and owns it. */
  readonly onDoor: (door: Door) => void;
}

export interface Assembly {
  readonly drivers: ReadonlyMap<DriverName, Driver>;
  /** Undefined on a machine without. */
  readonly networks: Networks | undefined;
  readonly mounts: SharedMounts | undefined;
  /** Leftovers of dead agents that were removed. */
  readonly swept: number;
  /** Removes what the agent itself made. Sandboxes must be stopped before. */
  close(): Promise<void>;
}

/** Detects the capabilities of the machine, removes the leftovers of dead agents, and builds the drivers. */
export async function assemble({
  runDir,
  volumesDir,
  rules,
  attachBy,
  startBy,
  onDoor,
}: AssemblyOptions): Promise<Assembly> {
  const isRoot = process.getuid?.() === 0;
  const ownerId = ownerIdOf(process.pid);
  makeOpenFolder(runDir);
  if (isRoot) openMachineFolder();
  // Sandbox users need search permission on the agent's folder; without it the agent uses the machine's folder.
  const parent = isRoot && !isOpen(runDir) ? MACHINE_FOLDER : runDir;
  const folder = makeFolders(parent, ownerId);
  const mayMount = isRoot && hasPrivateMounts();
  const ofAgents = await placeOnDisk(volumesDir, mayMount ? `${folder}/disk` : undefined);
  const folders = [...new Set([runDir, parent, ofAgents])];
  const killed = await sweep({ folders, cgroupRoots: cgroupRoots() });
  // Not earlier: until here the rules confine sandboxes that were still running.
  const swept = killed + (isRoot ? await sweepNetworks() : 0);
  const disk = `${ofAgents}/${ownerId}`;
  for (const name of ['images', 'tmp']) mkdirSync(`${disk}/${name}`, { recursive: true, mode: 0o700 });

  const sources = new Sources({
    roots: {
      code: Roots.open(rules.code),
      image: Roots.open(rules.images),
      link: Roots.open([{ path: rules.links, evenClosed: true }]),
      shared: Roots.open(rules.mounts.map((path) => ({ path }))),
    },
    folder: `${folder}/stage`,
    mayMount,
    otherUsers: isRoot,
  });
  const filter = filterBytes(process.arch);
  const filterFile = `${folder}/seccomp.bpf`;
  if (filter !== undefined) writeFileSync(filterFile, filter, { mode: 0o600 });
  const hostFiles = prepareHostFiles(`${folder}/etc`);
  const uids = isRoot ? UidRange.claim(`${MACHINE_FOLDER}/uid-ranges`, ownerId) : undefined;
  const shell = findProgram('dash') ?? '/bin/sh';
  const bwrap = findProgram('bwrap') ?? 'bwrap';
  // Each of these waits for other programs: together they take as long as the slowest.
  const [cgroups, volumes, obstacle, attacher, network, mounts, doors, maker, host] = await Promise.all([
    openCgroupTree(ownerId),
    mayMount ? openVolumes({ images: `${disk}/images`, mounts: `${folder}/volumes` }) : undefined,
    tryBubblewrap(isRoot),
    isRoot ? openAttacher(folder, mayMount, attachBy) : undefined,
    openNetworks({
      ownerId,
      agentNumber: uids?.agentNumber,
      nameServers: new NameServers(),
      interfaces: rules.interfaces,
      onNameServers: (text) => writeFileSync(`${hostFiles.etcFolder}/resolv.conf`, text),
    }),
    mayMount ? SharedMounts.open({ folder: `${folder}/shared`, sources, ...rules }) : undefined,
    openDoors(onDoor),
    openMaker({ shell, bwrap, host: hostFiles, isRoot, folder, startBy }),
    mayMount ? withAssembledTrees(hostFiles, `${folder}/root`) : hostFiles,
  ]);
  const machine: Machine = {
    isRoot,
    cgroups,
    hasFilter: filter !== undefined,
    hasVolumes: volumes !== undefined,
    canAttach: attacher !== undefined,
    hasNetworks: network.networks !== undefined,
    hasMounts: mounts !== undefined,
    hasDoors: doors !== undefined,
    way: maker.way,
    gaps: [...network.gaps, ...(doors === undefined ? [NO_DOORS] : [])],
  };
  const pipes = new OutputPipeMaker(`${folder}/pipes`);
  const bubblewrap = new BubblewrapDriver({
    maker,
    capabilities: bubblewrapCapabilities(machine, obstacle),
    host,
    sources,
    cgroups,
    pipes,
    uids,
    volumes,
    attacher,
    networks: network.networks,
    doors,
    mounts,
    filterFile: filter === undefined ? undefined : filterFile,
    makesAhead: startBy === undefined,
  });
  const drivers = new Map<DriverName, Driver>([['bubblewrap', bubblewrap]]);
  // Without isolation the user of the agent is that of the functions.
  if (!isRoot || rules.withoutIsolation) {
    drivers.set(
      'process',
      new ProcessDriver({
        shell,
        setpriv: findProgram('setpriv'),
        capabilities: processCapabilities(machine),
        cgroups,
        pipes,
        tmpFolder: `${disk}/tmp`,
      }),
    );
  }
  return {
    drivers,
    networks: network.networks,
    mounts,
    swept,
    close: async () => {
      await bubblewrap.close();
      await attacher?.close();
      await doors?.close();
      await network.networks?.close();
      await mounts?.close();
      await volumes?.close();
      await cgroups?.close();
      uids?.close();
      // what was in use when this agent began
      await sweep({ folders, cgroupRoots: cgroupRoots() });
      await removeAgentFolder(disk);
      await removeAgentFolder(folder);
    },
  };
}

/**
 * Opens the folder for data that functions write, and mounts it at `target`: the server owns the parent folder and
 * could replace this one, but the mount stays the same. Returns the path to use.
 */
async function placeOnDisk(volumesDir: string, target: string | undefined): Promise<string> {
  const descriptor = openOwnFolder(volumesDir);
  try {
    if (target === undefined) return volumesDir;
    mkdirSync(target);
    await bindDescriptor(descriptor, target, ['nosuid', 'nodev']);
    return target;
  } finally {
    closeSync(descriptor);
  }
}

function makeFolders(parent: string, ownerId: string): string {
  const folder = `${parent}/${ownerId}`;
  for (const path of [parent, folder, `${folder}/stage`, `${folder}/volumes`, `${folder}/root`]) makeOpenFolder(path);
  mkdirSync(`${folder}/pipes`, { recursive: true, mode: 0o700 });
  return folder;
}

/** Only agents use this folder, so its mode is ours to set: every sandbox user must be able to walk through it. */
function openMachineFolder(): void {
  mkdirSync(MACHINE_FOLDER, { recursive: true });
  chmodSync(MACHINE_FOLDER, 0o711);
}

/** Users of sandboxes may walk through it and not read it. An existing folder stays as it is. */
function makeOpenFolder(path: string): void {
  if (mkdirSync(path, { recursive: true }) !== undefined) chmodSync(path, 0o711);
}

/** Undefined on a machine without a C compiler, or where the kernel does not let the agent enter sandboxes. */
function openDoors(onDoor: (door: Door) => void): Promise<Doors | undefined> {
  return Doors.open(DOORS_HELPER, onDoor).catch(() => undefined);
}

/** The best that works on this machine: the compiled launcher alone, with bubblewrap, or shells with bubblewrap. */
async function openMaker(found: {
  readonly shell: string;
  readonly bwrap: string;
  readonly host: HostFiles;
  readonly isRoot: boolean;
  readonly folder: string;
  readonly startBy: SandboxWay | undefined;
}): Promise<SandboxMaker> {
  const { shell, bwrap, host, isRoot, folder, startBy } = found;
  if (startBy !== 'bubblewrap') {
    const options = trialOptions(host);
    const alone = LauncherMaker.open(LAUNCHER, { options, planFile: `${folder}/trial.plan`, isRoot });
    const maker = await alone.catch(() => undefined);
    if (maker !== undefined) return maker;
  }
  const launcher = await NativeLauncher.open(LAUNCHER, { bwrap, rootArgs: rootArguments(host), isRoot }).catch(
    () => new ShellLauncher({ shell, setpriv: findProgram('setpriv') }),
  );
  return new BubblewrapMaker(launcher, bwrap);
}

/** Undefined when code cannot be mounted in a running sandbox. */
async function openAttacher(
  folder: string,
  mayMount: boolean,
  attachBy: AttachBy | undefined,
): Promise<Attacher | undefined> {
  const helper = attachBy === 'mounts' ? undefined : await AttachHelper.open(HELPER).catch(() => undefined);
  if (helper !== undefined || attachBy === 'helper' || !mayMount) return helper;
  return MountAttacher.open(folder).catch(() => undefined);
}

/**
 * Undefined on a machine without loop devices or ext4, and for a data directory in memory: there a volume would take memory
 * that no limit counts. `/tmp` of a sandbox is then its own memory.
 */
async function openVolumes(folders: VolumeFolders): Promise<TmpVolumes | undefined> {
  if (await isInMemory(folders.images)) return undefined;
  const byHelper = VolumeHelper.open(VOLUME_HELPER, folders.images).then((helper) => tryVolumes(folders, helper));
  return byHelper.catch(() => tryVolumes(folders, new VolumePrograms())).catch(() => undefined);
}

async function tryVolumes(folders: VolumeFolders, maker: VolumeMaker): Promise<TmpVolumes> {
  const volumes = new TmpVolumes(folders, maker);
  try {
    const probe = await volumes.take(USUAL_LIMITS.tmpBytes);
    await probe.hide();
    await probe.close();
    volumes.prepare(USUAL_LIMITS.tmpBytes);
    return volumes;
  } catch (error) {
    await volumes.close();
    throw error;
  }
}
