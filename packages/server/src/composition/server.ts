import { realpath } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { RuntimeRegistry } from '@funcgraph/runtimes';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { ArtifactStore, SharedBlobs } from '../artifacts/index.ts';
import type { Config } from '../config/index.ts';
import { Catalog, ProjectContentsStore } from '../control/index.ts';
import { RunService } from '../flows/index.ts';
import { Iam } from '../iam/index.ts';
import {
  ApiBodies,
  ApiRoutes,
  type AppOptions,
  apiHandlers,
  BodyBudget,
  bodyMemoryBytes,
  buildApp,
  createGateway,
  createStorageDoor,
  DoorServers,
  OutsideClients,
  stopGateway,
} from '../ingress/index.ts';
import { InstalledRuntimes, SandboxAgent, type SandboxCapabilities, type SandboxDriver } from '../instances/index.ts';
import { AccountGate, Invoker, RequestLogs, ReservedDemand, RunningRequests } from '../invocation/index.ts';
import { emptyLinkDir } from '../launcher/index.ts';
import { type Clock, systemClock } from '../lib/clock.ts';
import { makeDataDir } from '../lib/data-dir.ts';
import { TrustedProxies } from '../lib/trusted-proxies.ts';
import { Queue, SteadyTime } from '../queue/index.ts';
import { makeResources } from '../resources/index.ts';
import {
  ANSWER_MS,
  addressOf,
  checkShared,
  chooseSandbox,
  credentialsFile,
  DiskGuard,
  Drain,
  forgetDecisionsOnMoves,
  functionFacts,
  listen,
  machineChecks,
  openDatabase,
  plannedAddresses,
  readiness,
  startMeasuring,
  UNAVAILABLE_HOST,
  updateAddresses,
  writeCredentials,
} from '../startup/index.ts';
import { ChangeFeed, Duty, type DutyOptions, Leases, lockDataDir, Membership } from '../storage/index.ts';
import { openTelemetry } from '../telemetry/index.ts';
import { asyncParts } from './async-parts.ts';
import { bucketParts } from './bucket-parts.ts';
import { controlParts, startControl, sweepLeftovers, sweepShared } from './control-parts.ts';
import { deliveryRefusal, topicRefusal } from './delivery-rights.ts';
import { startFlowEngine } from './flow-parts.ts';
import { followChanges } from './follow-changes.ts';
import { serveInside } from './inside-parts.ts';
import { instanceParts } from './instance-parts.ts';
import { type LaunchedParts, openOwnAgent } from './own-agent.ts';
import { resultObjects } from './result-objects.ts';
import { serviceParts } from './service-parts.ts';
import { startFlow, topicParts, topicPublishing } from './topic-parts.ts';
import { VERSION } from './version.ts';

export interface RunningServer {
  readonly app: FastifyInstance;
  readonly endpoint: string;
  readonly gateway: string;
  /** Address of buckets. */
  readonly storage: string;
  readonly credentialsFile: string;
  readonly sandbox: SandboxCapabilities;
  /** Resolves if the server permanently loses a part without which it cannot store data: it should be stopped then. */
  readonly broken: Promise<Error>;
  /** Lets running invocations finish (within a deadline), writes buffered data, leaves nothing behind. Idempotent. */
  stop(): Promise<void>;
}

/** Replacements by tests. */
export interface ServerParts {
  readonly log: Logger;
  readonly clock?: Clock;
  readonly driver?: SandboxDriver;
  /** The launcher, when the server runs as an ordinary user and its agent as root. */
  readonly launched?: LaunchedParts | undefined;
  /** XDG_RUNTIME_DIR of an ordinary user. */
  readonly runtimeDir?: string | undefined;
  /** Aborts the start: it rejects soon, and leaves nothing behind. */
  readonly signal?: AbortSignal;
}

/** Events of one project that wait for its concurrency, together. */
const MAX_WAITING_BYTES = 256 * 1024 * 1024;

