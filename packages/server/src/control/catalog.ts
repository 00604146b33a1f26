import type { Artifact } from '../artifacts/index.ts';
import type { Environment } from '../domain/environment.ts';
import type { WantedSurroundings } from '../domain/surroundings.ts';
import { EventBus } from '../lib/event-bus.ts';
import type { Alias } from './aliases/types.ts';
import { type AsyncPolicy, DEFAULT_POLICY } from './async-config/types.ts';
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
  /** Answers may be streamed to callers that support it. */
  readonly returnStream: boolean;
  readonly surroundings: WantedSurroundings;
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
  /** Set or removed; not sent when it is removed with its version, alias or function. */
  readonly 'reserved.updated': { readonly functionId: string };
  /** Created, changed or deleted, by any operation. */
  readonly 'triggers.updated': { readonly functionId: string };
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

/** Read side of functions for the data plane: all in memory, changed in the same step in which an API call succeeds. */
export class Catalog {
  readonly facts = new EventBus<FunctionFacts>();
  readonly #functions = new Map<string, Map<string, VersionSnapshot>>();
  readonly #urls = new Map<string, FunctionUrl>();
  readonly #aliases = new Map<string, Map<string, Alias>>();
  readonly #policies = new Map<string, Map<string, AsyncPolicy>>();
  readonly #reserved = new Map<string, Map<string, ReservedConfig>>();
  readonly #triggers = new Map<string, Map<string, Trigger>>();

  /** From memory; the same object until something changes. */
  resolve(projectId: string, pkg: string, name: string, version: string): VersionSnapshot | undefined {
    return this.#functions.get(key(projectId, pkg, name))?.get(version);
  }

