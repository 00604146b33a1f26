import { mkdirSync, renameSync } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import { AgentError } from '../agent-error.ts';
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
  readControlNow,
  readKey,
  readNumber,
  removeGroup,
  writeControl,
  writeControlNow,
} from './group-files.ts';

const CONTROLLERS = {
  memory: 'Memory is neither limited nor measured: the memory cgroup is not writable.',
  pids: 'The number of processes is not limited: the pids cgroup is not writable.',
  cpu: 'CPU is not shared in proportion to memory: the cpu cgroup is not writable.',
  cpuacct: 'CPU time is not measured: the cpuacct cgroup is not writable.',
  freezer: 'Idle instances cannot be frozen: the freezer cgroup is not writable.',
} as const;
type Controller = keyof typeof CONTROLLERS;

type Folders = ReadonlyMap<Controller, string>;

/** Groups in the separate hierarchies of cgroup version 1. */
export class CgroupV1 implements CgroupTree {
  readonly version = 'v1';
  readonly missing: readonly string[];
  readonly #parents: Folders;
  readonly #limitsSwap: boolean;

  private constructor(parents: Folders, missing: readonly string[], limitsSwap: boolean) {
    this.#parents = parents;
    this.missing = missing;
    this.#limitsSwap = limitsSwap;
  }

  /** `roots`: folder below which the agent may create its parent group, by controller. Undefined when none is writable. */
  static async open(name: string, roots: ReadonlyMap<string, string>): Promise<CgroupV1 | undefined> {
    const parents = new Map<Controller, string>();
    const missing: string[] = [];
    for (const [controller, sentence] of Object.entries(CONTROLLERS) as [Controller, string][]) {
      const root = roots.get(controller);
      const folder = `${root}/${name}`;
      if (
        root !== undefined &&
        (await mkdir(folder, { recursive: true }).then(
          () => true,
          () => false,
        ))
      )
        parents.set(controller, folder);
      else missing.push(sentence);
    }
    if (parents.size === 0) return undefined;
    const memory = parents.get('memory');
    const limitsSwap =
      memory !== undefined &&
      (await stat(`${memory}/memory.memsw.limit_in_bytes`).then(
        () => true,
        () => false,
      ));
    if (memory !== undefined && !limitsSwap) missing.push('Swap is not limited: the kernel does not account for it.');
    const cpu = parents.get('cpu');
    // One parent stands for many functions: without this they would weigh as much as one process of the host.
    if (cpu !== undefined) await writeControl(`${cpu}/cpu.shares`, 1024 * availableParallelism());
    return new CgroupV1(parents, missing, limitsSwap);
  }

  get limitsProcesses(): boolean {
    return this.#parents.has('pids');
  }

  get canFreeze(): boolean {
    return this.#parents.has('freezer');
  }

