import type {
  AgentReplies,
  DriverCapabilities,
  DriverName,
  SandboxAssignment,
  SandboxExit,
  SandboxSpec,
  UsagePaths,
} from '@funcgraph/agent';

export type { SandboxAssignment, SandboxExit, SandboxSpec, UsagePaths };

export type SandboxDriverName = DriverName | 'fake';

/** What the machine lets a driver enforce; each sentence of `degraded` is one gap, made to be shown to people. */
export type SandboxCapabilities = Omit<DriverCapabilities, 'driver'> & { readonly driver: SandboxDriverName };

/** Measured while the sandbox lives. */
export type SandboxUsage = AgentReplies['usage'];

export interface SandboxOutput {
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}

/** `SandboxExit.signal` when the agent died and took the sandbox with it. */
export const AGENT_SIGNAL = 'AGENT';

/** How a sandbox ended whose agent cannot report it any more. */
export const LOST: SandboxExit = {
  exitCode: null,
  signal: AGENT_SIGNAL,
  oomKilled: false,
  peakMemoryBytes: 0,
  cpuMs: 0,
  tmpFull: false,
};

/** One isolation technique. What runs inside is hostile; what comes out of this interface is not. */
export interface SandboxDriver {
  readonly name: SandboxDriverName;
  capabilities(): Promise<SandboxCapabilities>;
  /**
   * Resolves when the sandbox exists and its first process was started (it may have ended already). Rejects with
   * `SandboxError`, or with `signal.reason` when aborted; in both cases nothing is left behind.
   */
  start(spec: SandboxSpec, signal: AbortSignal): Promise<Sandbox>;
}

export interface Sandbox {
  readonly id: string;
  /** A host process id of the sandbox, for humans; 0 for a fake. */
  readonly pid: number;
  readonly usagePaths: UsagePaths;
  /** Resolves once and never rejects, whoever ended the sandbox. By then every process of it is dead. */
  readonly exited: Promise<SandboxExit>;
  usage(): Promise<SandboxUsage>;
  /** From now on CPU in proportion to `cpuMillis`; before, as much as the machine gives. */
  share(): Promise<void>;
  /** Resolves when no process of it runs; none does before `thaw` or `assign`. Rejects with `NOT_SUPPORTED` without a freezer. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  /**
   * Gives a sandbox that was started without code the limits and the code of one version, then thaws it. Nothing is
   * attached before the limits hold. Rejects with `ALREADY_ASSIGNED` the second time, with `NOT_SUPPORTED` when the driver
   * does not say `canAssign`; any other failure has killed the sandbox. CPU stays full until `share`.
   */
  assign(assignment: SandboxAssignment): Promise<void>;
  /** Kills every process and removes all that the sandbox left. Idempotent; resolves when that is done. */
  stop(): Promise<SandboxExit>;
  /** Resolves when the listeners have all raw output that was written before. */
  flushOutput(): Promise<void>;
  /** Raw output of the sandbox's processes, bounded per second. Output from before the first listener is kept (64 KiB). */
  onOutput(listener: (output: SandboxOutput) => void): () => void;
}
