import { existsSync } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import type { UsagePaths } from '../protocol.ts';
import {
  type CgroupGroup,
  type CgroupLimits,
  type CgroupTree,
  type CgroupUsage,
  type LimitFile,
  OWN_PROCESSES,
  UNSHARED_MILLIS,
} from './cgroup.ts';
import {
  freezeAll,
  killAll,
  processesIn,
  readControlNow,
  readKey,
  readNumber,
  removeGroup,
  writeControl,
  writeControlNow,
} from './group-files.ts';

const CONTROLLERS = {
  memory: 'Memory is neither limited nor measured: the memory controller of cgroup version 2 is not available here.',
  pids: 'The number of processes is not limited: the pids controller of cgroup version 2 is not available here.',
  cpu: 'CPU is not shared in proportion to memory: the cpu controller of cgroup version 2 is not available here.',
} as const;
type Controller = keyof typeof CONTROLLERS;

export interface V2Options {
  /** Name of the agent's parent group. */
  readonly name: string;
  /** Group folder under which the parent is made. */
  readonly root: string;
  /** Processes that may be moved out of `root` into a leaf, because a group with children and limits holds none itself. */
  readonly movable: (pids: readonly number[]) => boolean;
}

/** Groups in the one hierarchy of cgroup version 2. */
export class CgroupV2 implements CgroupTree {
  readonly version = 'v2';
  readonly missing: readonly string[];
  readonly #parent: string;
  readonly #enabled: ReadonlySet<Controller>;

  private constructor(parent: string, enabled: ReadonlySet<Controller>, missing: readonly string[]) {
    this.#parent = parent;
    this.#enabled = enabled;
    this.missing = missing;
  }

  /** Undefined when the hierarchy is not writable or has none of the controllers. */
  static async open({ name, root, movable }: V2Options): Promise<CgroupV2 | undefined> {
    const parent = `${root}/${name}`;
    if (
      !(await mkdir(parent, { recursive: true }).then(
        () => true,
        () => false,
      ))
    )
      return undefined;
    const isHierarchyRoot = await stat(`${root}/cgroup.type`).then(
      () => false,
      () => true,
    );
    const inside = isHierarchyRoot ? [] : await processesIn(root);
    if (inside.length > 0) {
      if (!movable(inside)) return abandon(parent);
      await mkdir(`${parent}-agent`, { recursive: true });
      for (const pid of inside) await writeControl(`${parent}-agent/cgroup.procs`, pid).catch(() => {});
    }
    const enabled = new Set<Controller>();
    const missing: string[] = [];
    for (const [controller, sentence] of Object.entries(CONTROLLERS) as [Controller, string][]) {
      const works = await writeControl(`${root}/cgroup.subtree_control`, `+${controller}`)
        .then(() => writeControl(`${parent}/cgroup.subtree_control`, `+${controller}`))
        .then(
          () => true,
          () => false,
        );
      if (works) enabled.add(controller);
      else missing.push(sentence);
    }
    if (enabled.size === 0) return abandon(parent);
    if (enabled.has('cpu')) await writeControl(`${parent}/cpu.weight`, weightFor(1000 * availableParallelism()));
    return new CgroupV2(parent, enabled, missing);
  }

  get limitsProcesses(): boolean {
    return this.#enabled.has('pids');
  }

  /** Every group but the root of the hierarchy has the file, since Linux 5.2. */
  get canFreeze(): boolean {
    return existsSync(`${this.#parent}/cgroup.freeze`);
  }