/** Builds all objects and starts them in the order of their dependencies. The only place that does. */
export async function startServer(config: Config, parts: ServerParts): Promise<RunningServer> {
  const { log, clock = systemClock } = parts;
  const { region } = config;
  const undo: (() => unknown)[] = [];
  let stopping: Promise<void> | undefined;
  // One deadline for all parts, from the moment that the first begins to stop.
  const requests = new RunningRequests(clock);
  const drain = new Drain({ drainMs: config.drainMs, requests, log });
  const broken = Promise.withResolvers<Error>();
  const stop = async (): Promise<void> => {
    drain.begin();
    for (const step of undo.reverse()) {
      try {
        await step();
      } catch (error) {
        log.error({ err: error }, 'a part could not be stopped');
      }
    }
    drain.over();
  };

  try {
    await makeDataDir(config.dataDir);
    // first, because not even the lock can be taken on a full disk
    const disk = new DiskGuard({ dataDir: config.dataDir, minFreeBytes: config.minFreeDiskBytes, clock, log });
    await disk.start();
    undo.push(() => disk.stop());
    const lock = lockDataDir(config.dataDir);
    undo.push(() => lock.release());
    const { runDir, linkDir, startAgent, removeRunDir } =
      parts.launched ?? (await openOwnAgent(config, parts.runtimeDir));
    undo.push(() => emptyLinkDir(linkDir).then(removeRunDir));

    // The agent and the runtimes take longest to start, and depend on nothing else.
    const agent = new SandboxAgent(startAgent);
    undo.push(() => agent.close());
    const root = {
      isRoot: parts.launched !== undefined || process.getuid?.() === 0,
      isAllowed: config.rootWithoutIsolation,
    };
    const choosing = parts.driver === undefined ? chooseSandbox(agent, config.sandbox, root) : fixed(parts.driver);
    choosing.catch(() => {});
    const runtimes = new InstalledRuntimes(
      new RuntimeRegistry(join(config.dataDir, 'runtimes'), { searchPath: config.searchPath }),
    );
    const registering = runtimes.start();
    registering.catch(() => {});

    const { sealer, home, storage } = await openDatabase({ config, log, onDeath: broken.resolve });
    undo.push(() => storage.close());
    const membership = await Membership.join({
      storage,
      home,
      name: `${hostname()} (${process.pid})`,
      version: VERSION,
      clock,
      onError: (error) => log.error({ err: error }, 'a heartbeat failed'),
      onConflict: broken.resolve,
    });
    undo.push(() => membership.leave());
    checkShared(membership, config);
    const leases = new Leases(storage, membership);
    const feed = new ChangeFeed(storage.db);
    undo.push(() => feed.stop());
    const catalog = new Catalog();
    const iam = new Iam({
      storage,
      feed,
      sealer,
      clock,
      log: log.child({ module: 'iam' }),
      region: config.region,
      functions: functionFacts(catalog, new ProjectContentsStore(storage.db)),
      auditRetainDays: config.auditRetainDays,
    });
    const addresses = plannedAddresses(config);
    await iam.start((credentials) => writeCredentials(config.dataDir, addresses, credentials));
    undo.push(() => iam.stop());
    const steady = await SteadyTime.open({
      storage,
      hasPeers: membership.livePeer !== undefined,
      clock,
      onError: (error) => log.error({ err: error }, 'steady time could not be noted'),
    });
    undo.push(() => steady.stop());
    const queue = await Queue.open({
      storage,
      member: membership,
      now: () => steady.now(),
      wallTime: clock.now,
      maxOfOwner: { messages: config.quotas.asyncEvents, bytes: config.quotas.asyncBytes },
    });
    const telemetry = await openTelemetry({
      dir: config.dataDir,
      retainDays: config.logRetainDays,
      limits: { totalBytes: config.logBytes, projectBytes: config.logBytesPerProject },
      mayWriteLogs: () => !disk.state.low,
      clock,
      onError: (error) => log.error({ err: error }, 'telemetry could not be written'),
      onSetAside: (path) => log.warn({ path }, 'a damaged file of logs and metrics was set aside; a new one was begun'),
    });
    undo.push(() => telemetry.close());

    const artifacts = new ArtifactStore({
      dir: join(config.dataDir, 'artifacts'),
      ...(config.sharedArtifacts === undefined ? {} : { shared: new SharedBlobs(config.sharedArtifacts) }),
    });
    await artifacts.start();
    undo.push(() => artifacts.stop());
    await registering;
    const { driver, capabilities } = await choosing;
    parts.signal?.throwIfAborted();
    const control = controlParts({
      config,
      storage,
      feed,
      artifacts,
      catalog,
      sealer,
      runtimes,
      tenants: iam.tenancy,
      ownFolders: await Promise.all([config.dataDir, runDir].map((folder) => realpath(folder))),
      host: parts.driver === undefined ? agent : UNAVAILABLE_HOST,
      egress: config.egress && capabilities.networks,
      clock,
      log,
    });
    undo.push(() => control.images.stop());
    undo.push(() => control.uploads.stop());
    agent.onGone((reason) =>
      log.error({ reason }, 'the sandbox agent died; the next start of an instance brings another'),
    );
    const logs = new RequestLogs((line) => telemetry.logs.append([line]), clock);
    const doors = new DoorServers(clock);
    undo.push(() => doors.stop());
    const { prewarmed, pool, keeper } = instanceParts({
      config,
      driver,
      capabilities,
      linkDir,
      doors,
      logs,
      control,
      clock,
      log,
    });
    undo.push(() => prewarmed.stop());
    drain.cut.addEventListener('abort', () => void pool.stop(drain.cut));
    undo.push(() => pool.stop(drain.cut));
    undo.push(() => keeper.stop());
    followChanges({ catalog, control, runtimes, pool, prewarmed, log });
    forgetDecisionsOnMoves(catalog, iam);
    await startControl(control);
    const resources = makeResources({ ...control, db: storage.db, iam, clock, region });
    await resources.start();
    undo.push(() => control.functions.stop());

    const gate = new AccountGate(
      { concurrency: config.accountConcurrency, maxWaitMs: config.maxWaitMs, maxWaitingBytes: MAX_WAITING_BYTES },
      clock,
    );
    const measuring = startMeasuring({ telemetry, pool, config, clock, log });
    undo.push(() => measuring.stop());
    const { running, meter } = measuring;
    const invoker = new Invoker({
      catalog,
      pool,
      logs,
      record: (record) => telemetry.records.append(record),
      launchPlan: (runtime) => runtimes.launchPlan(runtime),
      gate,
      running,
      requests,
      agencyCredentials: (projectId, agency, depth) => iam.agencyCredentials.of(projectId, agency, depth),
      clock,
      random: Math.random,
    });
    const reservedDemand = new ReservedDemand({
      catalog,
      keeper,
      gate,
      specFor: (target) => invoker.specFor(target),
      clock,
      log: log.child({ module: 'reserved' }),
    });
    reservedDemand.start();
    undo.push(() => reservedDemand.stop());
    const base = { config, storage, queue, membership, catalog, clock, steady, log };
    const publishing = topicPublishing({ ...base, refuseWhenFull: () => disk.refuse() });
    const async = asyncParts({
      ...base,
      topicMessage: (message) => publishing.publisher.unstored(message),
      topicRefusalOf: topicRefusal(iam),
      storeObject: (object) => storeObject(object),
      invoker,
      logs,
      refusalOf: deliveryRefusal(iam),
      sweepLeftovers: () => sweepLeftovers(control),
      sweepShared: () => sweepShared(control),
      refuseWhenFull: () => disk.refuse(),
    });
    await feed.follow('cancelled-message', (ids) => async.dispatcher.cancelRequested(ids));
    if (storage.signals !== undefined) feed.hearOthers({ signals: storage.signals, clock });
    await async.dispatcher.start();
    drain.begun.addEventListener('abort', () => void async.dispatcher.stop(drain.closed));
    undo.push(() => async.dispatcher.stop(drain.closed));
    async.backlogWatch.start();
    undo.push(() => async.backlogWatch.stop());
    async.housekeeping.start();
    undo.push(() => async.housekeeping.stop());
    const flowEngine = await startFlowEngine({ ...base, feed, flows: control.flows, invoker, iam, sealer, telemetry });
    drain.begun.addEventListener('abort', () => flowEngine.drain());
    undo.push(() => flowEngine.stop(drain.closed));
    const duty = (name: string, work: Pick<DutyOptions, 'begin' | 'end'>): Duty =>
      new Duty({
        ...work,
        name,
        leases,
        peers: membership,
        clock,
        onError: (error) => log.error({ err: error, duty: name }, 'work for all servers could not begin or end'),
      });
    const upkeep = duty('housekeeping', {
      begin: (lease) => async.housekeeping.startShared(() => leases.isHeld(lease)),
      end: () => async.housekeeping.stopShared(),
    });
    await upkeep.start();
    undo.push(() => upkeep.stop());
    const runs = new RunService(flowEngine);
    const { facts, sources } = serviceParts({
      ...base,
      ...control,
      feed,
      runs,
      async: async.invocations,
      leftOut: ({ message, ...refused }) => invoker.recordRefused(refused, message),
      log: log.child({ module: 'triggers' }),
    });
    const { buckets, ...bucketWork } = await bucketParts({
      ...base,
      facts,
      leases,
      refuseWhenFull: () => disk.refuse(),
      mayRemove: control.mayRemove,
      duty,
    });
    await bucketWork.duty.start();
    undo.push(() => bucketWork.duty.stop());
    const storeObject = resultObjects(iam, buckets);
    await async.deliverer.start();
    undo.push(() => async.deliverer.stop(drain.cut));

    let endpoint = addresses.endpoint;
    const topics = topicParts({
      ...base,
      deadLetters: async.deadLetterBox,
      sealer,
      startFlow: startFlow(control.flows, runs),
      publishing,
      endpoint: () => endpoint,
    });
    await topics.notifier.start();
    undo.push(() => topics.closeMail());
    undo.push(() => topics.notifier.stop(drain.cut));
    topics.fanOut.start();
    undo.push(() => topics.fanOut.stop());

    const clients = new OutsideClients(new TrustedProxies(config.trustedProxies));
    const bodies = new BodyBudget(bodyMemoryBytes());
    const door = { bodies, clients, iam, region, clock, meter };
    const gatewayDeps = {
      ...door,
      routes: new ApiRoutes({ catalog, flowTriggers: control.flowTriggers, region: config.region }),
      catalog,
      apps: control.gatewayApps,
      flowTriggers: control.flowTriggers,
      flows: control.flows,
      runs,
      invoker,
      async: async.invocations,
      log: log.child({ module: 'gateway' }),
    };
    const gateway = createGateway(gatewayDeps);
    const storageDeps = {
      ...door,
      buckets,
      storageHost: config.storageHost,
      log: log.child({ module: 'storage' }),
      unlessUnavailable: <T>(work: Promise<T>) => storage.unlessUnavailable(work),
    };
    const storageDoor = createStorageDoor(storageDeps);
    const appOptions: AppOptions = {
      refuseWhenFull: () => disk.refuse(),
      bodies: new ApiBodies({ budget: bodies, dataDir: config.dataDir, clients, clock }),
      clients,
      iam,
      clock,
      meter,
      drainMs: config.drainMs + ANSWER_MS,
      unlessUnavailable: (work) => storage.unlessUnavailable(work),
      changes: feed,
      flowName: (projectId, id) => control.flows.nameOf(projectId, id),
      log: log.child({ module: 'http' }),
      handlers: {
        ...resources.handlers,
        ...apiHandlers({
          ...control,
          ...measuring,
          ...topics.handlers,
          version: VERSION,
          iam,
          artifacts,
          catalog,
          sealer,
          runtimes,
          capabilities,
          pool,
          prewarmed,
          gate,
          invoker,
          reservedDemand,
          asyncInvocations: async.invocations,
          queue,
          deadLetterBox: async.deadLetterBox,
          deadLetters: async.deadLetters,
          telemetry,
          clock,
          region,
          quotas: config.quotas,
          bucketUsage: bucketWork.usage,
          accountConcurrency: config.accountConcurrency,
          idleMs: config.idleMs,
          retainDays: config.logRetainDays,
          metricsToken: config.metricsToken?.reveal(),
          runs,
          gateway: () => addressOf(gateway, config.host),
          ready: readiness({
            disk,
            storage,
            ensureAgent: parts.driver === undefined ? () => agent.ensureAgent() : undefined,
          }),
          checks: () => machineChecks({ config, storage, runtimes, capabilities }),
        }),
      },
    };
    const app = buildApp(appOptions);
    if (capabilities.doors) await serveInside(doors, { appOptions, gatewayDeps, storageDeps, dataDir: config.dataDir });
    parts.signal?.throwIfAborted();
    const triggerDuty: Duty = duty('triggers', {
      begin: async (lease) => {
        const fired = new Map([
          ...(await control.triggers.lastTicks()),
          ...(await control.flowTriggers.store.ticks.last()),
        ]);
        const onRefused = (): void => triggerDuty.doubt();
        sources.start({ fired, guard: leases.guard(lease), onRefused });
        log.info({ epoch: lease.epoch }, 'this server serves the sources of triggers');
      },
      end: () => sources.stop(),
    });
    await triggerDuty.start();
    undo.push(() => triggerDuty.stop());
    // first, because answers of the API contain its address
    await listen(gateway, config.host, config.gatewayPort);
    const stopDoors = (): Promise<unknown> =>
      Promise.all([gateway, storageDoor].map((server) => stopGateway(server, clock, drain.closed)));
    undo.push(stopDoors);
    await listen(storageDoor, config.host, config.storagePort);
    await app.listen({ host: config.host, port: config.port });
    undo.push(() => Promise.all([app.close(), stopDoors()]));

    endpoint = addressOf(app.server, config.host);
    const gatewayUrl = addressOf(gateway, config.host);
    const storageUrl = addressOf(storageDoor, config.host);
    await updateAddresses(config.dataDir, { endpoint, gateway: gatewayUrl, storage: storageUrl, region });
    log.info({ endpoint, gateway: gatewayUrl, storage: storageUrl, driver: driver.name }, 'server ready');
    return {
      app,
      endpoint,
      gateway: gatewayUrl,
      storage: storageUrl,
      credentialsFile: credentialsFile(config.dataDir),
      sandbox: capabilities,
      broken: broken.promise,
      stop() {
        stopping ??= stop();
        return stopping;
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function fixed(driver: SandboxDriver): Promise<{ driver: SandboxDriver; capabilities: SandboxCapabilities }> {
  return { driver, capabilities: await driver.capabilities() };
}
