import { isDeepStrictEqual } from 'node:util';
import { ArtifactError, type ArtifactStore } from '../../artifacts/index.ts';
import { isFullDisk } from '../../lib/full-disk.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { ChangeFeed } from '../../storage/index.ts';
import type { AliasStore } from '../aliases/alias-store.ts';
import type { AsyncConfigStore } from '../async-config/async-config-store.ts';
import type { Catalog, CatalogEntry, VersionSnapshot } from '../catalog.ts';
import type { Dependencies } from '../dependencies/dependencies.ts';
import type { FunctionUrlStore } from '../function-urls/function-url-store.ts';
import type { ReservedConfigStore } from '../reserved-instances/reserved-config-store.ts';
import type { TriggerStore } from '../triggers/trigger-store.ts';
import type { Trigger } from '../triggers/types.ts';
import type { FunctionAccess } from './function-access.ts';
import type { FunctionStore } from './function-store.ts';
import type { FunctionName } from './types.ts';
import type { StoredFunction } from './version-row.ts';

export interface LostCode extends FunctionName {
  readonly version: string;
  readonly sha256: string;
  readonly error?: unknown;
}

export interface CatalogSourceOptions {
  readonly feed: ChangeFeed;
  readonly access: FunctionAccess;
  readonly artifacts: ArtifactStore;
  readonly dependencies: Dependencies;
  readonly stores: {
    readonly functions: FunctionStore;
    readonly aliases: AliasStore;
    readonly asyncConfigs: AsyncConfigStore;
    readonly urls: FunctionUrlStore;
    readonly reserved: ReservedConfigStore;
    readonly triggers: TriggerStore;
  };
  /** Called for each version whose code is missing and cannot be unpacked again. */
  readonly onLostCode?: (lost: LostCode) => void;
  /** Called for each version whose code cannot be fetched now. */
  readonly onLateCode?: (late: LostCode) => void;
}

/** Downloads of code that is not needed yet. */
const MAX_PREFETCHES = 2;
/** More changes at once are those of an import: the rest is fetched when it is needed. */
const MAX_PREFETCHES_WAITING = 200;

/** Fills the catalog from the database, and brings it up to date with every change of a function. */
export class CatalogSource {
  readonly #options: CatalogSourceOptions;
  readonly #catalog: Catalog;
  /** Versions whose code could not be fetched yet, by the folder that instances see. */
  readonly #late = new Map<string, StoredFunction>();
  readonly #prefetches: StoredFunction[] = [];
  #prefetching = 0;

  constructor(options: CatalogSourceOptions) {
    this.#options = options;
    this.#catalog = options.access.catalog;
  }

  /** Call once, when the dependencies are loaded. */
  start(): Promise<void> {
    return this.#options.feed.follow('function', (ids) => this.#reload(ids));
  }

