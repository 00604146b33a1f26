import { mkdir } from 'node:fs/promises';
import type { AddressInfo, Server } from 'node:net';
import { join } from 'node:path';
import { RuntimeRegistry } from '@funcgraph/runtimes';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { ArtifactStore } from './artifacts/index.ts';
import type { Config } from './config/index.ts';
import {
  Aliases,
  AliasStore,
  AsyncConfigStore,
  AsyncConfigs,
  Catalog,
  Dependencies,
  DependencyStore,
  FileSystemStore,
  FileSystems,
  FunctionStore,
  Functions,
  FunctionUrlStore,
  FunctionUrls,
  NetworkStore,
  Networks,
  PublicPackages,
  peakCount,
  ReservedConfigStore,
  ReservedConfigs,
  TestEventStore,
  TestEvents,
  VersionStore,
  Versions,
} from './control/index.ts';
import type { WantedSurroundings } from './domain/surroundings.ts';
import { Iam } from './iam/index.ts';
import { ImageStore, Images, imageLimits, Uploads } from './images/index.ts';
import {
  accessKeyHandlers,
  aliasHandlers,
  buildApp,
  createGateway,
  dependencyHandlers,
  fileSystemHandlers,
  functionAsyncConfigHandlers,
  functionCodeHandlers,
  functionHandlers,
  functionQuotaHandlers,
  functionUrlHandlers,
  HttpMeter,
  iamGrantHandlers,
  iamGroupHandlers,
  iamRightHandlers,
  iamUserHandlers,
  identityHandlers,
  imageHandlers,
  invocationHandlers,
  networkHandlers,
  platformHandlers,
  publicDependencyHandlers,
  reservedInstanceHandlers,
  scrapeHandlers,
  statisticsHandlers,
  stopGateway,
  telemetryHandlers,
  testEventHandlers,
  versionHandlers,
} from './ingress/index.ts';
import {
  bootAndFreeze,
  InstalledRuntimes,
  Pool,
  Prewarmed,
  ReservedKeeper,
  SandboxAgent,
  type SandboxCapabilities,
  type SandboxDriver,
  type Surroundings,
  startInstance,
  waitingOn,
  withHostPaths,
} from './instances/index.ts';
import {
  AccountGate,
  AsyncInvocations,
  Dispatcher,
  functionKeyOf,
  Invoker,
  isKeyOf,
  isStaleKey,
  RequestLogs,
  ReservedDemand,
  resolve,
  runtimeLaunch,
  supervisorOf,
  versionsOf,
} from './invocation/index.ts';
import { type Clock, systemClock } from './lib/clock.ts';
import { openSealer } from './lib/sealer.ts';
import { Queue } from './queue/index.ts';
import {
  chooseSandbox,
  closeRunDir,
  forgetDecisionsOnMoves,
  functionFacts,
  Housekeeping,
  machineChecks,
  networkCheck,
  openRunDir,
  readMetricsToken,
  storageFacts,
  UNAVAILABLE_HOST,
  watchProcess,
  writeCredentials,
} from './startup/index.ts';
import { lockDataDir, openStorage } from './storage/index.ts';
import { GaugeSampler, openTelemetry, RunningCalls } from './telemetry/index.ts';
import { VERSION } from './version.ts';

export interface RunningServer {
  readonly app: FastifyInstance;
  readonly endpoint: string;
  readonly gateway: string;
  readonly credentialsFile: string;
  readonly sandbox: SandboxCapabilities;
  /** Lets what runs finish (within a deadline), writes what is buffered, leaves nothing behind. Idempotent. */
  stop(): Promise<void>;
}

/** What a test puts in the place of the real thing. */
export interface ServerParts {
  readonly log: Logger;
  readonly clock?: Clock;
  readonly driver?: SandboxDriver;
  /** XDG_RUNTIME_DIR of an ordinary user. */
  readonly runtimeDir?: string | undefined;
}

/** Long enough that a client in a loop never meets a frozen instance. */
const FREEZE_MS = 2_000;
/** A runtime that was not needed for this long keeps one sandbox waiting, not more. */
const PREWARM_QUIET_MS = 10 * 60 * 1000;
/** How long running invocations may take when the server stops. */
const DRAIN_MS = 30_000;
/** Sandboxes started at the same time; more would only slow each other down. */
const MAX_STARTS = 16;
const MAX_WAITING = 2_000;
/** Events of one project that wait for its concurrency, together. */
const MAX_WAITING_BYTES = 256 * 1024 * 1024;
/** Of the account's concurrency, what asynchronous invocations may take. */
const ASYNC_SHARE = 0.8;

