import { join } from 'node:path';
import type { Logger } from 'pino';
import { type ArtifactStore, SharedBlobs } from '../artifacts/index.ts';
import type { Config } from '../config/index.ts';
import {
  Aliases,
  AliasStore,
  AsyncConfigStore,
  AsyncConfigs,
  AsyncStatusLogs,
  type Catalog,
  CatalogSource,
  Dependencies,
  DependencyStore,
  FileSystemStore,
  FileSystems,
  FunctionExports,
  FunctionImports,
  FunctionStore,
  Functions,
  FunctionTemplates,
  FunctionUrlStore,
  FunctionUrls,
  GatewayAppStore,
  GatewayApps,
  NetworkStore,
  Networks,
  PublicPackages,
  ReservedConfigStore,
  ReservedConfigs,
  ShareStore,
  Shares,
  type TriggerSources,
  TriggerStore,
  Triggers,
  VersionStore,
  Versions,
} from '../control/index.ts';
import { FlowStore, Flows, FlowTriggerStore, FlowTriggers, makeTriggersOfOlderFlows } from '../flows/index.ts';
import { ImageStore, Images, imageLimits, Uploads } from '../images/index.ts';
import type { InstalledRuntimes } from '../instances/index.ts';
import { DESTINATIONS } from '../invocation/index.ts';
import type { Clock } from '../lib/clock.ts';
import { leftoverRule } from '../lib/leftovers.ts';
import type { Sealer } from '../lib/sealer.ts';
import { BucketStore, TopicStore } from '../services/index.ts';
import type { ChangeFeed, Storage } from '../storage/index.ts';
import { TRIGGERS } from '../triggers/index.ts';

type NetworksOptions = ConstructorParameters<typeof Networks>[0];

export interface ControlDeps {
  readonly config: Config;
  readonly storage: Storage;
  readonly feed: ChangeFeed;
  readonly artifacts: ArtifactStore;
  readonly catalog: Catalog;
  readonly sealer: Sealer;
  readonly runtimes: InstalledRuntimes;
  /** Support of this machine for networks and file systems. */
  readonly host: NetworksOptions['host'] & ConstructorParameters<typeof FileSystems>[0]['host'];
  readonly egress: NetworksOptions['egress'];
  /** Which account a project belongs to. */
  readonly tenants: ConstructorParameters<typeof Shares>[0]['tenants'];
  /** Data directory and run directory, with links resolved. */
  readonly ownFolders: readonly string[];
  readonly clock: Clock;
  readonly log: Logger;
}

export type ControlParts = ReturnType<typeof controlParts>;

/**
 * All configured and stored data: functions and everything that belongs to them. Nothing is read before `startControl`.
 */
