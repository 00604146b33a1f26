/**
 * Requests of the server and messages of the agent: newline-delimited JSON over one Unix socket pair (file descriptor 3
 * of the agent). Neither the server nor the code in a sandbox is trusted: `rules.ts` defines the allowed requests. When
 * the socket closes, the agent stops every sandbox, removes their leftovers and exits.
 */

import type { AgentErrorCode } from './agent-error.ts';

/** A host folder or file shown read-only inside the sandbox. */
export interface Bind {
  readonly source: string;
  readonly target: string;
}

/**
 * Everything needed to start one sandbox, as data. The `process` driver has no mounts: it ignores `binds`, and the server
 * must put host paths into `command`, `env` and `workingDir` (the link socket too).
 */
export interface SandboxSpec {
  readonly id: string;
  /** The program as an absolute path inside the sandbox, and its arguments. */
  readonly command: readonly string[];
  /** The whole environment; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly workingDir: string;
  /** Code, runtime shim, interpreters; read-only. */
  readonly binds: readonly Bind[];
  /** Host path of the unix socket on which the server already listens; it appears inside at `LINK_PATH`. */
  readonly linkSocket: string;
  readonly memoryBytes: number;
  /** CPU weight in thousandths of a core once `share` is set; full CPU until then. */
  readonly cpuMillis: number;
  readonly tmpBytes: number;
  readonly maxProcesses: number;
  readonly maxFiles: number;
  /** A root file system of its own instead of the one assembled from the host. */
  readonly rootfs?: RootFileSystem;
  /** Default: none. A sandbox started without code gets its network when it is assigned. */
  readonly network?: SandboxNetwork;
  /** File systems that outlive the sandbox. */
  readonly mounts?: readonly FileSystemMount[];
  /**
   * Ports below 1024 of `PLATFORM_ADDRESS` on which the server accepts the connections of this sandbox. It gets the
   * listening sockets on the channel of the agent's process.
   */
  readonly doors?: readonly number[];
}

/** A sandbox with these limits may have been made before it is asked for, without anything of what will run in it. */
export const USUAL_LIMITS = { maxProcesses: 1024, maxFiles: 1024, tmpBytes: 512 << 20 } as const;

/**
 * The platform as a sandbox sees it: an address of its own loopback interface, so that only its processes reach the
 * sockets there, on any network and without one. Code in a sandbox has no right to listen on ports below 1024.
 */
export const PLATFORM_ADDRESS = '127.0.100.1';
/** Its name in the hosts file of every sandbox. */
export const PLATFORM_HOST = 'platform.internal';

/**
 * The network of a sandbox besides its loopback interface. Sandboxes accept no connections, not even from each other.
 */
export type SandboxNetwork =
  | { readonly kind: 'none' }
  /** The outside, with the address of the machine; never the machine itself. */
  | { readonly kind: 'egress' }
  /** One network of the administrator, and the outside if that network allows it. */
  | { readonly kind: 'vpc'; readonly network: VpcNetwork };

export interface VpcNetwork {
  /** 8 to 32 hex digits; names the bridge. */
  readonly id: string;
  /** `a.b.c.d/length`, 16 to 28. The machine has the first address, instances have the upper half. */
  readonly cidr: string;
  readonly nat: boolean;
  /** An interface of the machine, without addresses, that is made a port of the network. */
  readonly hostInterface?: string;
}

/** A file system that several sandboxes share. */
export interface FileSystemMount {
  readonly source:
    | { readonly kind: 'folder'; readonly path: string }
    | { readonly kind: 'nfs'; readonly host: string; readonly export: string };
  /** Two levels: `/mnt/<name>`. */
  readonly target: string;
  readonly readOnly: boolean;
  /** User and group of the files that the sandbox accesses; they own the files it creates. */
  readonly uid: number;
  readonly gid: number;
}

/**
 * The unpacked files of a container image, shown read-only. `proc`, `dev`, `tmp`, `mnt`, `run/funcgraph` must be folders in it,
 * `etc/hosts`, `etc/hostname` and `etc/resolv.conf` files. Binds of such a sandbox stand below `PLATFORM_PATH` only.
 */
export interface RootFileSystem {
  readonly path: string;
  /** User and group of the programs in the sandbox; never 0. */
  readonly uid: number;
  readonly gid: number;
}

/** Folder of the platform's files in a sandbox with its own root file system. */
export const PLATFORM_PATH = '/run/funcgraph';

/** Assigns a sandbox that was started without code to a version. */
export interface SandboxAssignment {
  readonly memoryBytes: number;
  /** Replaces the weight that `share` will set. */
  readonly cpuMillis: number;
  /** Attached read-only, in this order; targets below `/opt/function` that exist inside, `CODE_PATH` for one. */
  readonly binds: readonly Bind[];
  /** Default: none. */
  readonly network?: SandboxNetwork;
}

/** An empty folder in every sandbox that was started without a bind there. */
export const CODE_PATH = '/opt/function/code';

/** Path of the link socket in every sandbox. */
export const LINK_PATH = '/run/funcgraph/link.sock';

export type DriverName = 'bubblewrap' | 'process';

/** Features of the driver on this machine. `degraded` is shown to users: one sentence for each missing limit. */
/** What makes sandboxes: the compiled launcher alone, or bubblewrap. The sandboxes are the same. */
export type SandboxWay = 'launcher' | 'bubblewrap';

