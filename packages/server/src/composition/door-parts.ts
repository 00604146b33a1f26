import { hostname } from 'node:os';
import { join } from 'node:path';
import {
  AccessLog,
  ApiBodies,
  type ApiParts,
  ApiRoutes,
  type AppOptions,
  apiHandlers,
  BodyBudget,
  BrowserDoor,
  bodyMemoryBytes,
  buildApp,
  ConsolePages,
  createGateway,
  createStorageDoor,
  ExternalObjects,
  type GatewayDeps,
  GroupRoutes,
  KnownHosts,
  LinkedObjects,
  OutsideClients,
  OwnObjects,
  PageFiles,
  RuleGuard,
  type StorageDoorDeps,
  stopGateway,
  Webhooks,
} from '../ingress/index.ts';
import { memo } from '../lib/memo.ts';
import { TrustedProxies } from '../lib/trusted-proxies.ts';
import { ANSWER_MS, addressOf, listen, machineChecks, readiness, updateAddresses } from '../startup/index.ts';
import type { BucketParts } from './bucket-parts.ts';
import type { ClusterParts } from './cluster-parts.ts';
import type { GatewayParts } from './gateway-parts.ts';
import type { HostParts } from './host-parts.ts';
import { serveInside } from './inside-parts.ts';
import type { InstanceParts } from './instance-parts.ts';
import type { ResourceParts } from './resource-parts.ts';
import type { Root } from './root.ts';
import { doorTls, listenSecurely } from './secure-doors.ts';
import type { StateParts } from './state-parts.ts';
import { VERSION } from './version.ts';

/** Made here from the configuration. */
type OwnParts = Pick<
  ApiParts,
  | 'version'
  | 'quotas'
  | 'accountConcurrency'
  | 'idleMs'
  | 'retainDays'
  | 'metricsToken'
  | 'gateway'
  | 'ready'
  | 'checks'
  | 'linkedObjects'
  | 'bucketAddress'
  | 'accessLog'
  | 'browsers'
  | 'consoleAddress'
  | 'publicUrl'
  | 'certificateEnds'
  | 'errorsLogged'
>;

export type DoorDeps = Root &
  Pick<HostParts, 'disk' | 'refuseWhenFull' | 'agent' | 'runtimes'> &
  StateParts &
  Pick<ClusterParts, 'nodes' | 'budgets'> &
  Pick<InstanceParts, 'doors'> &
  Pick<ResourceParts, 'resourceHandlers'> &
  Omit<ApiParts, keyof OwnParts> &
  Omit<
    GatewayDeps,
    'apps' | 'async' | 'isOfConsole' | 'routes' | 'groups' | 'guard' | 'webhooks' | 'clients' | 'bodies'
  > &
  Pick<GatewayParts, 'liveGateway'> &
  Pick<BucketParts, 'buckets' | 'externalS3'>;

/** The servers of the three ports, and those for functions. They do not listen yet. */
export async function doorParts(deps: DoorDeps) {
  const { config, region, clock, log, iam, meter, catalog, flowTriggers, flows, runs, storage, capabilities } = deps;
  const clients = new OutsideClients(new TrustedProxies(config.trustedProxies));
  const bodies = new BodyBudget(bodyMemoryBytes());
  const hosts = knownHosts(config);
  const browsers = new BrowserDoor({ iam, hosts, overHttp: config.console.overHttp });
  const unlessUnavailable = <T>(work: Promise<T>): Promise<T> => storage.unlessUnavailable(work);
  const door = { bodies, clients, iam, region, clock, meter };
  const accessLog = await openAccessLog(deps);
  const gatewayDeps: GatewayDeps = {
    ...{ ...door, catalog, flowTriggers, flows, runs, invoker: deps.invoker, async: deps.asyncInvocations },
    routes: new ApiRoutes({ catalog, flowTriggers, region }),
    webhooks: new Webhooks({ catalog, flowTriggers, eventSecrets: deps.eventSecrets, region }),
    groups: new GroupRoutes(deps.liveGateway),
    guard: new RuleGuard(clock),
    apps: deps.gatewayApps,
    accessLog,
    log: log.child({ module: 'gateway' }),
  };
  const storageDeps: StorageDoorDeps = {
    ...{ ...door, buckets: deps.buckets, unlessUnavailable },
    storageHost: config.storageHost,
    log: log.child({ module: 'storage' }),
  };
  const { doors: tls, certificateEnds } = await doorTls(deps);
  const appOptions: AppOptions = {
    ...{
      clients,
      iam,
      region,
      clock,
      meter,
      unlessUnavailable,
      refuseWhenFull: deps.refuseWhenFull,
      changes: deps.feed,
    },
    bodies: new ApiBodies({ budget: bodies, dataDir: config.dataDir, clients, clock }),
    drainMs: config.drainMs + ANSWER_MS,
    flowName: (projectId, id) => flows.nameOf(projectId, id),
    log: log.child({ module: 'http' }),
    handlers: {
      ...deps.resourceHandlers,
      ...apiHandlers({ ...deps, ...ownParts(deps), accessLog, browsers, certificateEnds }),
    },
  };
  const pages = new ConsolePages({ files: await PageFiles.open(config.console.folder), hosts, log: appOptions.log });
  const isOfConsole = memo(1000, 256, (host) => hosts.isOfConsole(host, config.console.overHttp));
  const outsideGateway = { ...gatewayDeps, isOfConsole };
  const outside = {
    ...(tls.api === undefined ? {} : { secureApp: buildApp({ ...appOptions, browsers, pages, tls: tls.api }) }),
    ...(tls.gateway === undefined ? {} : { secureGateway: createGateway(outsideGateway, tls.gateway) }),
    ...(tls.storage === undefined ? {} : { secureStorage: createStorageDoor(storageDeps, tls.storage) }),
    app: buildApp({ ...appOptions, browsers, pages }),
    gateway: createGateway(outsideGateway),
    storage: createStorageDoor(storageDeps),
  };
  if (capabilities.doors) {
    await serveInside(deps.doors, { appOptions, gatewayDeps, storageDeps, dataDir: config.dataDir });
  }
  deps.replacements.signal?.throwIfAborted();
  return { outside };
}

