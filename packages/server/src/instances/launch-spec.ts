import type { Bind, FileSystemMount, RootFileSystem, SandboxNetwork } from '@funcgraph/agent';
import type { FunctionContext, ImageStart } from '@funcgraph/runtimes';
import type { WantedSurroundings } from '../domain/surroundings.ts';

/** What an instance shares with others, on this machine. */
export interface Surroundings {
  readonly network: SandboxNetwork;
  readonly mounts: readonly FileSystemMount[];
}

/** What starts a runtime, before it is any function's. */
export interface RuntimeLaunch {
  /** Runtimes of one signature are interchangeable. */
  readonly signature: string;
  readonly command: readonly string[];
  readonly binds: readonly Bind[];
  readonly workingDir: string;
  /** For the runtime's own start; the function's variables travel in `init`. */
  readonly bootEnv: Readonly<Record<string, string>>;
  /** What it reaches before it is any function's; nothing when absent. */
  readonly network?: SandboxNetwork;
  /** The files of a container image, among which it starts. */
  readonly rootfs?: RootFileSystem;
}

/** Everything an instance needs, as data. No catalog or store stands behind it. */
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
  /** Nothing when absent. */
  readonly surroundings?: WantedSurroundings;
  readonly handler: string;
  readonly initializer: string | undefined;
  readonly initializerTimeoutMs: number;
  /** Entry point that says whether the function is well. */
  readonly heartbeat?: string;
  /** Entry point that is called before an instance is stopped that nobody needs any more. */
  readonly preStop?: { readonly handler: string; readonly timeoutMs: number };
  readonly codeRoot: string;
  /** What to run in a container image, in the place of code. */
  readonly image?: ImageStart;
  readonly env: Readonly<Record<string, string>>;
  readonly context: Omit<FunctionContext, 'instanceId'>;
}

/**
 * A runtime as it waits for a function on this network. The default network is there from the start, so that the first
 * call does not wait for it; any other is given with the code, to a runtime that waited without one.
 */
export function waitingOn(launch: RuntimeLaunch, network: SandboxNetwork): RuntimeLaunch {
  return network.kind === 'egress' ? { ...launch, network, signature: `${launch.signature}@egress` } : launch;
}