export interface DriverCapabilities {
  readonly driver: DriverName;
  readonly usable: boolean;
  /** The reason why it is not usable, and the remedy. */
  readonly reason?: string;
  readonly hint?: string;
  readonly rootPrivileges: boolean;
  readonly cgroup: 'v1' | 'v2' | 'none';
  /** Sandboxes can wait frozen, without code, and be assigned to a version later. */
  readonly canAssign: boolean;
  /** Kinds of networks besides `none`; `degraded` has the reason if there are none. */
  readonly networks: boolean;
  readonly mounts: boolean;
  /** `doors` of a sandbox can be opened; `degraded` has the reason if they cannot. */
  readonly doors: boolean;
  /** Absent without sandboxes. */
  readonly way?: SandboxWay;
  readonly degraded: readonly string[];
}

/**
 * Host paths from which the server reads usage itself (so that a warm call needs no request); absent without cgroups.
 */
export interface UsagePaths {
  /** File with the peak memory in bytes as a decimal number. */
  readonly peakMemory?: string;
  /** File with the memory in use in bytes as a decimal number. */
  readonly currentMemory?: string;
  /** File with the CPU time: nanoseconds as one number (`v1`) or a `usage_usec N` line (`v2`). */
  readonly cpuTime?: string;
  readonly cpuTimeFormat?: 'nanoseconds' | 'cpu.stat';
}

/** How a sandbox ended. Measured, never guessed. */
export interface SandboxExit {
  /**
   * Of the first process. A process that was killed by signal N inside a bubblewrap sandbox is reported as 128 + N;
   * `signal` is set when the sandbox as a whole was killed.
   */
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** The kernel killed a process of this sandbox for memory. */
  readonly oomKilled: boolean;
  readonly peakMemoryBytes: number;
  readonly cpuMs: number;
  /** The private `/tmp` was full when it ended. */
  readonly tmpFull: boolean;
}

export type AgentRequest =
  | { readonly op: 'capabilities'; readonly seq: number }
  /** Answered at once: shows that the agent still works. */
  | { readonly op: 'ping'; readonly seq: number }
  | { readonly op: 'start'; readonly seq: number; readonly driver: DriverName; readonly spec: SandboxSpec }
  /**
   * Kills every process of the sandbox and removes its leftovers; answered when that is done, after `exited`.
   * Idempotent.
   */
  | { readonly op: 'stop'; readonly seq: number; readonly id: string }
  /** From now on CPU in proportion to `cpuMillis`. */
  | { readonly op: 'share'; readonly seq: number; readonly id: string }
  | { readonly op: 'usage'; readonly seq: number; readonly id: string }
  /** Answered after all output that the processes of the sandbox wrote until now was sent. */
  | { readonly op: 'flush'; readonly seq: number; readonly id: string }
  /** Answered when no process of the sandbox runs. */
  | { readonly op: 'freeze'; readonly seq: number; readonly id: string }
  | { readonly op: 'thaw'; readonly seq: number; readonly id: string }
  /**
   * Limits, then binds, then thaw; once for each sandbox. If a step fails the sandbox is killed, because it is
   * incomplete.
   */
  | { readonly op: 'assign'; readonly seq: number; readonly id: string; readonly assignment: SandboxAssignment }
  /** Creates the bridge of a network unless it exists. The start of a sandbox of the network also creates it. */
  | { readonly op: 'open-network'; readonly seq: number; readonly network: VpcNetwork }
  /** Removes the bridge; sandboxes on it lose their network. Idempotent. */
  | { readonly op: 'close-network'; readonly seq: number; readonly id: string }
  /** Whether a file system can be mounted, and the access of this user. */
  | { readonly op: 'try-mount'; readonly seq: number; readonly mount: FileSystemMount };

export type AgentReply =
  | { readonly seq: number; readonly ok: true; readonly value: unknown }
  | {
      readonly seq: number;
      readonly ok: false;
      readonly code: AgentErrorCode;
      readonly error: string;
      readonly hint?: string;
    };

/** `value` of the replies by `op`. */
export interface AgentReplies {
  readonly capabilities: readonly DriverCapabilities[];
  readonly ping: Record<string, never>;
  readonly start: { readonly pid: number; readonly usage: UsagePaths };
  readonly stop: Record<string, never>;
  readonly share: Record<string, never>;
  /** Data that `classify` needs while the sandbox is running. */
  readonly usage: {
    readonly peakMemoryBytes: number;
    readonly cpuMs: number;
    readonly tmpFull: boolean;
    readonly oomKilled: boolean;
  };
  readonly flush: Record<string, never>;
  readonly freeze: Record<string, never>;
  readonly thaw: Record<string, never>;
  readonly assign: Record<string, never>;
  readonly 'open-network': { readonly bridge: string };
  readonly 'close-network': Record<string, never>;
  readonly 'try-mount': MountCheck;
}

/** How a file system is shared on this machine. */
export interface MountCheck {
  /**
   * `mapped`: each sandbox keeps a host user of its own. `shared`: the file system cannot map users, so sandboxes that mount
   * it run as its user on the host.
   */
  readonly users: 'mapped' | 'shared';
  /** Whether the permissions let the user create files in its root. */
  readonly writable: boolean;
}

export type AgentEvent =
  | { readonly event: 'ready'; readonly version: string; readonly swept: number }
  | { readonly event: 'exited'; readonly id: string; readonly exit: SandboxExit }
  /** Raw output of the sandbox's first process; cut at 8 KiB a message and 64 KiB a second for each sandbox. */
  | { readonly event: 'output'; readonly id: string; readonly stream: 'stdout' | 'stderr'; readonly text: string };

export type AgentMessage = AgentReply | AgentEvent;
