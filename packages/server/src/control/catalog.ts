import { isDeepStrictEqual } from 'node:util';
import type { Environment } from '@funcgraph/api/environment';
import type { Artifact } from '../artifacts/index.ts';
import type { SurroundingsChoice } from '../domain/surroundings.ts';
import { EventBus } from '../lib/event-bus.ts';
import type { Alias } from './aliases/types.ts';
import { type AsyncConfig, type AsyncPolicy, DEFAULT_POLICY } from './async-config/types.ts';
import type { FunctionUrl } from './function-urls/types.ts';
import type { Hooks } from './functions/java-hooks.ts';
import type { ReservedConfig } from './reserved-instances/types.ts';
import type { Trigger } from './triggers/types.ts';

/** One version as the data plane sees it: plain data, the same object until it changes. */
export interface VersionSnapshot {
  readonly functionId: string;
  /** With the version. */
  readonly urn: string;
  readonly projectId: string;
  readonly package: string;
  readonly name: string;
  readonly version: string;
  /** Changes with every change of code or configuration, and never repeats. */
  readonly revision: string;
  readonly runtime: string;
  readonly handler: string;
  readonly initializer: string | undefined;
  /** 0 without an initializer. */
  readonly initializerTimeoutSeconds: number;
  /** Handlers that the platform calls between requests; absent where a runtime has none. */
  readonly hooks?: Hooks;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  /** All variables of the user, the encrypted ones in the clear. Never log this. */
  readonly env: Environment;
  /** Its folder holds the code together with the dependencies. */
  readonly artifact: Artifact;
  /** Ids of dependency versions that the code was put together with. */
  readonly dependencies?: readonly string[];
  /** The container image that it runs in the place of code. */
  readonly image: SnapshotImage | undefined;
  /** Hex SHA-512 of the code. */
  readonly codeDigest: string;
  /** -1 no limit. 0 when disabled. */
  readonly maxInstances: number;
  /** Requests one instance may run at once. */
  readonly concurrency: number;
  readonly enabled: boolean;
  readonly dynamicMemory: boolean;
  /** MB of /tmp. */
  readonly tmpMb: number;
  /** Answers may be streamed to callers that support it. */
  readonly returnStream: boolean;
  /** Requests may wait in an instance for those before them. */
  readonly lanes: boolean;
  readonly surroundings: SurroundingsChoice;
  /** Name of the agency whose credentials the function gets; absent for none. */
  readonly agency?: string;
  /** Name of the agency with whose rights the platform acts for the function; absent for none. */
  readonly platformAgency?: string;
  /** Absent for the default one. */
  readonly enterpriseProjectId?: string;
}

export interface SnapshotImage {
  readonly id: string;
  /** Host folder with the files of the image. */
  readonly rootfs: string;
  readonly uid: number;
  readonly gid: number;
  readonly kind: 'event' | 'http';
  readonly argv: readonly string[];
  /** That of the image alone. */
  readonly env: Environment;
  readonly workingDir: string;
}

/** Everything that belongs to a function, as one piece of the catalog. */
export interface CatalogEntry {
  readonly functionId: string;
  /** Ms since the epoch: what was recorded before belongs to an earlier function of the same name. */
  readonly createdAt: number;
  readonly projectId: string;
  readonly package: string;
  readonly name: string;
  /** By version. An unchanged version is the same object as before. */
  readonly versions: ReadonlyMap<string, VersionSnapshot>;
  /** By name. */
  readonly aliases: ReadonlyMap<string, Alias>;
  /** By qualifier: a version or `!alias`. */
  readonly asyncConfigs: ReadonlyMap<string, AsyncConfig>;
  /** By qualifier. */
  readonly reserved: ReadonlyMap<string, ReservedConfig>;
  /** By id, oldest first. */
  readonly triggers: ReadonlyMap<string, Trigger>;
  /** How the gateway publishes it; undefined without a setting. */
  readonly url: FunctionUrl | undefined;
  /** False when tracing was switched off. */
  readonly isTraced: boolean;
}

/** Events of functions, sent after the change is durable and visible in the catalog. */
export interface FunctionFacts extends Record<string, unknown> {
  readonly 'function.updated': {
    readonly functionId: string;
    readonly version: string;
    readonly snapshot: VersionSnapshot;
    /** Undefined when the version is new. */
    readonly previous: VersionSnapshot | undefined;
  };
  /** Created, or pointed to another version. */
  readonly 'alias.updated': { readonly functionId: string; readonly alias: string };
  /** Set or removed; not sent when the function is deleted. */
  readonly 'reserved.updated': { readonly functionId: string };
  /** Created, changed or deleted, by any operation. */
  readonly 'triggers.updated': { readonly functionId: string };
  /** Its instances have other networks or file systems than new ones would get. */
  readonly 'surroundings.changed': { readonly snapshot: VersionSnapshot };
  /** Not sent for the versions of a deleted function. */
  readonly 'version.deleted': { readonly snapshot: VersionSnapshot };
  /** Not sent for the aliases of a deleted function. */
  readonly 'alias.deleted': { readonly functionId: string; readonly alias: string };
  readonly 'function.deleted': {
    readonly functionId: string;
    readonly projectId: string;
    readonly package: string;
    readonly name: string;
    readonly snapshots: readonly VersionSnapshot[];
  };
}

/** Read side of functions for the data plane: all in memory. It follows the database, whichever server changes it. */
export class Catalog {
  readonly facts = new EventBus<FunctionFacts>();
  readonly #byId = new Map<string, CatalogEntry>();
  readonly #byName = new Map<string, CatalogEntry>();

