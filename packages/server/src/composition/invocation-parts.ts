import { ReservedPlaces, ReservedRoomStore, reservedQuota } from '../control/index.ts';
import {
  AccountGate,
  DebugSessions,
  Invoker,
  networkGap,
  openReservedDoor,
  ReservedDemand,
  ReservedOfAll,
} from '../invocation/index.ts';
import { startMeasuring } from '../startup/index.ts';
import type { ClusterParts } from './cluster-parts.ts';
import type { ControlParts } from './control-parts.ts';
import { forwardingParts } from './forwarding-parts.ts';
import type { HostParts, SandboxParts } from './host-parts.ts';
import type { InstanceParts } from './instance-parts.ts';
import type { Root } from './root.ts';
import type { StateParts } from './state-parts.ts';

/** Events of one project that wait for its concurrency, together. */
const MAX_WAITING_BYTES = 256 * 1024 * 1024;

export interface InvocationDeps
  extends Root,
    Pick<ClusterParts, 'nodes' | 'cluster' | 'budgets'>,
    Pick<StateParts, 'catalog' | 'iam' | 'telemetry' | 'storage' | 'membership' | 'feed'>,
    Pick<HostParts, 'runtimes'>,
    Pick<SandboxParts, 'capabilities'>,
    Pick<ControlParts, 'networks'>,
    Pick<InstanceParts, 'pool' | 'keeper' | 'logs' | 'doors' | 'prewarmed'> {}

/** Synchronous invocations: admission, calls, and what is measured of them. */
export async function invocationParts(deps: InvocationDeps) {
  const { config, clock, log, life, catalog, pool, keeper, logs, runtimes, iam, telemetry, capabilities, networks } =
    deps;
  const gate = new AccountGate(
    { concurrency: config.accountConcurrency, maxWaitMs: config.maxWaitMs, maxWaitingBytes: MAX_WAITING_BYTES },
    clock,
    deps.budgets?.share('calls'),
  );
  deps.budgets?.follow('calls', gate);
  const { stop, onPeaks, ...measuring } = startMeasuring({ telemetry, pool, config, clock, log });
  life.onStop(stop);
  const debugSessions: DebugSessions = new DebugSessions({
    ...{ catalog, pool, keeper, isPossible: capabilities.doors },
    specFor: (target) => invoker.specFor(target),
    log: log.child({ module: 'debugging' }),
  });
  deps.doors.leadDebuggers((socket, resident) => debugSessions.lead(socket, resident));
  life.onStop(() => debugSessions.stop());
  const forwarding = forwardingParts(deps);
  const invoker = new Invoker({
    catalog,
    pool,
    logs,
    networkGap: ({ surroundings, projectId }) =>
      networkGap(surroundings, {
        ...capabilities,
        egress: config.egress,
        network: networks.of(surroundings, projectId).kind,
      }),
    record: (record) => telemetry.records.append(record),
    launchPlan: (runtime) => runtimes.launchPlan(runtime),
    debugging: debugSessions,
    gate,
    elsewhere: forwarding?.elsewhere,
    running: measuring.running,
    requests: life.requests,
    withTraces: config.otlp !== undefined,
    agencyCredentials: (projectId, agency, depth) => iam.agencyCredentials.of(projectId, agency, depth),
    clock,
    random: Math.random,
  });
  const reservedPlaces = new ReservedPlaces({
    member: deps.membership,
    nodes: deps.nodes,
    store: new ReservedRoomStore(deps.storage.db),
    feed: deps.feed,
    clock,
    onError: (error) => log.error({ err: error }, 'the room for reserved instances could not be noted'),
  });
  await reservedPlaces.start();
  life.onStop(() => reservedPlaces.stop());
  forwarding?.serve(invoker);
  const reservedDemand = new ReservedDemand({
    catalog,
    keeper,
    places: reservedPlaces,
    hasMemoryFor: (mb) => pool.freeMemoryMb >= mb,
    gate,
    quota: reservedQuota(config.accountConcurrency),
    specFor: (target) => invoker.specFor(target),
    clock,
    log: log.child({ module: 'reserved' }),
  });
  reservedDemand.start();
  onPeaks((peaks) => reservedDemand.follow(peaks));
  life.onStop(() => reservedDemand.stop());
  const reservedOfAll = new ReservedOfAll({
    local: reservedDemand,
    nodes: deps.nodes,
    connections: deps.cluster?.connections,
    onUnreachable: ({ name }, error) =>
      log.warn({ server: name, err: error }, 'a server could not be asked for reserved instances'),
  });
  if (deps.cluster !== undefined) openReservedDoor(deps.cluster.listener, reservedDemand);
  return { gate, ...measuring, invoker, debugSessions, reservedOfAll, forwarding };
}

export type InvocationParts = Awaited<ReturnType<typeof invocationParts>>;
