import type { Bind, FileSystemMount, RootFileSystem, SandboxNetwork } from '@funcgraph/agent';
import type { FunctionContext, ImageStart } from '@funcgraph/runtimes';
import type { SurroundingsChoice } from '../../domain/surroundings.ts';

/** Resources of this machine that an instance shares with others. */
export interface Surroundings {
  readonly network: SandboxNetwork;
  readonly mounts: readonly FileSystemMount[];
}

/** Starts a runtime before it belongs to a function. */
export interface RuntimeLaunch {
  /** Runtimes of one signature are interchangeable. */
  readonly signature: string;
  /** As `signature`, but the same on all servers, which have the files of the runtime in folders of their own. */
  readonly commonSignature?: string;
  readonly command: readonly string[];
  /** Arguments that are left out for an instance with at most this memory. */
  readonly forMemory?: { readonly above: number; readonly arguments: readonly string[] };
  readonly binds: readonly Bind[];
  readonly workingDir: string;
  /** For the runtime's own start; the function's variables travel in `init`. */
  readonly bootEnv: Readonly<Record<string, string>>;
  /** Network before it belongs to a function; none when absent. */
  readonly network?: SandboxNetwork;
  /** The files of a container image, used as the root file system. */
  readonly rootfs?: RootFileSystem;
}

/** Of an instance whose code is debugged. */
export interface Debugging {
  /** The port of its debugger in the sandbox. */
  readonly port: number;
  /** Whether someone may have stopped the code: then no request times out. */
  isAttached(): boolean;
}

/** Everything an instance needs, as data, without access to catalog or store. */
export interface LaunchSpec {
  /** Instances of one key are interchangeable: same function, version, code and configuration. */
  readonly key: string;
  /** Instances are counted and logged under this. */
  readonly functionKey: string;
  readonly projectId: string;
  readonly version: string;
  /** −1 for no limit, 0 for none. */
  readonly maxInstances: number;
  readonly concurrency: number;
  readonly memoryMb: number;
  readonly tmpBytes: number;
  readonly runtime: RuntimeLaunch;
  /** The code of the version, read-only. */
  readonly codeBinds: readonly Bind[];
  /** None when absent. */
  readonly surroundings?: SurroundingsChoice;
  readonly handler: string;
  readonly initializer: string | undefined;
  readonly initializerTimeoutMs: number;
  /** Entry point that reports whether the function is healthy. */
  readonly heartbeat?: string;
  /** Entry point that is called before an unused instance is stopped. */
  readonly preStop?: { readonly handler: string; readonly timeoutMs: number };
  readonly codeRoot: string;
  /** Opens a debugger in the instance. */
  readonly debug?: Debugging;
  /** Start command in a container image, instead of code. */
  readonly image?: ImageStart;
  readonly env: Readonly<Record<string, string>>;
  readonly context: Omit<FunctionContext, 'instanceId'>;
}

/**
 * The launch of a runtime that waits for a function on this network. The default network is attached at the start, so
 * that the first call does not wait for it; other networks are attached with the code, to a runtime without a network.
 */
export function waitingOn(launch: RuntimeLaunch, network: SandboxNetwork): RuntimeLaunch {
  if (network.kind !== 'egress') return launch;
  const { signature, commonSignature = signature } = launch;
  return { ...launch, network, signature: `${signature}@egress`, commonSignature: `${commonSignature}@egress` };
}