  /** From memory; the same object until something changes. */
  resolve(projectId: string, pkg: string, name: string, version: string): VersionSnapshot | undefined {
    return this.#byName.get(key(projectId, pkg, name))?.versions.get(version);
  }

  /** Every version of every function. */
  *snapshots(): Generator<VersionSnapshot> {
    for (const { versions } of this.#byId.values()) yield* versions.values();
  }

  entry(functionId: string): CatalogEntry | undefined {
    return this.#byId.get(functionId);
  }

  /** Whether a function was deleted and another one has its name, `project:package:name`, now. */
  isReplaced(functionKey: string, functionId: string): boolean {
    return !this.#byId.has(functionId) && this.#byName.has(functionKey);
  }

  /** False when tracing of the function that has this name, `project:package:name`, was switched off. From memory. */
  isTraced(functionKey: string): boolean {
    return this.#byName.get(functionKey)?.isTraced ?? true;
  }

  entries(): IterableIterator<CatalogEntry> {
    return this.#byId.values();
  }

  /** From memory. */
  resolveAlias(projectId: string, pkg: string, name: string, alias: string): Alias | undefined {
    return this.#byName.get(key(projectId, pkg, name))?.aliases.get(alias);
  }

  /**
   * How asynchronous invocations are retried: by the settings of the alias they came through, else by those of the
   * version, else by the defaults. From memory.
   */
  asyncConfig({ functionId, version }: Pick<VersionSnapshot, 'functionId' | 'version'>, alias = ''): AsyncPolicy {
    const configs = this.#byId.get(functionId)?.asyncConfigs;
    const config = configs?.get(`!${alias}`) ?? configs?.get(version);
    if (config === undefined) return DEFAULT_POLICY;
    const { maxAgeSeconds, maxRetries, settings } = config;
    const { onSuccess, onFailure, statusLog } = settings;
    return { maxAgeSeconds, maxRetries, onSuccess, onFailure, statusLog };
  }

  /** Which versions and aliases of a function have reserved instances. From memory. */
  reserved(functionId: string): readonly ReservedConfig[] {
    return [...(this.#byId.get(functionId)?.reserved.values() ?? [])];
  }

  allReserved(): readonly ReservedConfig[] {
    return [...this.#byId.values()].flatMap(({ reserved }) => [...reserved.values()]);
  }

  /** Those of a function, oldest first. From memory. */
  triggers(functionId: string): readonly Trigger[] {
    return [...(this.#byId.get(functionId)?.triggers.values() ?? [])];
  }

  *allTriggers(): Iterable<Trigger> {
    for (const { triggers } of this.#byId.values()) yield* triggers.values();
  }

  /** How the gateway publishes a function; undefined without a setting. From memory. */
  url(functionId: string): FunctionUrl | undefined {
    return this.#byId.get(functionId)?.url;
  }

  /** Makes a function visible as it is now. Every read from now on sees it; listeners get the differences. */
  set(entry: CatalogEntry): void {
    const before = this.#byId.get(entry.functionId);
    this.#byId.set(entry.functionId, entry);
    this.#byName.set(key(entry.projectId, entry.package, entry.name), entry);
    this.#reportAliases(entry, before);
    this.#reportVersions(entry, before);
    const { functionId } = entry;
    if (!isDeepStrictEqual(entry.reserved, before?.reserved ?? new Map())) {
      this.facts.emit('reserved.updated', { functionId });
    }
    const [triggers, old] = [[...entry.triggers.values()], [...(before?.triggers.values() ?? [])]];
    if (triggers.length !== old.length || triggers.some((trigger, at) => trigger !== old[at])) {
      this.facts.emit('triggers.updated', { functionId });
    }
  }

  /** Removes a function and everything that belongs to it. Does nothing for an unknown one. */
  remove(functionId: string): void {
    const entry = this.#byId.get(functionId);
    if (entry === undefined) return;
    const { projectId, package: pkg, name } = entry;
    this.#byId.delete(functionId);
    const id = key(projectId, pkg, name);
    if (this.#byName.get(id) === entry) this.#byName.delete(id);
    if (entry.triggers.size > 0) this.facts.emit('triggers.updated', { functionId });
    const snapshots = [...entry.versions.values()];
    this.facts.emit('function.deleted', { functionId, projectId, package: pkg, name, snapshots });
  }

  #reportAliases({ functionId, aliases }: CatalogEntry, before: CatalogEntry | undefined): void {
    for (const alias of before?.aliases.keys() ?? []) {
      if (!aliases.has(alias)) this.facts.emit('alias.deleted', { functionId, alias });
    }
    for (const [alias, value] of aliases) {
      if (!isDeepStrictEqual(value, before?.aliases.get(alias)))
        this.facts.emit('alias.updated', { functionId, alias });
    }
  }

  #reportVersions({ functionId, versions }: CatalogEntry, before: CatalogEntry | undefined): void {
    for (const [version, snapshot] of before?.versions ?? []) {
      if (!versions.has(version)) this.facts.emit('version.deleted', { snapshot });
    }
    for (const [version, snapshot] of versions) {
      const previous = before?.versions.get(version);
      if (snapshot !== previous) this.facts.emit('function.updated', { functionId, version, snapshot, previous });
    }
  }
}

/** None of the three parts may hold a colon. */
function key(projectId: string, pkg: string, name: string): string {
  return `${projectId}:${pkg}:${name}`;
}