  async create(id: string, limits: CgroupLimits): Promise<CgroupGroup> {
    const folders = new Map<Controller, string>();
    for (const [controller, parent] of this.#parents) folders.set(controller, `${parent}/${id}`);
    const group = new GroupV1(folders, limits.memoryBytes, this.#limitsSwap);
    try {
      // The group has no process yet, so this does not block; the thread pool would need ten turns.
      for (const folder of new Set(folders.values())) mkdirSync(folder);
      this.#limit(folders, limits);
      return group;
    } catch (error) {
      await group.remove();
      throw error;
    }
  }

  async close(): Promise<void> {
    for (const folder of new Set(this.#parents.values())) {
      await killAll(folder, () => thaw(this.#parents.get('freezer')));
      await removeGroup(folder);
    }
  }

  #limit(folders: Folders, limits: CgroupLimits): void {
    for (const [controller, { file, value }] of limitFiles(limits, this.#limitsSwap)) {
      const folder = folders.get(controller);
      if (folder !== undefined) writeControlNow(`${folder}/${file}`, value);
    }
  }
}

/** The limits of a new version 1 group, in the order of writing. */
export function limitFiles(limits: CgroupLimits, limitsSwap: boolean): [Controller, LimitFile][] {
  return [
    // The kernel wants memory <= memory + swap at every moment; a new group is unlimited, so memory goes first.
    ['memory', { file: 'memory.limit_in_bytes', value: limits.memoryBytes }],
    ...(limitsSwap
      ? [
          ['memory', { file: 'memory.memsw.limit_in_bytes', value: limits.memoryBytes }] satisfies [
            Controller,
            LimitFile,
          ],
        ]
      : []),
    ['pids', { file: 'pids.max', value: limits.maxProcesses + OWN_PROCESSES }],
    ['cpu', { file: 'cpu.shares', value: sharesFor(UNSHARED_MILLIS) }],
  ];
}

/** The kernel wants memory <= memory + swap at every moment. */
export function memoryFiles(before: number, after: number, limitsSwap: boolean): string[] {
  const files = ['memory.limit_in_bytes', ...(limitsSwap ? ['memory.memsw.limit_in_bytes'] : [])];
  return after > before ? files.reverse() : files;
}

class GroupV1 implements CgroupGroup {
  #folders: Folders;
  readonly #limitsSwap: boolean;
  #memoryBytes: number;

  constructor(folders: Folders, memoryBytes: number, limitsSwap: boolean) {
    this.#folders = folders;
    this.#memoryBytes = memoryBytes;
    this.#limitsSwap = limitsSwap;
  }

  get joinFiles(): readonly string[] {
    // `tasks`, not `cgroup.procs`: for its own single thread the kernel needs no machine-wide lock, which costs 5 ms and more.
    return [...new Set(this.#folders.values())].map((folder) => `${folder}/tasks`);
  }

  get usagePaths(): UsagePaths {
    const memory = this.#folders.get('memory');
    const cpuacct = this.#folders.get('cpuacct');
    return {
      ...(memory === undefined
        ? {}
        : {
            peakMemory: `${memory}/memory.max_usage_in_bytes`,
            currentMemory: `${memory}/memory.usage_in_bytes`,
          }),
      ...(cpuacct === undefined ? {} : { cpuTime: `${cpuacct}/cpuacct.usage`, cpuTimeFormat: 'nanoseconds' as const }),
    };
  }

  rename(id: string): void {
    for (const folder of new Set(this.#folders.values())) {
      const target = `${dirname(folder)}/${id}`;
      renameSync(folder, target);
      this.#folders = new Map([...this.#folders].map(([name, each]) => [name, each === folder ? target : each]));
    }
  }

  async share(cpuMillis: number): Promise<void> {
    const cpu = this.#folders.get('cpu');
    if (cpu !== undefined) await writeControl(`${cpu}/cpu.shares`, sharesFor(cpuMillis));
  }

  async usage(): Promise<CgroupUsage> {
    const { peakMemory, cpuTime } = this.usagePaths;
    const memory = this.#folders.get('memory');
    const [peakMemoryBytes, nanoseconds, oomKills] = await Promise.all([
      peakMemory === undefined ? 0 : readNumber(peakMemory),
      cpuTime === undefined ? 0 : readNumber(cpuTime),
      memory === undefined ? 0 : readKey(`${memory}/memory.oom_control`, 'oom_kill'),
    ]);
    return { peakMemoryBytes, cpuMs: Math.round(nanoseconds / 1e6), oomKills };
  }

  async limitMemory(memoryBytes: number): Promise<void> {
    const memory = this.#folders.get('memory');
    if (memory === undefined) return;
    for (const file of memoryFiles(this.#memoryBytes, memoryBytes, this.#limitsSwap)) {
      writeControlNow(`${memory}/${file}`, memoryBytes);
    }
    this.#memoryBytes = memoryBytes;
    writeControlNow(`${memory}/memory.max_usage_in_bytes`, 0);
  }

  async freeze(signal: AbortSignal): Promise<void> {
    const freezer = this.#folders.get('freezer');
    if (freezer === undefined) throw new AgentError('NOT_SUPPORTED', CONTROLLERS.freezer);
    const state = `${freezer}/freezer.state`;
    await freezeAll(
      {
        freeze: () => writeControlNow(state, 'FROZEN'),
        thaw: () => writeControlNow(state, 'THAWED'),
        isFrozen: () => readControlNow(state).startsWith('FROZEN'),
      },
      signal,
    );
  }

  async thaw(): Promise<void> {
    const freezer = this.#folders.get('freezer');
    if (freezer !== undefined) writeControlNow(`${freezer}/freezer.state`, 'THAWED');
  }

  async kill(): Promise<void> {
    const freezer = this.#folders.get('freezer');
    for (const folder of new Set(this.#folders.values())) await killAll(folder, () => thaw(freezer));
  }

  async remove(): Promise<void> {
    await Promise.all([...new Set(this.#folders.values())].map(removeGroup));
  }
}

/** SIGKILL does nothing to a task that is frozen by the version 1 freezer until it is thawed; then it comes first. */
async function thaw(freezer: string | undefined): Promise<void> {
  // The root of a hierarchy has no state file, and a removed group needs no thawing.
  if (freezer !== undefined) await writeControl(`${freezer}/freezer.state`, 'THAWED').catch(() => {});
}

/** 1000 thousandths of a core are the default of 1024 shares. */
export function sharesFor(cpuMillis: number): number {
  return Math.max(2, Math.round((cpuMillis * 1024) / 1000));
}
