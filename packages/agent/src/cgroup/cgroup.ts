import type { UsagePaths } from '../protocol.ts';

export interface CgroupLimits {
  /** Memory and swap together. */
  readonly memoryBytes: number;
  /** Processes and threads of the function. */
  readonly maxProcesses: number;
}

export interface CgroupUsage {
  readonly peakMemoryBytes: number;
  readonly cpuMs: number;
  readonly oomKills: number;
}

/** The group of one sandbox. */
export interface CgroupGroup {
  /** A process with one thread that writes `0` into each of these has joined. */
  readonly joinFiles: readonly string[];
  readonly usagePaths: UsagePaths;
  /** Gives it the name of its sandbox, with the processes in it: version 1 only, version 2 has no way to do that. */
  rename(id: string): void;
  /** Sets the CPU weight; before, the group has a high one. */
  share(cpuMillis: number): Promise<void>;
  usage(): Promise<CgroupUsage>;
  /** Replaces the limit of memory and swap, and resets the peak if the kernel supports it. Throws `CGROUP_FAILED`. */
  limitMemory(memoryBytes: number): Promise<void>;
  /** Resolves when no process of the group runs. Throws `CGROUP_FAILED` with all thawed, after 1 s or when aborted. */
  freeze(signal: AbortSignal): Promise<void>;
  thaw(): Promise<void>;
  /** Kills every process, thawed or frozen, and resolves when none is left. Throws `CGROUP_FAILED` after 5 s. */
  kill(): Promise<void>;
  /** Removes the group of a killed sandbox. Idempotent. Throws `CGROUP_FAILED` after 5 s. */
  remove(): Promise<void>;
}

/** One value to write into a control file of a new group. */
export interface LimitFile {
  readonly file: string;
  readonly value: number;
  /** A kernel without this file has nothing to limit. */
  readonly optional?: true;
}

/** All groups of one agent below one parent that carries the agent's name. */
export interface CgroupTree {
  readonly version: 'v1' | 'v2';
  /** One sentence for each limit that cannot be set on this machine. */
  readonly missing: readonly string[];
  readonly limitsProcesses: boolean;
  readonly canFreeze: boolean;
  create(id: string, limits: CgroupLimits): Promise<CgroupGroup>;
  /** Kills and removes every group of the agent. */
  close(): Promise<void>;
}

/** Prefix of the parent groups of all agents: see `groupNameOf`. */
export const CGROUP_PREFIX = 'funcgraph-';

/** The group also contains the sandbox's monitor and init process. */
export const OWN_PROCESSES = 2;

/** `cpu.shares` and ten times `cpu.weight` before `share`: as much as ten full cores. */
export const UNSHARED_MILLIS = 10_000;
