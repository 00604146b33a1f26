import { availableParallelism } from 'node:os';
import type { SurroundingsChoice } from '../domain/surroundings.ts';
import { DoorServers } from '../ingress/index.ts';
import {
  bootAndFreeze,
  LinkLimits,
  Pool,
  Prewarmed,
  ReservedKeeper,
  type Surroundings,
  startInstance,
  withHostPaths,
} from '../instances/index.ts';
import { RequestLogs } from '../invocation/index.ts';
import { forgetDecisionsOnMoves } from '../startup/index.ts';
import type { ClusterParts } from './cluster-parts.ts';
import type { ControlParts } from './control-parts.ts';
import { followChanges } from './follow-changes.ts';
import type { HostParts, SandboxParts } from './host-parts.ts';
import type { Root } from './root.ts';
import type { StateParts } from './state-parts.ts';

/** Long enough that a client in a loop never reaches a frozen instance. */
const FREEZE_MS = 2_000;
/** A runtime that was unused for this long keeps one sandbox waiting, not more. */
const PREWARM_QUIET_MS = 10 * 60 * 1000;
/** Sandboxes started at the same time; more would only slow each other down. */
const MAX_STARTS = 16;
const MAX_WAITING = 2_000;

export type InstanceDeps = Root &
  Pick<HostParts, 'linkDir' | 'runtimes'> &
  Pick<StateParts, 'telemetry' | 'catalog' | 'iam' | 'artifacts'> &
  SandboxParts &
  Pick<ClusterParts, 'budgets'> &
  Pick<ControlParts, 'networks' | 'fileSystems' | 'images' | 'catalogSource'>;

/** `releases` are called when what was started has ended, or cannot be started. */
async function whileUsed<Started extends { readonly exited: Promise<unknown> }>(
  releases: readonly (() => void)[],
  start: () => Promise<Started>,
): Promise<Started> {
  const release = (): void => {
    for (const one of releases) one();
  };
  try {
    const started = await start();
    void started.exited.then(release);
    return started;
  } catch (error) {
    release();
    throw error;
  }
}

/** The pool of instances, the sandboxes that wait for code, and the keeper of reserved instances. */
export function instanceParts(deps: InstanceDeps) {
  const { config, driver, capabilities, linkDir, telemetry, catalog, runtimes, clock, log, life } = deps;
  const { networks, fileSystems, images, catalogSource, artifacts } = deps;
  const logs = new RequestLogs(telemetry.logs, clock, catalog.isReplaced.bind(catalog));
  const doors = new DoorServers(clock);
  life.onStop(() => doors.stop());
  const { canAssign } = capabilities;
  const bootDeps = {
    driver,
    linkDir,
    linkLimits: new LinkLimits(),
    clock,
    doors: capabilities.doors ? doors : undefined,
  };
  const prewarmed = new Prewarmed({
    boot: async (launch) => {
      const uses = launch.rootfs === undefined ? [] : [images.use(launch.rootfs.path)];
      const booting = whileUsed(uses, async () => {
        if (launch.rootfs !== undefined) await images.ready(launch.rootfs.path);
        const booted = await bootAndFreeze(launch, bootDeps);
        return { booted, exited: booted.sandbox.exited };
      });
      return (await booting).booted;
    },
    clock,
    limits: { perRuntime: canAssign ? config.prewarm : 0, quietMs: PREWARM_QUIET_MS },
    isTight: (): boolean => pool.isMemoryShort,
    log: log.child({ module: 'prewarmed' }),
  });
  const surroundings = (requested: SurroundingsChoice, projectId: string): Surroundings => ({
    network: networks.of(requested, projectId),
    mounts: fileSystems.of(requested.mounts, projectId),
  });
  const takePrewarmed = prewarmed.take.bind(prewarmed);
  const onUnusable = (err: unknown): void =>
    log.warn({ module: 'prewarmed', err }, 'a prewarmed runtime could not be used, another one is started');
  const onLog = logs.fromInstance.bind(logs);
  const startDeps = {
    ...bootDeps,
    onLog,
    httpStartMs: config.httpStartMs,
    surroundings,
    ...(canAssign ? { takePrewarmed, onUnusable } : {}),
  };
  const pool: Pool = new Pool({
    start: async (spec, signal) => {
      const { rootfs } = spec.runtime;
      const sources = spec.codeBinds.map(({ source }) => source);
      const uses = [
        ...(rootfs === undefined ? [] : [images.use(rootfs.path)]),
        ...sources.map((at) => artifacts.use(at)),
      ];
      return whileUsed(uses, async () => {
        if (rootfs !== undefined) await images.ready(rootfs.path);
        for (const source of sources) await catalogSource.codeReady(source);
        return startInstance(driver.name === 'process' ? withHostPaths(spec) : spec, startDeps, signal);
      });
    },
    clock,
    limits: {
      freezeMs: canAssign ? FREEZE_MS : undefined,
      idleMs: config.idleMs,
      maxWaitMs: config.maxWaitMs,
      maxWaiting: MAX_WAITING,
      maxStarts: MAX_STARTS,
      firstStarts: availableParallelism(),
      memoryMb: config.memoryBudgetMb,
    },
    share: deps.budgets?.share('instances'),
    log: log.child({ module: 'pool' }),
  });
  deps.budgets?.follow('instances', pool);
  const keeper = new ReservedKeeper({ pool, clock, log: log.child({ module: 'reserved' }) });
  const { cut } = life.drain;
  life.onStop(() => prewarmed.stop());
  cut.addEventListener('abort', () => void pool.stop(cut));
  life.onStop(() => pool.stop(cut));
  life.onStop(() => keeper.stop());
  followChanges({ catalog, images, networks, runtimes, pool, prewarmed, metrics: telemetry.metrics, log });
  forgetDecisionsOnMoves(catalog, deps.iam);
  return { logs, doors, prewarmed, pool, keeper };
}

export type InstanceParts = ReturnType<typeof instanceParts>;
