import { availableParallelism } from 'node:os';
import type { Logger } from 'pino';
import type { Config } from '../config/index.ts';
import type { SurroundingsChoice } from '../domain/surroundings.ts';
import {
  bootAndFreeze,
  LinkLimits,
  type PlatformDoors,
  Pool,
  Prewarmed,
  ReservedKeeper,
  type SandboxCapabilities,
  type SandboxDriver,
  type Surroundings,
  startInstance,
  withHostPaths,
} from '../instances/index.ts';
import type { RequestLogs } from '../invocation/index.ts';
import type { Clock } from '../lib/clock.ts';
import type { ControlParts } from './control-parts.ts';

/** Long enough that a client in a loop never reaches a frozen instance. */
const FREEZE_MS = 2_000;
/** A runtime that was unused for this long keeps one sandbox waiting, not more. */
const PREWARM_QUIET_MS = 10 * 60 * 1000;
/** Sandboxes started at the same time; more would only slow each other down. */
const MAX_STARTS = 16;
const MAX_WAITING = 2_000;

export interface InstanceDeps {
  readonly config: Config;
  readonly driver: SandboxDriver;
  readonly capabilities: SandboxCapabilities;
  /** Folder of the link sockets. */
  readonly linkDir: string;
  readonly doors: PlatformDoors;
  readonly logs: RequestLogs;
  readonly control: Pick<ControlParts, 'networks' | 'fileSystems' | 'images'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The pool of instances, the sandboxes that wait for code, and the keeper of reserved instances. */
export function instanceParts(deps: InstanceDeps) {
  const { config, driver, capabilities, linkDir, logs, control, clock, log } = deps;
  const { canAssign } = capabilities;
  const doors = capabilities.doors ? deps.doors : undefined;
  const bootDeps = { driver, linkDir, linkLimits: new LinkLimits(), clock, doors };
  const prewarmed = new Prewarmed({
    boot: (launch) => bootAndFreeze(launch, bootDeps),
    clock,
    limits: { perRuntime: canAssign ? config.prewarm : 0, quietMs: PREWARM_QUIET_MS },
    isTight: (): boolean => pool.isMemoryShort,
    log: log.child({ module: 'prewarmed' }),
  });
  const surroundings = (requested: SurroundingsChoice, projectId: string): Surroundings => ({
    network: control.networks.of(requested, projectId),
    mounts: control.fileSystems.of(requested.mounts, projectId),
  });
  const takePrewarmed = prewarmed.take.bind(prewarmed);
  const onLog = logs.fromInstance.bind(logs);
  const startDeps = {
    ...bootDeps,
    onLog,
    httpStartMs: config.httpStartMs,
    surroundings,
    ...(canAssign ? { takePrewarmed } : {}),
  };
  const pool: Pool = new Pool({
    start: async (spec, signal) => {
      const { rootfs } = spec.runtime;
      if (rootfs !== undefined) await control.images.ready(rootfs.path);
      return startInstance(driver.name === 'process' ? withHostPaths(spec) : spec, startDeps, signal);
    },
    clock,
    processors: availableParallelism(),
    limits: {
      freezeMs: canAssign ? FREEZE_MS : undefined,
      idleMs: config.idleMs,
      maxWaitMs: config.maxWaitMs,
      maxWaiting: MAX_WAITING,
      maxStarts: MAX_STARTS,
      memoryMb: config.memoryBudgetMb,
    },
    log: log.child({ module: 'pool' }),
  });
  const keeper = new ReservedKeeper({ pool, clock, log: log.child({ module: 'reserved' }) });
  return { prewarmed, pool, keeper };
}