export function controlParts(deps: ControlDeps) {
  const { config, storage, feed, artifacts, catalog, sealer, runtimes, host, clock } = deps;
  const { db } = storage;
  const functionStore = new FunctionStore(db, artifacts);
  const dependencies = new Dependencies({
    store: new DependencyStore(db, artifacts),
    feed,
    artifacts,
    isReferenced: (sha256) => functionStore.isReferenced(sha256),
    catalog,
    clock,
    linkHosts: config.linkHosts,
  });
  const log = deps.log.child({ module: 'leftovers' });
  const mayRemove = leftoverRule({
    databaseBornAt: storage.bornAt,
    now: () => clock.now(),
    onOlder: (path) => log.warn({ path }, 'files that the database does not know are older than it and are kept'),
  });
  const limits = imageLimits(config.imageBytes);
  const dir = join(config.dataDir, 'images');
  const images = new Images({
    store: new ImageStore(db),
    dir,
    limits,
    clock,
    mayRemove,
    shared: config.sharedArtifacts === undefined ? undefined : new SharedBlobs(join(config.sharedArtifacts, 'images')),
    log: deps.log.child({ module: 'images' }),
  });
  const uploads = new Uploads(join(dir, 'uploads'), limits.archiveBytes, clock);
  const { egress } = deps;
  const shares = new Shares({ store: new ShareStore(db), feed, tenants: deps.tenants, clock });
  const networks = new Networks({
    ...{ store: new NetworkStore(db), feed, host, catalog, clock, egress },
    mayUse: (id, projectId) => shares.mayUse('network', id, projectId),
    onRemoved: (id) => shares.removeAll('network', id),
  });
  const fileSystems = new FileSystems({
    ...{ store: new FileSystemStore(db), feed, host, catalog, clock },
    mayUse: (id, projectId) => shares.mayUse('file-system', id, projectId),
    onRemoved: (id) => shares.removeAll('file-system', id),
    ownFolders: deps.ownFolders,
    mountUsers: config.mountUsers,
  });
  shares.onChange((kind, resource) => {
    if (kind === 'network') networks.sharingChanged(resource);
    if (kind === 'file-system') fileSystems.sharingChanged(resource);
  });
  const functions = new Functions({
    store: functionStore,
    feed,
    dependencies,
    images,
    artifacts,
    catalog,
    sealer,
    runtimes,
    clock,
    linkHosts: config.linkHosts,
    region: config.region,
    quotas: config.quotas,
    checkSurroundings: (requested, projectId) => {
      networks.check(requested, projectId);
      fileSystems.check(requested.mounts, projectId);
    },
    mayUseImage: (repository, projectId) => shares.mayUse('image', repository, projectId),
  });
  const { access } = functions;
  const aliasStore = new AliasStore(db);
  const aliases = new Aliases({ access, store: aliasStore, clock });
  const functionTemplates = new FunctionTemplates(runtimes);
  const asyncConfigStore = new AsyncConfigStore(db);
  const reservedStore = new ReservedConfigStore(db);
  const urlStore = new FunctionUrlStore(db);
  const triggerStore = new TriggerStore(db);
  const catalogSource = new CatalogSource({
    feed,
    access,
    artifacts,
    dependencies,
    stores: {
      functions: functionStore,
      aliases: aliasStore,
      asyncConfigs: asyncConfigStore,
      urls: urlStore,
      reserved: reservedStore,
      triggers: triggerStore,
    },
    onLostCode: ({ error, ...lost }) =>
      deps.log.error(
        { ...lost, ...(error === undefined ? {} : { err: error }) },
        'the code of a version is lost: upload it again, or restore a backup',
      ),
  });
  const { accountConcurrency } = config;
  const buckets = new BucketStore(storage);
  const topics = new TopicStore(db);
  const sources: TriggerSources = {
    bucket: (name) => buckets.owner(name),
    topic: async ({ region, projectId, name }) =>
      region === config.region && (await topics.find(projectId, name)) !== undefined,
  };
  const flowTriggers = new FlowTriggers({ store: new FlowTriggerStore(db), feed });
  const flowStore = new FlowStore(db);
  return {
    mayRemove,
    images,
    uploads,
    dependencies,
    shares,
    networks,
    fileSystems,
    catalogSource,
    functions,
    aliases,
    versions: new Versions({ access, store: new VersionStore(db, artifacts), aliases, artifacts, clock }),
    functionExports: new FunctionExports(artifacts, clock),
    functionImports: new FunctionImports({
      artifacts,
      dependencies,
      collect: (sha256) => access.collector.now(sha256),
    }),
    functionTemplates,
    asyncConfigs: new AsyncConfigs({
      store: asyncConfigStore,
      catalog,
      feed,
      clock,
      kinds: DESTINATIONS,
      webhookHosts: config.webhookHosts,
    }),
    asyncStatusLogs: new AsyncStatusLogs(asyncConfigStore, clock),
    functionUrls: new FunctionUrls(urlStore, catalog, feed, clock),
    reservedConfigs: new ReservedConfigs({ access, store: reservedStore, clock, accountConcurrency }),
    flows: new Flows({
      store: flowStore,
      catalog,
      triggers: flowTriggers,
      sources,
      clock,
      region: config.region,
      quota: config.quotas.flows,
    }),
    gatewayApps: new GatewayApps({ store: new GatewayAppStore(db), feed, catalog, sealer, clock }),
    flowTriggers,
    olderFlows: () => makeTriggersOfOlderFlows({ store: flowStore, now: clock.now(), log: deps.log }),
    triggers: new Triggers({
      ...{ access, store: triggerStore, kinds: TRIGGERS, sources, clock },
      ofFlows: function* (source) {
        for (const { flow, name, settings } of flowTriggers.listening(source)) {
          yield { flow: flow.name, settings: { ...settings, name } };
        }
      },
      elsewhere: (key) => {
        const serving = flowTriggers.serving(key);
        return serving && `Flow ${serving.flow.name} serves it.`;
      },
    }),
    publicPackages: new PublicPackages({ dependencies, runtimes }),
  };
}

/** Reads the stored data; data that others refer to comes first. */
export async function startControl(parts: ControlParts): Promise<void> {
  const { images, uploads, dependencies, shares, networks, fileSystems, catalogSource } = parts;
  for (const part of [shares, images, uploads, dependencies, networks, fileSystems, catalogSource]) await part.start();
  await parts.gatewayApps.start();
  await parts.olderFlows();
  await parts.flowTriggers.start();
  await sweepLeftovers(parts);
}

/** Removes code, images and uploads that nothing refers to. */
export async function sweepLeftovers({ images, uploads, functions, mayRemove }: ControlParts): Promise<void> {
  await functions.sweep(mayRemove);
  await uploads.sweep(mayRemove);
  await images.sweep();
}

/** Removes code and image layers that servers share and nothing refers to. One server does this for all. */
export async function sweepShared({ images, functions }: ControlParts): Promise<void> {
  await functions.sweepShared();
  await images.sweepShared();
}
