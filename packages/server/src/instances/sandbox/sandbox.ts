import type { Server } from 'node:net';
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

/** Restrictions that a driver can enforce on this machine; each sentence of `degraded` describes a gap to users. */
export type SandboxCapabilities = Omit<DriverCapabilities, 'driver'> & { readonly driver: SandboxDriverName };

/** Measured while the sandbox runs. */
export type SandboxUsage = AgentReplies['usage'];

export interface SandboxOutput {
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}

/** `SandboxExit.signal` when the agent died and took the sandbox with it. */
export const AGENT_SIGNAL = 'AGENT';

/** The exit of a sandbox whose agent can no longer report it. */
export const LOST: SandboxExit = {
  exitCode: null,
  signal: AGENT_SIGNAL,
  oomKilled: false,
  peakMemoryBytes: 0,
  cpuMs: 0,
  tmpFull: false,
};

/** Gets a socket that listens inside the sandbox. It accepts connections as soon as it has a listener. */
export type DoorListener = (port: number, server: Server) => void;

/** One isolation technique. Code inside is hostile; values of this interface are trusted. */
export interface SandboxDriver {
  readonly name: SandboxDriverName;
  capabilities(): Promise<SandboxCapabilities>;
  /**
   * Resolves when the sandbox exists and its first process was started (it may have ended already). Rejects with
   * `SandboxError`, or with `signal.reason` when aborted; both leave no resources behind.
   */
  start(spec: SandboxSpec, signal: AbortSignal): Promise<Sandbox>;
}

export interface Sandbox {
  readonly id: string;
  /** A host process id of the sandbox, for people; 0 for a fake. */
  readonly pid: number;
  readonly usagePaths: UsagePaths;
  /** Resolves once and never rejects, for every kind of end. By then all its processes are dead. */
  readonly exited: Promise<SandboxExit>;
  usage(): Promise<SandboxUsage>;
  /** From now on CPU time in proportion to `cpuMillis`; before, as much as the machine has. */
  share(): Promise<void>;
  /**
   * Resolves when all its processes are frozen, until `thaw` or `assign`. Rejects with `NOT_SUPPORTED` without a
   * freezer.
   */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  /**
   * Sets the limits and attaches the code of one version to a sandbox that was started without code, then thaws it. The
   * limits apply before code is attached. Rejects with `ALREADY_ASSIGNED` the second time, with `NOT_SUPPORTED` when
   * the driver does not report `canAssign`; any other failure kills the sandbox. CPU is unlimited until `share`.
   */
  assign(assignment: SandboxAssignment): Promise<void>;
  /** Kills every process and removes all resources of the sandbox. Idempotent; resolves when that is done. */
  stop(): Promise<SandboxExit>;
  /** Resolves when the listeners have all raw output written before. */
  flushOutput(): Promise<void>;
  /**
   * Raw output of the sandbox's processes, bounded per second. Output from before the first listener is kept (64 KiB).
   */
  onOutput(listener: (output: SandboxOutput) => void): () => void;
  /**
   * The sockets of `doors`, also those that were opened before. They are closed with the sandbox; the listener closes the
   * connections, because an open one keeps the network of the sandbox.
   */
  onDoor(listener: DoorListener): void;
}