  /**
   * Resolves when the code of a version is in its folder, which may have to be fetched first. Throws
   * `artifacts_unavailable`, also for code that no server has whole, and `no_disk_room`.
   */
  async codeReady(folder: string): Promise<void> {
    const stored = this.#late.get(folder) ?? (await this.#missing(folder));
    if (stored === undefined) return;
    const isWhole = await this.#restoreCode(stored).catch((error: unknown) => {
      throw isFullDisk(error) ? noRoomFor(error) : error;
    });
    if (!isWhole) throw notWhole();
  }

  /** A version whose shared code is not here: it was not needed yet, or was removed for the space. */
  async #missing(folder: string): Promise<StoredFunction | undefined> {
    const { artifacts, stores } = this.#options;
    if (!artifacts.isShared || (await artifacts.has(folder))) return undefined;
    for (const { functionId, versions } of this.#catalog.entries()) {
      for (const { artifact, version } of versions.values()) {
        if (artifact.treePath !== folder) continue;
        return (await stores.functions.load([functionId])).find((stored) => stored.version.version === version);
      }
    }
    return undefined;
  }

  async #reload(changed: ReadonlySet<string> | undefined): Promise<void> {
    const { functions, aliases, asyncConfigs, urls, reserved, triggers } = this.#options.stores;
    const ids = changed === undefined ? undefined : [...changed];
    const [versionRows, aliasRows, asyncRows, urlRows, reservedRows, triggerRows] = await Promise.all([
      functions.load(ids),
      aliases.load(ids),
      asyncConfigs.load(ids),
      urls.load(ids),
      reserved.load(ids),
      triggers.load(ids),
    ]);
    const versionsOf = Map.groupBy(versionRows, ({ fn }) => fn.id);
    const aliasesOf = Map.groupBy(aliasRows, ({ functionId }) => functionId);
    const asyncOf = Map.groupBy(asyncRows, ({ functionId }) => functionId);
    const urlOf = new Map(urlRows.map((url) => [url.functionId, url]));
    const reservedOf = Map.groupBy(reservedRows, ({ functionId }) => functionId);
    const triggersOf = Map.groupBy(triggerRows, ({ functionId }) => functionId);
    // Removed ones first: another function may have the name of one of them.
    for (const id of changed ?? [...this.#catalog.entries()].map(({ functionId }) => functionId)) {
      if (versionsOf.has(id)) continue;
      this.#catalog.remove(id);
      for (const [folder, { fn }] of this.#late) if (fn.id === id) this.#late.delete(folder);
    }
    for (const [functionId, stored] of versionsOf) {
      const [first] = stored;
      if (first === undefined) continue;
      const isStart = changed === undefined;
      const { projectId, package: pkg, name, createdAt, sealedTracing } = first.fn;
      const before = this.#catalog.entry(functionId);
      this.#catalog.set({
        ...{ functionId, createdAt, projectId, package: pkg, name, url: urlOf.get(functionId) },
        isTraced: sealedTracing !== '',
        versions: await this.#versions(stored, before, isStart),
        aliases: new Map(aliasesOf.get(functionId)?.map(({ alias }) => [alias.name, alias])),
        asyncConfigs: new Map(asyncOf.get(functionId)?.map((config) => [config.qualifier, config])),
        reserved: new Map(reservedOf.get(functionId)?.map((config) => [config.qualifier, config])),
        triggers: new Map(triggersOf.get(functionId)?.map((trigger) => [trigger.id, unlessSame(trigger, before)])),
      });
      if (isStart || !this.#options.artifacts.isShared) continue;
      for (const one of stored) if (!isKnown(one, before)) this.#prefetch(one);
    }
  }

  async #versions(
    rows: readonly StoredFunction[],
    before: CatalogEntry | undefined,
    isStart: boolean,
  ): Promise<Map<string, VersionSnapshot>> {
    const { artifacts } = this.#options;
    const versions = new Map<string, VersionSnapshot>();
    for (const stored of rows) {
      const { version } = stored.version;
      const known = isKnown(stored, before) ? before?.versions.get(version) : undefined;
      if (isStart && artifacts.isShared) await artifacts.share(stored.version.artifact);
      // shared code is fetched afterwards: a slow service must not hold up what the catalog shows
      else if (known === undefined && !artifacts.isShared) await this.#restoreCode(stored).catch(() => {});
      versions.set(version, known ?? this.#options.access.snapshot(stored));
    }
    return versions;
  }

  /** Fetches shared code in the background, so that a first call need not wait for it. */
  #prefetch(stored: StoredFunction): void {
    if (this.#prefetches.length >= MAX_PREFETCHES_WAITING) return;
    this.#prefetches.push(stored);
    if (this.#prefetching < MAX_PREFETCHES) void this.#runPrefetches();
  }

  async #runPrefetches(): Promise<void> {
    this.#prefetching += 1;
    for (let next = this.#prefetches.shift(); next !== undefined; next = this.#prefetches.shift()) {
      // unless it was changed or removed meanwhile
      if (isKnown(next, this.#catalog.entry(next.fn.id))) await this.#restoreCode(next).catch(() => {});
    }
    this.#prefetching -= 1;
  }

  /**
   * Makes missing folders again; false for code that is lost, which must not keep other functions from starting. Throws
   * for code that cannot be fetched or unpacked now, such as `artifacts_unavailable`.
   */
  async #restoreCode(stored: StoredFunction): Promise<boolean> {
    const { fn, version } = stored;
    const { artifacts, access, onLostCode, onLateCode } = this.#options;
    const dependencies = this.#options.dependencies.describe(version.config.dependencies);
    const { treePath } = access.mergedCode.artifactOf(version.artifact, fn.runtime, dependencies);
    const { projectId, package: pkg, name } = fn;
    const lost = { projectId, package: pkg, name, version: version.version };
    const parts = [{ artifact: version.artifact, fileName: version.artifactFile }];
    for (const { artifact } of dependencies) parts.push({ artifact, fileName: undefined });
    // none may be removed for its space before all are put together
    const uses = [treePath, ...parts.map(({ artifact }) => artifact.treePath)].map((path) => artifacts.use(path));
    try {
      let isWhole = true;
      for (const { artifact, fileName } of parts) {
        const isThere = await artifacts.restore(artifact, fileName).catch((error: unknown) => {
          if (error instanceof ArtifactError) {
            onLostCode?.({ ...lost, sha256: artifact.sha256, error });
            return undefined;
          }
          if (!this.#late.has(treePath)) onLateCode?.({ ...lost, sha256: artifact.sha256, error });
          // a function that was removed during a download in the background
          const isRemoved = artifacts.isShared && this.#catalog.entry(fn.id) === undefined;
          if (!isRemoved) this.#late.set(treePath, stored);
          throw error;
        });
        if (isThere === false) onLostCode?.({ ...lost, sha256: artifact.sha256 });
        isWhole &&= isThere === true;
      }
      const folder = await access.mergedCode.hold(version.artifact, fn.runtime, dependencies).catch(() => undefined);
      folder?.release();
      this.#late.delete(treePath);
      return isWhole;
    } finally {
      for (const release of uses) release();
    }
  }
}

/** Whether the catalog has the version as it is stored. */
function isKnown({ version }: StoredFunction, entry: CatalogEntry | undefined): boolean {
  return entry?.versions.get(version.version)?.revision === String(version.revision);
}

function notWhole(): PlatformError {
  return new PlatformError('artifacts_unavailable', 'the code of this version is missing or damaged', {
    hint: 'Try again later. If it stays so, upload the code again or restore a backup. The log of the server has more.',
  });
}

function noRoomFor(cause: unknown): PlatformError {
  return new PlatformError('no_disk_room', 'the disk of the server is full: the code cannot be unpacked', {
    hint: 'Free space on the machine of the server, then try again.',
    cause,
  });
}

/** The trigger that listeners know, unless it changed. Its last tick changes with every tick. */
function unlessSame(trigger: Trigger, before: CatalogEntry | undefined): Trigger {
  const known = before?.triggers.get(trigger.id);
  if (known === undefined) return trigger;
  return isDeepStrictEqual({ ...known, fired: undefined }, { ...trigger, fired: undefined }) ? known : trigger;
}
