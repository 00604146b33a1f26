import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Bind, LINK_PATH, USUAL_LIMITS } from '@funcgraph/agent';
import { LIMITS } from '@funcgraph/api';
import type { Clock } from '../../lib/clock.ts';
import { newInstanceId } from '../../lib/ids.ts';
import { RawOutput } from '../instance/raw-output.ts';
import { type LinkLimits, type LinkLog, LogBudget, listenForLink, RuntimeLink } from '../runtime-link/index.ts';
import type { Sandbox, SandboxDriver } from '../sandbox/index.ts';
import type { RuntimeLaunch, Surroundings } from './launch-spec.ts';
import { type PlatformDoors, SandboxDoors } from './platform-doors.ts';
import { BOOT_TIMEOUT_MS, orExit, within } from './start-errors.ts';

export interface BootDeps {
  readonly driver: SandboxDriver;
  /** Folder for link sockets; short, because a socket path has about 100 characters. */
  readonly linkDir: string;
  /** Shared by all instances. */
  readonly linkLimits: LinkLimits;
  readonly clock: Clock;
  /** Undefined on a machine whose sandboxes cannot call the platform. */
  readonly doors?: PlatformDoors | undefined;
}

export type LogSink = (instanceId: string, log: LinkLog) => void;

/** A sandbox whose runtime has started and sent hello, with no code loaded. */
export interface BootedRuntime {
  readonly id: string;
  readonly sandbox: Sandbox;
  readonly link: RuntimeLink;
  readonly doors: SandboxDoors | undefined;
  readonly sandboxMs: number;
  readonly bootMs: number;
  /** Resolves when all raw output of its processes is written to the log. */
  flushOutput(): Promise<void>;
  /** Sets the sink of its log lines; earlier lines are discarded. */
  logTo(sink: LogSink): void;
}

export interface BootLimits {
  readonly memoryBytes: number;
  readonly cpuMillis: number;
  readonly tmpBytes: number;
  /** Mounts besides the runtime's; empty for a prewarmed sandbox. */
  readonly binds: readonly Bind[];
  /** Undefined for a prewarmed sandbox: its network comes with its code. */
  readonly surroundings?: Surroundings | undefined;
  readonly isDebugged?: boolean;
}

/**
 * Starts a sandbox and its runtime. When it rejects the sandbox is stopped, unless the caller passed `onSandbox`: the
 * caller then stops the sandbox, after it has measured why the start failed.
 */
export async function bootRuntime(
  launch: RuntimeLaunch,
  limits: BootLimits,
  deps: BootDeps,
  options: {
    readonly signal: AbortSignal;
    readonly logTo?: LogSink;
    readonly onSandbox?: (sandbox: Sandbox) => void;
  },
): Promise<BootedRuntime> {
  const { driver, clock, doors: platform } = deps;
  const id = newInstanceId();
  // Not the id, which others can see: a process that knows the name could connect first.
  const socketPath = join(deps.linkDir, `${randomBytes(16).toString('hex')}.sock`);
  const began = clock.monotonic();
  const listener = await listenForLink(socketPath);
  let sandbox: Sandbox | undefined;
  let link: RuntimeLink | undefined;
  let sink = options.logTo;
  const onLog = (log: LinkLog): void => sink?.(id, log);
  try {
    sandbox = await driver.start(
      {
        id,
        command: commandFor(launch, limits.memoryBytes),
        // Only a driver with its own file system shows the socket at the fixed path.
        env: { ...launch.bootEnv, FUNCGRAPH_LINK: driver.name === 'bubblewrap' ? LINK_PATH : socketPath },
        workingDir: launch.workingDir,
        binds: [...launch.binds, ...limits.binds],
        linkSocket: socketPath,
        memoryBytes: limits.memoryBytes,
        cpuMillis: limits.cpuMillis,
        tmpBytes: limits.tmpBytes,
        maxProcesses: USUAL_LIMITS.maxProcesses,
        maxFiles: USUAL_LIMITS.maxFiles,
        ...limits.surroundings,
        ...(launch.rootfs === undefined ? {} : { rootfs: launch.rootfs }),
        ...(platform === undefined ? {} : { doors: doorsOf(platform, limits) }),
      },
      options.signal,
    );
    options.onSandbox?.(sandbox);
    const doors = platform === undefined ? undefined : new SandboxDoors(sandbox, platform);
    const logs = new LogBudget(() => clock.now(), deps.linkLimits.logs);
    const raw = new RawOutput(clock, (log) => {
      if (logs.admit(log.text.length)) onLog({ ...log, requestId: link?.newestRequest ?? '' });
    });
    sandbox.onOutput((output) => raw.push(output));
    void sandbox.exited.then(() => raw.flush());
    const sandboxMs = clock.monotonic() - began;
    const socket = await within(clock, BOOT_TIMEOUT_MS, orExit(listener.connection, sandbox));
    link = new RuntimeLink(socket, { clock, memory: deps.linkLimits.memory, logs, onLog });
    await within(clock, BOOT_TIMEOUT_MS, orExit(link.hello, sandbox));
    const bootMs = clock.monotonic() - began - sandboxMs;
    const logTo = (next: LogSink): void => {
      sink = next;
    };
    const started = sandbox;
    const flushOutput = async (): Promise<void> => {
      await Promise.race([started.flushOutput(), started.exited]);
      raw.flush();
    };
    return { id, sandbox, link, doors, sandboxMs, bootMs, logTo, flushOutput };
  } catch (error) {
    listener.close();
    link?.destroy();
    if (options.onSandbox === undefined) await sandbox?.stop().catch(() => {});
    throw error;
  } finally {
    await rm(socketPath, { force: true });
  }
}

/** A prewarmed runtime may get any memory later. */
export function commandFor({ command, forMemory }: RuntimeLaunch, memoryBytes: number): readonly string[] {
  if (forMemory === undefined || memoryBytes > forMemory.above) return command;
  return command.filter((argument) => !forMemory.arguments.includes(argument));
}

function doorsOf({ ports, debuggerPort }: PlatformDoors, { isDebugged }: BootLimits): readonly number[] {
  return isDebugged === true ? [...ports, debuggerPort] : ports;
}

/** More than any function can have: the limit of the version is set before its code is attached. */
const PREWARM_MEMORY_BYTES = 4 * 2 ** 30;
const PREWARM_CPU_MILLIS = 1000;
/** The size of /tmp is fixed at the start: functions with another one start without a prewarmed runtime. */
export const PREWARM_TMP_BYTES = LIMITS.tmpMb.usual * 2 ** 20;

/** Boots a runtime that waits frozen for code. */
export async function bootAndFreeze(launch: RuntimeLaunch, deps: BootDeps): Promise<BootedRuntime> {
  const limits = {
    memoryBytes: PREWARM_MEMORY_BYTES,
    cpuMillis: PREWARM_CPU_MILLIS,
    tmpBytes: PREWARM_TMP_BYTES,
    binds: [],
    ...(launch.network === undefined ? {} : { surroundings: { network: launch.network, mounts: [] } }),
  };
  // A shim that can runs calls of its own before its hello: nothing waits for it.
  const rehearsing = { ...launch, bootEnv: { ...launch.bootEnv, FUNCGRAPH_REHEARSE: '1' } };
  const booted = await bootRuntime(rehearsing, limits, deps, { signal: new AbortController().signal });
  await booted.sandbox.freeze();
  booted.link.rest();
  return booted;
}
