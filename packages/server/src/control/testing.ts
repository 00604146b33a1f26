import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ArtifactStore } from '../artifacts/index.ts';
import { type Quotas, USUAL_QUOTAS } from '../domain/quotas.ts';
import type { Clock } from '../lib/clock.ts';
import { ManualClock } from '../lib/manual-clock.ts';
import { PlatformError } from '../lib/platform-error.ts';
import { Sealer } from '../lib/sealer.ts';
import { ChangeFeed, type Storage } from '../storage/index.ts';
import { openTestStorage } from '../storage/testing.ts';
import { AliasStore } from './aliases/alias-store.ts';
import { Aliases } from './aliases/aliases.ts';
import { AsyncConfigStore } from './async-config/async-config-store.ts';
import { AsyncConfigs } from './async-config/async-configs.ts';
import type { DestinationRules } from './async-config/destination-rules.ts';
import { Catalog } from './catalog.ts';
import { Dependencies } from './dependencies/dependencies.ts';
import { DependencyStore } from './dependencies/dependency-store.ts';
import { FunctionUrlStore } from './function-urls/function-url-store.ts';
import { CatalogSource } from './functions/catalog-source.ts';
import { FunctionStore } from './functions/function-store.ts';
import { Functions, type FunctionsOptions } from './functions/functions.ts';
import type { Runtimes } from './functions/types.ts';
import { ReservedConfigStore } from './reserved-instances/reserved-config-store.ts';
import { ReservedConfigs } from './reserved-instances/reserved-configs.ts';
import type { TriggerRules, TriggerSources } from './triggers/trigger-rules.ts';
import { TriggerStore } from './triggers/trigger-store.ts';
import { Triggers } from './triggers/triggers.ts';
import { VersionStore } from './versions/version-store.ts';
import { Versions } from './versions/versions.ts';

/** A control plane of its own for one test: in-memory database, temporary code folder, standing clock. */
export interface TestControl {
  readonly dir: string;
  readonly storage: Storage;
  readonly artifacts: ArtifactStore;
  readonly catalog: Catalog;
  readonly feed: ChangeFeed;
  readonly functions: Functions;
  readonly dependencies: Dependencies;
  readonly asyncConfigs: AsyncConfigs;
  readonly versions: Versions;
  readonly aliases: Aliases;
  readonly reservedConfigs: ReservedConfigs;
  readonly triggers: Triggers;
  readonly source: CatalogSource;
  readonly store: FunctionStore;
  readonly clock: ManualClock;
  /** A second control plane over the same data, as after a restart. */
  restart(): Promise<
    Pick<
      TestControl,
      | 'catalog'
      | 'feed'
      | 'functions'
      | 'dependencies'
      | 'asyncConfigs'
      | 'versions'
      | 'aliases'
      | 'reservedConfigs'
      | 'source'
      | 'triggers'
    >
  >;
  close(): Promise<void>;
}

interface TestControlOptions extends Partial<Quotas> {
  readonly triggers?: readonly TriggerRules[];
  readonly sources?: TriggerSources;
  readonly destinations?: readonly DestinationRules[];
}

/** Knows the usual names and has all but Java and Node.js6.10 installed. */
export const TEST_RUNTIMES: Runtimes = {
  find: (name) => {
    if (name === 'Java11' || name === 'Node.js6.10') return { available: false, hint: `fgs runtimes install ${name}` };
    return TEST_RUNTIMES.available().includes(name) ? { available: true } : undefined;
  },
  available: () => ['Node.js20.15', 'Python3.9', 'Custom', 'http', 'Java17'],
};

/** A machine without container images. */
export const NO_IMAGES: FunctionsOptions['images'] = {
  hold: async (reference) => {
    throw new PlatformError('image_not_found', `there is no image ${reference} on this machine`);
  },
  rootfs: (id) => `/images/${id}`,
};

/** `quotas` take the place of the usual ones; without `triggers` and `destinations` none can be made. */
export async function openTestControl({
  triggers: triggerKinds = [],
  destinations = [],
  sources = {
    bucket: () => Promise.resolve(undefined),
    topic: () => Promise.resolve(false),
    brokerHosts: new Set(),
    stream: () => Promise.resolve(false),
  },
  ...quotas
}: TestControlOptions = {}): Promise<TestControl> {
  const dir = mkdtempSync(join(tmpdir(), 'funcgraph-control-'));
  const storage = await openTestStorage();
  const artifacts = new ArtifactStore({ dir });
  await artifacts.start();
  const clock = new ManualClock();
  const store = new FunctionStore(storage.db, artifacts);
  const sealer = new Sealer(Buffer.alloc(32, 7));
  const open = async (at: Clock) => {
    const catalog = new Catalog();
    const feed = new ChangeFeed(storage.db);
    const dependencies = new Dependencies({
      store: new DependencyStore(storage.db, artifacts),
      feed,
      artifacts,
      isReferenced: (sha256) => store.isReferenced(sha256),
      catalog,
      clock: at,
      linkHosts: new Set(['127.0.0.1']),
    });
    const functions = new Functions({
      store,
      feed,
      dependencies,
      images: NO_IMAGES,
      linkHosts: new Set(['127.0.0.1']),
      artifacts,
      catalog,
      sealer,
      runtimes: TEST_RUNTIMES,
      clock: at,
      region: 'local-1',
      mayUseImage: () => true,
      quotas: { ...USUAL_QUOTAS, ...quotas },
    });
    const asyncConfigStore = new AsyncConfigStore(storage.db);
    const asyncConfigs = new AsyncConfigs({
      store: asyncConfigStore,
      catalog,
      feed,
      clock: at,
      kinds: destinations,
      webhookHosts: new Set(['127.0.0.1']),
    });
    const { access } = functions;
    const aliasStore = new AliasStore(storage.db);
    const aliases = new Aliases({ access, store: aliasStore, clock: at });
    const versions = new Versions({
      access,
      store: new VersionStore(storage.db, artifacts),
      aliases,
      artifacts,
      clock: at,
    });
    const reservedStore = new ReservedConfigStore(storage.db);
    const reservedConfigs = new ReservedConfigs({
      access,
      store: reservedStore,
      clock: at,
      accountConcurrency: 100,
    });
    const triggerStore = new TriggerStore(storage.db);
    const triggers = new Triggers({ access, store: triggerStore, kinds: triggerKinds, sources, sealer, clock: at });
    const source = new CatalogSource({
      feed,
      access,
      artifacts,
      dependencies,
      stores: {
        functions: store,
        aliases: aliasStore,
        asyncConfigs: asyncConfigStore,
        urls: new FunctionUrlStore(storage.db),
        reserved: reservedStore,
        triggers: triggerStore,
      },
    });
    await dependencies.start();
    await source.start();
    return {
      source,
      catalog,
      feed,
      functions,
      dependencies,
      asyncConfigs,
      versions,
      aliases,
      reservedConfigs,
      triggers,
    };
  };
  const parts = await open(clock);
  return {
    dir,
    storage,
    artifacts,
    store,
    clock,
    ...parts,
    restart: () => open(clock),
    async close() {
      await parts.functions.stop();
      await artifacts.stop();
      await storage.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