  /** Every version of every function. */
  *snapshots(): Generator<VersionSnapshot> {
    for (const versions of this.#functions.values()) yield* versions.values();
  }

  /** From memory. */
  resolveAlias(projectId: string, pkg: string, name: string, alias: string): Alias | undefined {
    return this.#aliases.get(key(projectId, pkg, name))?.get(alias);
  }

  /**
   * How asynchronous invocations are retried: by the settings of the alias they came through, else by those of the
   * version, else by the defaults. From memory.
   */
  asyncConfig({ functionId, version }: Pick<VersionSnapshot, 'functionId' | 'version'>, alias = ''): AsyncPolicy {
    const policies = this.#policies.get(functionId);
    return policies?.get(`!${alias}`) ?? policies?.get(version) ?? DEFAULT_POLICY;
  }

  /** `qualifier` is a version or `!alias`; undefined restores the default policy. */
  setAsyncPolicy(functionId: string, qualifier: string, policy: AsyncPolicy | undefined): void {
    const policies = this.#policies.get(functionId) ?? new Map<string, AsyncPolicy>();
    if (policy === undefined) policies.delete(qualifier);
    else policies.set(qualifier, policy);
    if (policies.size === 0) this.#policies.delete(functionId);
    else this.#policies.set(functionId, policies);
  }

  /** Which versions and aliases of a function have reserved instances. From memory. */
  reserved(functionId: string): readonly ReservedConfig[] {
    return [...(this.#reserved.get(functionId)?.values() ?? [])];
  }

  allReserved(): readonly ReservedConfig[] {
    return [...this.#reserved.values()].flatMap((configs) => [...configs.values()]);
  }

  setReserved(config: ReservedConfig): void {
    const { functionId, qualifier } = config;
    const configs = this.#reserved.get(functionId) ?? new Map<string, ReservedConfig>();
    this.#reserved.set(functionId, configs.set(qualifier, config));
    this.facts.emit('reserved.updated', { functionId });
  }

  /** `qualifier` is a version or `!alias`. Does nothing when nothing is reserved for it. */
  removeReserved(functionId: string, qualifier: string): void {
    if (this.#dropReserved(functionId, qualifier)) this.facts.emit('reserved.updated', { functionId });
  }

  /** Those of a function, oldest first. From memory. */
  triggers(functionId: string): readonly Trigger[] {
    return [...(this.#triggers.get(functionId)?.values() ?? [])];
  }

  *allTriggers(): Iterable<Trigger> {
    for (const triggers of this.#triggers.values()) yield* triggers.values();
  }

  setTrigger(trigger: Trigger): void {
    const { functionId, id } = trigger;
    const triggers = this.#triggers.get(functionId) ?? new Map<string, Trigger>();
    this.#triggers.set(functionId, triggers.set(id, trigger));
    this.facts.emit('triggers.updated', { functionId });
  }

  /** Does nothing when none is chosen. */
  removeTriggers(functionId: string, chosen: (trigger: Trigger) => boolean): void {
    const triggers = this.#triggers.get(functionId);
    const gone = [...(triggers?.values() ?? [])].filter(chosen);
    if (triggers === undefined || gone.length === 0) return;
    for (const { id } of gone) triggers.delete(id);
    if (triggers.size === 0) this.#triggers.delete(functionId);
    this.facts.emit('triggers.updated', { functionId });
  }

  /** How the gateway publishes a function; undefined without a setting. From memory. */
  url(functionId: string): FunctionUrl | undefined {
    return this.#urls.get(functionId);
  }

  setUrl(functionId: string, url: FunctionUrl | undefined): void {
    if (url === undefined) this.#urls.delete(functionId);
    else this.#urls.set(functionId, url);
  }

  /** Every version of every function, in no order. */
  *versions(): Iterable<VersionSnapshot> {
    for (const versions of this.#functions.values()) yield* versions.values();
  }

  /** Makes a version visible. Every `resolve` from now on sees it. */
  put(snapshot: VersionSnapshot): void {
    const id = key(snapshot.projectId, snapshot.package, snapshot.name);
    const versions = this.#functions.get(id) ?? new Map<string, VersionSnapshot>();
    this.#functions.set(id, versions);
    const previous = versions.get(snapshot.version);
    versions.set(snapshot.version, snapshot);
    const { functionId, version } = snapshot;
    this.facts.emit('function.updated', { functionId, version, snapshot, previous });
  }

  /** Makes an alias visible, or moves it. Its versions must exist in the catalog. */
  putAlias({ projectId, package: pkg, name }: NameOfFunction, alias: Alias): void {
    const id = key(projectId, pkg, name);
    const aliases = this.#aliases.get(id) ?? new Map<string, Alias>();
    this.#aliases.set(id, aliases.set(alias.name, alias));
    const functionId = this.#functions.get(id)?.get(alias.version)?.functionId;
    if (functionId !== undefined) this.facts.emit('alias.updated', { functionId, alias: alias.name });
  }

  /** Does nothing when there is no such alias. */
  removeAlias({ projectId, package: pkg, name }: NameOfFunction, functionId: string, alias: string): void {
    if (this.#aliases.get(key(projectId, pkg, name))?.delete(alias) !== true) return;
    this.#dropReserved(functionId, `!${alias}`);
    this.removeTriggers(functionId, ({ qualifier }) => qualifier === `!${alias}`);
    this.facts.emit('alias.deleted', { functionId, alias });
  }

  /** Removes one version. Aliases that point to it must be removed before. Does nothing for an unknown one. */
  removeVersion({ projectId, package: pkg, name }: NameOfFunction, version: string): void {
    const versions = this.#functions.get(key(projectId, pkg, name));
    const snapshot = versions?.get(version);
    if (versions === undefined || snapshot === undefined) return;
    versions.delete(version);
    this.#dropReserved(snapshot.functionId, version);
    this.removeTriggers(snapshot.functionId, ({ qualifier }) => qualifier === version);
    this.facts.emit('version.deleted', { snapshot });
  }

  /** Removes a function and all its versions. Does nothing for an unknown one. */
  remove(projectId: string, pkg: string, name: string): void {
    const id = key(projectId, pkg, name);
    const snapshots = [...(this.#functions.get(id)?.values() ?? [])];
    const [first] = snapshots;
    this.#functions.delete(id);
    this.#aliases.delete(id);
    if (first === undefined) return;
    this.#policies.delete(first.functionId);
    this.#urls.delete(first.functionId);
    this.#reserved.delete(first.functionId);
    this.removeTriggers(first.functionId, () => true);
    this.facts.emit('function.deleted', { functionId: first.functionId, projectId, package: pkg, name, snapshots });
  }

  #dropReserved(functionId: string, qualifier: string): boolean {
    const configs = this.#reserved.get(functionId);
    if (configs === undefined || !configs.delete(qualifier)) return false;
    if (configs.size === 0) this.#reserved.delete(functionId);
    return true;
  }
}

type NameOfFunction = Pick<VersionSnapshot, 'projectId' | 'package' | 'name'>;

/** None of the three parts may hold a colon. */
function key(projectId: string, pkg: string, name: string): string {
  return `${projectId}:${pkg}:${name}`;
}
