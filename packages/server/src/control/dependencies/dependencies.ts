import { LIMITS } from '@funcgraph/api';
import { type Language, languageOf } from '@funcgraph/runtimes';
import { ArtifactError, type ArtifactPin, type ArtifactStore, type IsReferenced } from '../../artifacts/index.ts';
import type { Clock } from '../../lib/clock.ts';
import type { AllowedHosts } from '../../lib/outgoing-address.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { type ChangeFeed, Replica } from '../../storage/index.ts';
import type { Catalog } from '../catalog.ts';
import { fetchArchive } from '../fetch-archive.ts';
import { checkDependency, fitsLanguage } from './check-dependency.ts';
import { checkDependencyTree } from './check-tree.ts';
import type { DependencyPackage, DependencyStore } from './dependency-store.ts';
import {
  type DependencyHold,
  type DependencyVersion,
  type NewDependency,
  type NewDependencyVersion,
  PUBLIC,
} from './types.ts';

export interface DependenciesOptions {
  readonly store: DependencyStore;
  readonly feed: ChangeFeed;
  readonly artifacts: ArtifactStore;
  /** Whether a function or a dependency still needs stored bytes. */
  readonly isReferenced: IsReferenced;
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly linkHosts: AllowedHosts;
}

const QUOTA = {
  mostInProject: LIMITS.dependencyVersionsPerProject,
  mostBytesInProject: LIMITS.codeBytesPerProject,
} as const;

/** A new version of an existing package, which may repeat the name and the runtime. */
export type NewDependencyOf = Pick<NewDependency, 'description' | 'source'> & {
  readonly [K in 'name' | 'runtime']?: string | undefined;
};

/** Filters of a list; undefined does not filter. */
export interface DependencyFilter {
  readonly scope: 'public' | 'private' | 'all';
  readonly runtime: string | undefined;
  /** Looked for anywhere in the name. */
  readonly pattern: string | undefined;
}

/**
 * Versioned library packages. All are in memory; a change is durable when its promise resolves. A project sees its own
 * and the public ones; others look as if they did not exist. Throws `PlatformError` with the codes of the API.
 */
export class Dependencies {
  readonly #options: DependenciesOptions;
  readonly #packages: Replica<DependencyPackage>;
  readonly #byId = new Map<string, DependencyVersion>();
  readonly #held = new Map<string, number>();