/** Builds every object and starts them in the order they need each other. The only place that does. */
export async function startServer(config: Config, parts: ServerParts): Promise<RunningServer> {
  const { log, clock = systemClock } = parts;
  const undo: (() => unknown)[] = [];
  let stopping: Promise<void> | undefined;
  // One deadline for all parts, from the moment that the first is told to stop.
  let drain: AbortSignal | undefined;
  const drained = (): AbortSignal => {
    drain ??= AbortSignal.timeout(DRAIN_MS);
    return drain;
  };
  const stop = async (): Promise<void> => {
    for (const step of undo.reverse()) {
      try {
        await step();
      } catch (error) {
        log.error({ err: error }, 'a part could not be stopped');
      }
    }
  };

  try {
    await mkdir(config.dataDir, { recursive: true, mode: 0o711 });
    const lock = lockDataDir(config.dataDir);
    undo.push(() => lock.release());
    const runDir = await openRunDir(config.dataDir, parts.runtimeDir);
    undo.push(() => closeRunDir(runDir));

    // The agent and the runtimes take longest to get ready, and need nobody.
    const agent = new SandboxAgent({ runDir });
    undo.push(() => agent.close());
    const choosing = parts.driver === undefined ? chooseSandbox(agent, config.sandbox) : fixed(parts.driver);
    choosing.catch(() => {});
    const runtimes = new InstalledRuntimes(new RuntimeRegistry(join(config.dataDir, 'runtimes')));
    const registering = runtimes.start();
    registering.catch(() => {});

    const storage = await openStorage({ file: join(config.dataDir, 'funcgraph.db') });
    undo.push(() => storage.close());
    const sealer = await openSealer(join(config.dataDir, 'master.key'));
    const catalog = new Catalog();
    const iam = new Iam({
      db: storage.db,
      sealer,
      clock,
      log: log.child({ module: 'iam' }),
      region: config.region,
      functions: functionFacts(catalog),
      auditRetainDays: config.auditRetainDays,
    });
    const first = await iam.start();
    undo.push(() => iam.stop());
    const queue = await Queue.open({ storage, now: clock.now });
    const telemetry = await openTelemetry({
      dir: config.dataDir,
      retainDays: config.logRetainDays,
      clock,
      onError: (error) => log.error({ err: error }, 'telemetry could not be written'),
    });
    undo.push(() => telemetry.close());

    const artifacts = new ArtifactStore({ dir: join(config.dataDir, 'artifacts') });
    await artifacts.start();
    undo.push(() => artifacts.stop());
    await registering;
    const functionStore = new FunctionStore(storage.db, artifacts);
    const dependencies = new Dependencies({
      store: new DependencyStore(storage.db, artifacts),
      artifacts,
      isReferenced: (sha256) => functionStore.isReferenced(sha256),
      catalog,
      clock,
      linkHosts: config.linkHosts,
    });
    const limits = imageLimits(config.imageBytes);
    const imageDir = join(config.dataDir, 'images');
    const imageLog = log.child({ module: 'images' });
    const images = new Images({ store: new ImageStore(storage.db), dir: imageDir, limits, clock, log: imageLog });
    undo.push(() => images.stop());
    const uploads = new Uploads(join(imageDir, 'uploads'), limits.archiveBytes, clock);
    undo.push(() => uploads.stop());
    const host = parts.driver === undefined ? agent : UNAVAILABLE_HOST;
    const networks = new Networks({
      store: new NetworkStore(storage.db),
      host,
      catalog,
      clock,
      egress: () => config.egress && capabilities.networks,
      retire: (snapshot) => pool.retire(functionKeyOf(snapshot), (key) => isKeyOf(key, snapshot)),
    });
    const fileSystems = new FileSystems({ store: new FileSystemStore(storage.db), host, catalog, clock });
    const functions = new Functions({
      store: functionStore,
      dependencies,
      images,
      artifacts,
      catalog,
      sealer,
      runtimes,
      clock,
      region: config.region,
      quotas: config.quotas,
      checkSurroundings: (wanted) => {
        networks.check(wanted);
        fileSystems.check(wanted.mounts);
      },
    });
    const { access } = functions;
    const aliases = new Aliases({ access, store: new AliasStore(storage.db), clock });
    const versionStore = new VersionStore(storage.db, artifacts);
    const versions = new Versions({ access, store: versionStore, aliases, artifacts, clock });
    const asyncConfigs = new AsyncConfigs(new AsyncConfigStore(storage.db), catalog, clock);
    const functionUrls = new FunctionUrls(new FunctionUrlStore(storage.db), catalog, clock);
    const { accountConcurrency } = config;
    const reservedStore = new ReservedConfigStore(storage.db);
    const reservedConfigs = new ReservedConfigs({ access, store: reservedStore, clock, accountConcurrency });
    const { driver, capabilities } = await choosing;
    agent.onGone((reason) =>
      log.error({ reason }, 'the sandbox agent died; the next start of an instance brings another'),
    );
    const logs = new RequestLogs((line) => telemetry.logs.append([line]), clock);
    const bootDeps = { driver, linkDir: join(runDir, 'links'), clock, onLog: logs.fromInstance.bind(logs) };
    const prewarmed = new Prewarmed({
      boot: (launch) => bootAndFreeze(launch, bootDeps),
      clock,
      limits: { perRuntime: capabilities.canAssign ? config.prewarm : 0, quietMs: PREWARM_QUIET_MS },
      log: log.child({ module: 'prewarmed' }),
    });
    const takePrewarmed = prewarmed.take.bind(prewarmed);
    const surroundings = (wanted: WantedSurroundings): Surroundings => ({
      network: networks.of(wanted),
      mounts: fileSystems.of(wanted.mounts),
    });
    const startDeps = { ...bootDeps, surroundings, ...(capabilities.canAssign ? { takePrewarmed } : {}) };
    const pool = new Pool({
      start: (spec, signal) => startInstance(driver.name === 'process' ? withHostPaths(spec) : spec, startDeps, signal),
      clock,
      limits: {
        freezeMs: capabilities.canAssign ? FREEZE_MS : undefined,
        idleMs: config.idleMs,
        maxWaitMs: config.maxWaitMs,
        maxWaiting: MAX_WAITING,
        maxStarts: MAX_STARTS,
        memoryMb: config.memoryBudgetMb,
      },
      log: log.child({ module: 'pool' }),
    });
    undo.push(() => prewarmed.stop());
    undo.push(() => pool.stop(drained()));
    const keeper = new ReservedKeeper({ pool, clock, log: log.child({ module: 'reserved' }) });
    undo.push(() => keeper.stop());
    catalog.facts.on('function.updated', ({ snapshot, previous }) => {
      if (previous !== undefined) pool.retire(functionKeyOf(snapshot), (key) => isStaleKey(key, snapshot));
      if (previous?.image !== undefined && previous.image.id !== snapshot.image?.id) images.retire(previous.image.id);
      runtimes.launchPlan(supervisorOf(snapshot)).then(
        (plan) => {
          const launch = runtimeLaunch(plan, snapshot.image);
          prewarmed.want(waitingOn(launch, networks.of(snapshot.surroundings)), functionKeyOf(snapshot));
        },
        (error: unknown) =>
          log.info({ runtime: snapshot.runtime, err: error }, 'a function has a runtime that is not installed'),
      );
    });
    catalog.facts.on('version.deleted', ({ snapshot }) => {
      pool.retire(functionKeyOf(snapshot), (key) => isKeyOf(key, snapshot));
      if (snapshot.image !== undefined) images.retire(snapshot.image.id);
    });
    catalog.facts.on('function.deleted', (fact) => {
      pool.retire(functionKeyOf(fact), () => true);
      prewarmed.forget(functionKeyOf(fact));
      for (const { image } of fact.snapshots) if (image !== undefined) images.retire(image.id);
    });
    forgetDecisionsOnMoves(catalog, iam);
    await images.start();
    await uploads.start();
    await dependencies.start();
    await networks.start();
    await fileSystems.start();
    await functions.start();
    undo.push(() => functions.stop());
    await aliases.start();
    await asyncConfigs.start();
    await functionUrls.start();
    await reservedConfigs.start();

    const gate = new AccountGate(
      { concurrency: accountConcurrency, maxWaitMs: config.maxWaitMs, maxWaitingBytes: MAX_WAITING_BYTES },
      clock,
    );
    const running = new RunningCalls();
    const sampler = new GaugeSampler({
      running,
      metrics: telemetry.metrics,
      instances: () => pool.census(),
      clock,
      onError: (error) => log.error({ err: error }, 'gauges could not be written'),
    });
    sampler.start();
    undo.push(() => sampler.stop());
    const invoker = new Invoker({
      catalog,
      pool,
      logs,
      record: (record) => telemetry.records.append(record),
      launchPlan: (runtime) => runtimes.launchPlan(runtime),
      gate,
      running,
      agencyCredentials: (projectId, agency) => iam.agencyCredentials.of(projectId, agency),
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
    const dispatcher = new Dispatcher({
      queue,
      invoker,
      clock,
      log: log.child({ module: 'dispatcher' }),
      // The rest is left for callers who wait.
      slots: Math.max(1, Math.floor(config.accountConcurrency * ASYNC_SHARE)),
    });
    const asyncInvocations = new AsyncInvocations({ queue, catalog, dispatcher, clock, random: Math.random });
    await dispatcher.start();
    undo.push(() => dispatcher.stop(drained()));
    const housekeeping = new Housekeeping({ queue, clock, log });
    housekeeping.start();
    undo.push(() => housekeeping.stop());

    const meter = new HttpMeter();
    const watch = watchProcess();
    undo.push(() => watch.stop());
    const metricsToken = await readMetricsToken(config.metricsTokenFile);
    const gauges = {
      version: VERSION,
      pool: () => pool.gauges(),
      prewarmed: () => prewarmed.waiting,
      async: () => asyncInvocations.gauges(),
      waitingForAccount: () => gate.waiting,
    };
    const app = buildApp({
      iam,
      clock,
      meter,
      drainMs: DRAIN_MS,
      log: log.child({ module: 'http' }),
      handlers: {
        ...identityHandlers({ iam, clock }),
        ...iamUserHandlers(iam),
        ...iamGroupHandlers(iam),
        ...accessKeyHandlers(iam),
        ...iamRightHandlers({ iam, clock }),
        ...iamGrantHandlers(iam),
        ...functionHandlers({ iam, functions, versions, catalog, region: config.region }),
        ...versionHandlers({ versions, region: config.region }),
        ...aliasHandlers({ aliases, region: config.region }),
        ...functionCodeHandlers({ functions, catalog, artifacts, sealer, clock, region: config.region }),
        ...testEventHandlers(new TestEvents(access, new TestEventStore(storage.db), clock)),
        ...imageHandlers({ images, uploads }),
        ...dependencyHandlers({ dependencies, sealer, clock }),
        ...publicDependencyHandlers(new PublicPackages({ dependencies, runtimes })),
        ...functionUrlHandlers({ functions, functionUrls, region: config.region }),
        ...functionQuotaHandlers({
          functions,
          runtimes,
          catalog,
          quotas: config.quotas,
          accountConcurrency,
          running: (projectId) => running.ofProject(projectId),
          reserved: {
            quota: reservedConfigs.quota,
            used: (projectId) => reservedConfigs.list(projectId).reduce((sum, one) => sum + peakCount(one), 0),
          },
          idleSeconds: config.idleMs / 1000,
        }),
        ...functionAsyncConfigHandlers({ functions, catalog, asyncConfigs, region: config.region }),
        ...reservedInstanceHandlers({
          functions,
          reservedConfigs,
          state: (config) => reservedDemand.state(config),
          region: config.region,
        }),
        ...invocationHandlers({ invoker, async: asyncInvocations, clock }),
        ...telemetryHandlers({
          iam,
          telemetry,
          clock,
          functionKey: (urn) => functionKeyOf(resolve(catalog, urn)),
          versionsOf: (urn) => versionsOf(catalog, urn),
        }),
        ...statisticsHandlers({
          telemetry,
          sample: () => sampler.sample(),
          clock,
          region: config.region,
          retainDays: config.logRetainDays,
          functionKey: (urn) => functionKeyOf(resolve(catalog, urn)),
        }),
        ...scrapeHandlers({
          ...gauges,
          telemetry,
          meter,
          process: () => watch.read(),
          storage: () => storageFacts(config.dataDir),
          token: metricsToken,
        }),
        ...networkHandlers(networks),
        ...fileSystemHandlers(fileSystems),
        ...platformHandlers({
          ...gauges,
          runtimes,
          sandbox: async () => capabilities,
          checks: async () => [
            ...(await machineChecks(config.dataDir, runtimes.available())),
            networkCheck(capabilities, config.egress),
          ],
        }),
      },
    });
    await app.listen({ host: config.host, port: config.port });
    undo.push(() => {
      drained();
      return app.close();
    });
    const gateway = createGateway({
      catalog,
      iam,
      invoker,
      region: config.region,
      clock,
      log: log.child({ module: 'gateway' }),
      meter,
    });
    await listen(gateway, config.host, config.gatewayPort);
    undo.push(() => stopGateway(gateway, clock, drained()));

    const endpoint = addressOf(app.server, config.host);
    const gatewayUrl = addressOf(gateway, config.host);
    const credentialsFile = await writeCredentials(
      config.dataDir,
      { endpoint, gateway: gatewayUrl, region: config.region },
      first,
    );
    log.info({ endpoint, gateway: gatewayUrl, driver: driver.name }, 'server ready');
    return {
      app,
      endpoint,
      gateway: gatewayUrl,
      credentialsFile,
      sandbox: capabilities,
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

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((done, reject) => {
    server.once('error', reject);
    server.listen(port, host, done);
  });
}

function addressOf(server: Server, host: string): string {
  const { port } = server.address() as AddressInfo;
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}