function knownHosts({ host, publicUrl }: Root['config']): KnownHosts {
  return new KnownHosts({ host, publicUrl, machine: hostname() });
}

/** Functions have pages at the address of the machine itself, so the console has its name. */
function nameOfLoopback(endpoint: string): string {
  return endpoint.replace(/^(http:\/\/)(?:127\.0\.0\.1|\[::1\])(?=:)/, '$1localhost');
}

async function openAccessLog({ config, clock, log, life, disk }: DoorDeps): Promise<AccessLog | undefined> {
  const { accessLogBytes: maxBytes, logRetainDays: retainDays } = config;
  if (maxBytes === undefined) return undefined;
  const dir = join(config.dataDir, 'access-log');
  const accessLog = await AccessLog.open({ dir, maxBytes, retainDays, mayWrite: () => !disk.state.low, clock, log });
  life.onStop(() => accessLog.flush());
  return accessLog;
}

function ownParts({
  config,
  disk,
  storage,
  agent,
  runtimes,
  capabilities,
  addresses,
  replacements,
  iam,
  buckets,
  externalS3,
  nodes,
  life,
  budgets,
  region,
}: DoorDeps): Omit<OwnParts, 'accessLog' | 'browsers' | 'certificateEnds'> {
  const ensureAgent = replacements.driver === undefined ? (): Promise<unknown> => agent.ensureAgent() : undefined;
  return {
    version: VERSION,
    quotas: config.quotas,
    accountConcurrency: config.accountConcurrency,
    idleMs: config.idleMs,
    retainDays: config.logRetainDays,
    metricsToken: config.metricsToken?.reveal(),
    errorsLogged: replacements.errorsLogged,
    gateway: () => addresses.gateway,
    publicUrl: config.publicUrl,
    consoleAddress: () => config.publicUrl ?? nameOfLoopback(addresses.endpoint),
    bucketAddress: () => addresses.storage,
    linkedObjects: new LinkedObjects(
      new OwnObjects({
        ...{ iam, buckets, region },
        storage: () => addresses.storage,
        storageHost: config.storageHost,
      }),
      new ExternalObjects({ iam, externalS3 }),
    ),
    ready: readiness({ disk, storage, nodes, budgets, leaving: life.leaving, ensureAgent }),
    checks: () => machineChecks({ config, storage, runtimes, capabilities, externalS3 }),
  };
}

type ListenDeps = Root & Pick<StateParts, 'addresses' | 'owner'> & Awaited<ReturnType<typeof doorParts>>;

/** Accepts connections; the addresses are those of the servers from then on. */
export async function listenParts(deps: ListenDeps): Promise<void> {
  const { config, clock, life, log, addresses, outside } = deps;
  await deps.owner;
  const { app, secureApp, gateway, secureGateway, storage, secureStorage } = outside;
  const { host } = config;
  const stopDoors = (): Promise<unknown> =>
    Promise.all(
      [gateway, storage, secureGateway, secureStorage].map(
        (server) => server && stopGateway(server, clock, life.drain.closed),
      ),
    );
  // first, because answers of the API contain its address
  await listen(gateway, host, config.gatewayPort);
  life.onStop(stopDoors);
  Object.assign(addresses, { gateway: addressOf(gateway, host) });
  if (secureGateway !== undefined && config.gatewayTls !== undefined) {
    await listenSecurely(secureGateway, { host, port: config.gatewayTls.port, text: 'the gateway listens', log });
  }
  await listen(storage, host, config.storagePort);
  Object.assign(addresses, { storage: addressOf(storage, host) });
  if (secureStorage !== undefined && config.storageTls !== undefined) {
    await listenSecurely(secureStorage, { host, port: config.storageTls.port, text: 'buckets are served', log });
  }
  if (secureApp !== undefined && config.apiTls !== undefined) {
    await secureApp.ready();
    await listenSecurely(secureApp.server, { host, port: config.apiTls.port, text: 'the API listens', log });
  }
  await app.listen({ host, port: config.port });
  life.onStop(() => Promise.all([app.close(), secureApp?.close(), stopDoors()]));
  Object.assign(addresses, { endpoint: addressOf(app.server, host) });
  await updateAddresses(config.dataDir, addresses);
}