  constructor(options: DependenciesOptions) {
    this.#options = options;
    this.#packages = new Replica({
      feed: options.feed,
      topic: 'dependency',
      load: async (ids) => {
        const packages = await options.store.load(ids);
        for (const { versions } of packages) {
          // code that is missing is reported when a function uses it
          for (const { artifact } of versions) {
            if (ids === undefined && options.artifacts.isShared) await options.artifacts.share(artifact);
            else await options.artifacts.prefetch(artifact).catch(() => {});
          }
        }
        return packages;
      },
      keyOf: ({ id }) => id,
      onChange: (after, before) => {
        for (const { id } of before?.versions ?? []) this.#byId.delete(id);
        for (const version of after?.versions ?? []) this.#byId.set(version.id, version);
      },
    });
  }

  /** Call once, before functions start. */
  start(): Promise<void> {
    return this.#packages.start();
  }

  /** Adds a version to the package of this name and runtime, or makes the package. */
  async createVersion(projectId: string, added: NewDependency): Promise<DependencyVersion> {
    return this.#create(projectId, added, false);
  }

  /** Like `createVersion`, but throws `dependency_exists` when there is such a package. */
  async createPackage(projectId: string, added: NewDependency): Promise<DependencyVersion> {
    return this.#create(projectId, added, true);
  }

  /** Adds a version to an existing package. Name and runtime stay. */
  async updatePackage(
    projectId: string,
    dependencyId: string,
    { name, runtime, ...added }: NewDependencyOf,
  ): Promise<DependencyVersion> {
    const [newest] = this.#own(projectId, dependencyId);
    if ((name ?? newest.name) !== newest.name || (runtime ?? newest.runtime) !== newest.runtime) {
      throw new PlatformError('invalid_dependency', 'name and runtime of a dependency cannot be changed');
    }
    return this.#create(projectId, { ...added, name: newest.name, runtime: newest.runtime }, false);
  }

  /** Stores a version of a public package. */
  async addPublic(
    added: Pick<NewDependencyVersion, 'name' | 'runtime' | 'description' | 'fileName'>,
    bytes: Uint8Array,
  ): Promise<DependencyVersion> {
    const pin = await this.#put(bytes, LIMITS.codeZipBytes);
    return this.#insert({ ...added, projectId: PUBLIC, link: '', artifact: pin.artifact }, pin, false);
  }

  /** The newest version of each package: own ones first, then by name. */
  list(projectId: string, filter: DependencyFilter): DependencyVersion[] {
    const newest = new Map<string, DependencyVersion>();
    for (const each of this.#byId.values()) {
      if (each.projectId !== PUBLIC && each.projectId !== projectId) continue;
      if (filter.scope !== 'all' && (filter.scope === 'public') !== (each.projectId === PUBLIC)) continue;
      if (filter.runtime !== undefined && each.runtime !== filter.runtime) continue;
      if (filter.pattern !== undefined && !each.name.includes(filter.pattern)) continue;
      if ((newest.get(each.dependencyId)?.version ?? 0) < each.version) newest.set(each.dependencyId, each);
    }
    const key = (each: DependencyVersion) => `${each.projectId === PUBLIC ? 1 : 0} ${each.name} ${each.runtime}`;
    return [...newest.values()].sort((a, b) => (key(a) < key(b) ? -1 : 1));
  }

  /**
   * Newest first, at least one. The id of a version means its package, as clients of the older operations use it. Throws
   * `dependency_not_found`.
   */
  versions(projectId: string, dependencyId: string): [DependencyVersion, ...DependencyVersion[]] {
    const requested = this.#byId.get(dependencyId)?.dependencyId ?? dependencyId;
    const found = [...this.#byId.values()].filter(
      (each) => each.dependencyId === requested && isVisible(each, projectId),
    );
    const [first, ...others] = found.sort((a, b) => b.version - a.version);
    if (first === undefined) throw notFound(`there is no dependency ${dependencyId.slice(0, 80)}`);
    return [first, ...others];
  }

  /** Throws `dependency_not_found`. */
  version(projectId: string, dependencyId: string, version: string): DependencyVersion {
    const versions = this.versions(projectId, dependencyId);
    const found = versions.find((each) => String(each.version) === version);
    if (found === undefined) throw notFound(`dependency ${versions[0].name} has no version ${version.slice(0, 20)}`);
    return found;
  }

  /**
   * The package is deleted with its last version. Throws `dependency_in_use`, `dependency_read_only`,
   * `dependency_not_found`.
   */
  async deleteVersion(projectId: string, dependencyId: string, version: string): Promise<void> {
    this.#own(projectId, dependencyId);
    await this.#remove([this.version(projectId, dependencyId, version)]);
  }

  /** All versions or none. Throws like `deleteVersion`. */
  async deletePackage(projectId: string, dependencyId: string): Promise<void> {
    await this.#remove(this.#own(projectId, dependencyId));
  }

  /** Dependencies that functions already have, in their order; deleted ones are left out. */
  describe(ids: readonly string[]): DependencyVersion[] {
    return ids.map((id) => this.#byId.get(id)).filter((found) => found !== undefined);
  }

  /**
   * Checks new dependencies of a function and prevents their deletion meanwhile. The id of a package means its newest
   * version. Throws `dependency_not_found`, `dependency_unusable` for another language, `invalid_dependency` for too
   * many.
   */
  hold(projectId: string, language: Language, ids: readonly string[]): DependencyHold {
    if (ids.length > LIMITS.dependenciesPerFunction) {
      const most = LIMITS.dependenciesPerFunction;
      throw new PlatformError('invalid_dependency', `a function may have at most ${most} dependencies`, {
        hint: 'Pack several libraries into one dependency.',
      });
    }
    const versions = ids.map((id) => this.#usable(projectId, language, id));
    const packages = new Set(versions.map((version) => version.dependencyId));
    if (packages.size < versions.length) {
      throw new PlatformError('invalid_dependency', 'a dependency is named twice', {
        hint: 'One version of each is enough.',
      });
    }
    for (const { id } of versions) this.#held.set(id, (this.#held.get(id) ?? 0) + 1);
    let held = true;
    const release = (): void => {
      if (!held) return;
      held = false;
      for (const { id } of versions) {
        const left = (this.#held.get(id) ?? 1) - 1;
        if (left > 0) this.#held.set(id, left);
        else this.#held.delete(id);
      }
    };
    return { versions, release };
  }

  /** The meaning of an id in a body: a version, or the newest one of a package; of any project. */
  versionOf(id: string): DependencyVersion | undefined {
    return this.#byId.get(id) ?? [...this.#byId.values()].findLast((each) => each.dependencyId === id);
  }

  isPublic({ projectId }: DependencyVersion): boolean {
    return projectId === PUBLIC;
  }

  #usable(projectId: string, requested: Language, id: string): DependencyVersion {
    const found = this.versionOf(id);
    if (found === undefined || !isVisible(found, projectId))
      throw notFound(`there is no dependency version ${id.slice(0, 80)}`);
    const language = languageOf(found.runtime);
    if (language === undefined || !fitsLanguage(language.id, requested.id)) {
      throw new PlatformError('dependency_unusable', `dependency ${found.name} is for ${found.runtime}`, {
        hint: 'Function and dependency must be of one language.',
      });
    }
    return found;
  }

  /** Versions of a package that the project may change. */
  #own(projectId: string, dependencyId: string): [DependencyVersion, ...DependencyVersion[]] {
    const versions = this.versions(projectId, dependencyId);
    if (versions[0].projectId !== PUBLIC) return versions;
    throw new PlatformError('dependency_read_only', `dependency ${versions[0].name} is public and cannot be changed`);
  }

  async #create(projectId: string, upload: NewDependency, newPackage: boolean): Promise<DependencyVersion> {
    checkDependency(upload);
    const { name, runtime, description, source } = upload;
    const link = 'link' in source ? source.link : '';
    if (newPackage && this.#exists(projectId, name, runtime)) throw exists(name);
    const pin =
      'bytes' in source
        ? await this.#put(source.bytes, LIMITS.codeZipBytes)
        : await this.#put(source.linked ?? fetchArchive(source.link, this.#options.linkHosts), LIMITS.fetchedZipBytes);
    const added = { projectId, name, runtime, description, link, fileName: `${name}.zip`, artifact: pin.artifact };
    return this.#insert(added, pin, newPackage);
  }

  #exists(projectId: string, name: string, runtime: string): boolean {
    const same = (each: DependencyVersion) =>
      each.projectId === projectId && each.name === name && each.runtime === runtime;
    return [...this.#byId.values()].some(same);
  }

  async #put(bytes: Uint8Array | AsyncIterable<Uint8Array>, maxBytes: number): Promise<ArtifactPin> {
    try {
      const pin = await this.#options.artifacts.put(bytes, { kind: 'zip', maxBytes });
      return await this.#checked(pin);
    } catch (error) {
      if (!(error instanceof ArtifactError)) throw error;
      const code = error.reason === 'too-large' ? 'code_too_large' : 'invalid_dependency';
      throw new PlatformError(code, `${error.message} [${error.reason}]`, { hint: error.hint, cause: error });
    }
  }

  async #checked(pin: ArtifactPin): Promise<ArtifactPin> {
    try {
      await checkDependencyTree(pin.artifact.treePath);
      return pin;
    } catch (error) {
      await this.#giveUp(pin);
      throw error;
    }
  }

  async #insert(added: NewDependencyVersion, pin: ArtifactPin, newPackage: boolean): Promise<DependencyVersion> {
    const { store, clock } = this.#options;
    let outcome: DependencyVersion | 'exists' | 'quota' | undefined;
    try {
      outcome = await store.insert(added, { ...QUOTA, newPackage, now: clock.now() });
    } finally {
      if (typeof outcome === 'object') pin.release();
      else await this.#giveUp(pin);
    }
    if (outcome === 'exists') throw exists(added.name);
    if (outcome === 'quota') {
      const { mostInProject, mostBytesInProject } = QUOTA;
      const message = `a project may have ${mostInProject} dependency versions of ${mostBytesInProject} bytes together`;
      throw new PlatformError('dependency_quota', message, {
        hint: 'Delete versions that no function uses.',
      });
    }
    await this.#packages.caughtUp();
    return outcome;
  }

  async #giveUp(pin: ArtifactPin): Promise<void> {
    pin.release();
    await this.#options.artifacts.release(pin.artifact.sha256, this.#options.isReferenced);
  }

  async #remove(versions: readonly DependencyVersion[]): Promise<void> {
    const { store, artifacts, isReferenced } = this.#options;
    for (const version of versions) this.#refuseUsed(version);
    // from here on no function can get them
    for (const { id } of versions) this.#byId.delete(id);
    try {
      await store.remove(
        versions[0]?.dependencyId ?? '',
        versions.map(({ id }) => id),
      );
    } catch (error) {
      for (const version of versions) this.#byId.set(version.id, version);
      throw error;
    }
    await this.#packages.caughtUp();
    // code folders made from it have their own directory entries for its files
    for (const { artifact } of versions) await artifacts.release(artifact.sha256, isReferenced);
  }

  #refuseUsed({ id, name, version }: DependencyVersion): void {
    const users = [...this.#options.catalog.snapshots()].filter((snapshot) => snapshot.dependencies?.includes(id));
    const [user] = users;
    if (user === undefined && !this.#held.has(id)) return;
    const who = user === undefined ? 'a function that is being changed' : `function ${user.name} (${user.version})`;
    const more = users.length > 1 ? ` and ${users.length - 1} more` : '';
    throw new PlatformError('dependency_in_use', `version ${version} of ${name} is used by ${who}${more}`, {
      hint: 'Remove it from the function, or delete the version of the function, first.',
    });
  }
}

function isVisible(version: DependencyVersion, projectId: string): boolean {
  return version.projectId === PUBLIC || version.projectId === projectId;
}

function exists(name: string): PlatformError {
  return new PlatformError('dependency_exists', `a dependency ${name} for this runtime exists`, {
    hint: 'Add a version to it.',
  });
}

function notFound(message: string): PlatformError {
  return new PlatformError('dependency_not_found', message);
}
