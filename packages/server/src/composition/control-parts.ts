import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import {
  Aliases,
  AliasStore,
  AsyncConfigStore,
  AsyncConfigs,
  AsyncStatusLogs,
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
import { DESTINATIONS } from '../invocation/index.ts';
import { leftoverRule } from '../lib/leftovers.ts';
import { BucketStore, StreamStore, TopicStore } from '../services/index.ts';
import { UNAVAILABLE_HOST } from '../startup/index.ts';
import { EventSecrets, TRIGGERS } from '../triggers/index.ts';
import type { HostParts, SandboxParts } from './host-parts.ts';
import type { Root } from './root.ts';
import { sharedBlobs } from './shared-blobs.ts';
import type { StateParts } from './state-parts.ts';

export type ControlDeps = Root &
  Pick<HostParts, 'agent' | 'runDir' | 'runtimes'> &
  Pick<StateParts, 'storage' | 'feed' | 'artifacts' | 'catalog' | 'sealer' | 'iam'> &
  SandboxParts;

/**
 * All configured and stored data: functions and everything that belongs to them. Nothing is read before `startControl`.
 */
export async function controlParts(deps: ControlDeps) {
  const { config, storage, feed, artifacts, catalog, sealer, runtimes, agent, clock, life } = deps;
  // of this machine, for networks and file systems
  const host = deps.replacements.driver === undefined ? agent : UNAVAILABLE_HOST;
  const egress = config.egress && deps.capabilities.networks;
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
    shared: sharedBlobs(config.sharedArtifacts, storage.id, 'images'),
    log: deps.log.child({ module: 'images' }),
  });
  const uploads = new Uploads(join(dir, 'uploads'), limits.archiveBytes, clock);
  life.onStop(() => images.stop());
  life.onStop(() => uploads.stop());
  const shares = new Shares({ store: new ShareStore(db), feed, tenants: deps.iam.tenancy, clock });
  const networks = new Networks({
    ...{ store: new NetworkStore(db), feed, host, catalog, clock, egress },
    mayUse: (id, projectId) => shares.mayUse('network', id, projectId),
    onRemoved: (id) => shares.removeAll('network', id),
  });
  const fileSystems = new FileSystems({
    ...{ store: new FileSystemStore(db), feed, host, catalog, clock },
    mayUse: (id, projectId) => shares.mayUse('file-system', id, projectId),
    onRemoved: (id) => shares.removeAll('file-system', id),
    // with links resolved
    ownFolders: await Promise.all([config.dataDir, deps.runDir].map((folder) => realpath(folder))),
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
    onLateCode: ({ error, ...late }) =>
      deps.log.warn({ ...late, err: error }, 'the code of a version cannot be fetched yet; its next start tries again'),
  });
  const { accountConcurrency } = config;
  const buckets = new BucketStore(storage);
  const topics = new TopicStore(db);
  const streamStore = new StreamStore(storage);
  const sources: TriggerSources = {
    bucket: (name) => buckets.owner(name),
    topic: async ({ region, projectId, name }) =>
      region === config.region && (await topics.find(projectId, name)) !== undefined,
    brokerHosts: config.brokerHosts,
    stream: async (projectId, name) => (await streamStore.find(projectId, name)) !== undefined,
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
      sealer,
      clock,
      region: config.region,
      quota: config.quotas.flows,
    }),
    gatewayApps: new GatewayApps({ store: new GatewayAppStore(db), feed, catalog, sealer, clock }),
    eventSecrets: new EventSecrets(sealer),
    flowTriggers,
    olderFlows: () => makeTriggersOfOlderFlows({ store: flowStore, now: clock.now(), log: deps.log }),
    triggers: new Triggers({
      ...{ access, store: triggerStore, kinds: TRIGGERS, sources, sealer, clock },
      ofFlows: function* (projectId, source) {
        for (const { flow, name, settings } of flowTriggers.among(projectId, source)) {
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

export type ControlParts = Awaited<ReturnType<typeof controlParts>>;

/** Reads the stored data; data that others refer to comes first. */
export async function startControl(parts: ControlParts & Pick<Root, 'life'>): Promise<void> {
  const { images, uploads, dependencies, shares, networks, fileSystems, catalogSource } = parts;
  for (const part of [shares, images, uploads, dependencies, networks, fileSystems, catalogSource]) await part.start();
  await parts.gatewayApps.start();
  await parts.olderFlows();
  await parts.flowTriggers.start();
  await sweepLeftovers(parts);
  parts.life.onStop(() => parts.functions.stop());
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