  async create(id: string, limits: CgroupLimits): Promise<CgroupGroup> {
    const folder = `${this.#parent}/${id}`;
    const group = new GroupV2(folder, this.#enabled);
    try {
      await mkdir(folder);
      for (const { file, value, optional } of limitFiles(limits, this.#enabled)) {
        const writing = writeControl(`${folder}/${file}`, value);
        await (optional === true ? writing.catch(() => {}) : writing);
      }
      return group;
    } catch (error) {
      await group.remove();
      throw error;
    }
  }

  async close(): Promise<void> {
    await killAll(this.#parent, () => killByKernel(this.#parent));
    await removeGroup(this.#parent);
  }
}

/** The limits of a new version 2 group. */
export function limitFiles(limits: CgroupLimits, enabled: ReadonlySet<Controller>): LimitFile[] {
  const files: Record<Controller, readonly LimitFile[]> = {
    memory: [
      { file: 'memory.max', value: limits.memoryBytes },
      { file: 'memory.swap.max', value: 0, optional: true },
      { file: 'memory.oom.group', value: 1, optional: true },
    ],
    pids: [{ file: 'pids.max', value: limits.maxProcesses + OWN_PROCESSES }],
    cpu: [{ file: 'cpu.weight', value: weightFor(UNSHARED_MILLIS) }],
  };
  return [...enabled].flatMap((controller) => files[controller]);
}

class GroupV2 implements CgroupGroup {
  readonly joinFiles: readonly string[];
  readonly usagePaths: UsagePaths;
  readonly #folder: string;
  readonly #enabled: ReadonlySet<Controller>;

  constructor(folder: string, enabled: ReadonlySet<Controller>) {
    this.#folder = folder;
    this.#enabled = enabled;
    this.joinFiles = [`${folder}/cgroup.procs`];
    this.usagePaths = {
      ...(enabled.has('memory')
        ? { peakMemory: `${folder}/memory.peak`, currentMemory: `${folder}/memory.current` }
        : {}),
      cpuTime: `${folder}/cpu.stat`,
      cpuTimeFormat: 'cpu.stat',
    };
  }

  rename(): void {}

  async share(cpuMillis: number): Promise<void> {
    if (this.#enabled.has('cpu')) await writeControl(`${this.#folder}/cpu.weight`, weightFor(cpuMillis));
  }

  async usage(): Promise<CgroupUsage> {
    const [peak, current, microseconds, oomKills] = await Promise.all([
      readNumber(`${this.#folder}/memory.peak`),
      readNumber(`${this.#folder}/memory.current`),
      readKey(`${this.#folder}/cpu.stat`, 'usage_usec'),
      readKey(`${this.#folder}/memory.events`, 'oom_kill'),
    ]);
    // memory.peak exists since Linux 5.19; older kernels only report the current usage.
    return { peakMemoryBytes: Math.max(peak, current), cpuMs: Math.round(microseconds / 1000), oomKills };
  }

  async limitMemory(memoryBytes: number): Promise<void> {
    if (this.#enabled.has('memory')) writeControlNow(`${this.#folder}/memory.max`, memoryBytes);
  }

  async freeze(signal: AbortSignal): Promise<void> {
    await freezeAll(
      {
        freeze: () => writeControlNow(`${this.#folder}/cgroup.freeze`, 1),
        thaw: () => writeControlNow(`${this.#folder}/cgroup.freeze`, 0),
        isFrozen: () => readControlNow(`${this.#folder}/cgroup.events`).includes('frozen 1'),
      },
      signal,
    );
  }

  async thaw(): Promise<void> {
    writeControlNow(`${this.#folder}/cgroup.freeze`, 0);
  }

  async kill(): Promise<void> {
    await killAll(this.#folder, () => killByKernel(this.#folder));
  }

  async remove(): Promise<void> {
    await removeGroup(this.#folder);
  }
}

async function abandon(parent: string): Promise<undefined> {
  await removeGroup(parent).catch(() => {});
  return undefined;
}

/** `cgroup.kill` (Linux 5.14) reaches frozen tasks and forks in flight; older kernels get the signals that follow. */
async function killByKernel(folder: string): Promise<void> {
  await writeControl(`${folder}/cgroup.kill`, 1).catch(() => {});
}

/** 1000 thousandths of a core are the default weight of 100. */
export function weightFor(cpuMillis: number): number {
  return Math.min(10_000, Math.max(1, Math.round(cpuMillis / 10)));
}
