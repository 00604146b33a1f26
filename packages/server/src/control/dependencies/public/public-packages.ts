import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LIMITS } from '@funcgraph/api';
import { languageOf } from '@funcgraph/runtimes';
import { ArtifactError, zipFolder } from '../../../artifacts/index.ts';
import { PlatformError } from '../../../lib/platform-error.ts';
import type { Runtimes } from '../../functions/types.ts';
import type { Dependencies } from '../dependencies.ts';
import { type DependencyVersion, PUBLIC } from '../types.ts';
import { fetchPackage, type Requested } from './fetch-package.ts';
import { PUBLIC_PACKAGES, type PublicPackage } from './public-list.ts';

export interface PublicPackagesOptions {
  readonly dependencies: Dependencies;
  readonly runtimes: Pick<Runtimes, 'available'>;
  /** A replacement of npm and pip by tests. */
  readonly fetch?: (requested: Requested, folder: string) => Promise<void>;
}

export interface InstallOptions {
  /** Another version than the guide's. */
  readonly version: string | undefined;
  /** Empty: every runtime of the language on this machine. */
  readonly runtimes: readonly string[];
}

/** The packages that the guide promises, fetched from their package index and kept as public dependencies. */
export class PublicPackages {
  readonly #options: PublicPackagesOptions;
  readonly #installing = new Set<string>();

  constructor(options: PublicPackagesOptions) {
    this.#options = options;
  }

  /** Each package with the versions of it that are here. */
  list(): readonly { readonly pkg: PublicPackage; readonly installed: readonly DependencyVersion[] }[] {
    const here = this.#options.dependencies.list(PUBLIC, { scope: 'public', runtime: undefined, pattern: undefined });
    return PUBLIC_PACKAGES.map((pkg) => ({ pkg, installed: here.filter(({ name }) => name === pkg.name) }));
  }

  /**
   * Installs one package and reports its steps. Installed dependencies are left alone. Throws `dependency_not_found`
   * for an unknown package, `archive_not_fetched`, `invalid_dependency`, `invalid_runtime`, `overloaded` while it is
   * installed already.
   */
  async *install(name: string, options: InstallOptions): AsyncGenerator<string> {
    const pkg = PUBLIC_PACKAGES.find((each) => each.name === name);
    if (pkg === undefined) {
      throw new PlatformError(
        'dependency_not_found',
        `there is no public package ${JSON.stringify(name.slice(0, 80))}`,
        {
          hint: `There are: ${PUBLIC_PACKAGES.map((each) => each.name).join(', ')}.`,
        },
      );
    }
    if (pkg.source === undefined) {
      throw new PlatformError('archive_not_fetched', `${name} is in no package index`, {
        hint: 'Get it from its vendor and pack it yourself: fgs dependencies create.',
      });
    }
    const runtimes = this.#runtimesFor(pkg, options.runtimes);
    if (this.#installing.has(name)) throw new PlatformError('overloaded', `${name} is being installed already`);
    this.#installing.add(name);
    try {
      for (const runtime of runtimes) {
        yield* this.#installFor(pkg, { source: pkg.source, version: options.version ?? pkg.version, runtime });
      }
    } finally {
      this.#installing.delete(name);
    }
  }

  async *#installFor(pkg: PublicPackage, requested: Requested): AsyncGenerator<string> {
    const { version, runtime, source } = requested;
    const fileName = `${pkg.name}-${version}.zip`;
    const { dependencies, fetch = fetchPackage } = this.#options;
    if (this.#has(pkg.name, runtime, fileName)) {
      yield `${pkg.name} ${version} for ${runtime} exists already`;
      return;
    }
    yield `fetching ${pkg.name} ${version} for ${runtime} with ${source.index}`;
    const folder = await mkdtemp(join(tmpdir(), 'funcgraph-package-'));
    try {
      await fetch(requested, folder);
      const zip = await zipFolder(folder, { maxBytes: LIMITS.codeZipBytes, keep: isContents });
      const other = version === pkg.version ? '' : `; the guide names ${pkg.version}`;
      const description = `${source.name} ${version} and what it needs, by ${source.index}${other}`;
      const added = await dependencies.addPublic({ name: pkg.name, runtime, description, fileName }, zip);
      yield `${pkg.name} ${version} for ${runtime} is version ${added.version} of public dependency ${pkg.name}`;
    } catch (error) {
      if (!(error instanceof ArtifactError)) throw error;
      throw new PlatformError('invalid_dependency', `${pkg.name}: ${error.message}`, { cause: error });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  #has(name: string, runtime: string, fileName: string): boolean {
    const { dependencies } = this.#options;
    const [found] = dependencies
      .list(PUBLIC, { scope: 'public', runtime, pattern: name })
      .filter((each) => each.name === name);
    if (found === undefined) return false;
    return dependencies.versions(PUBLIC, found.dependencyId).some((each) => each.fileName === fileName);
  }

  #runtimesFor({ name, language }: PublicPackage, requested: readonly string[]): readonly string[] {
    const fits = (runtime: string) => languageOf(runtime)?.id === language;
    const wrong = requested.find((runtime) => !fits(runtime));
    if (wrong !== undefined)
      throw new PlatformError('invalid_runtime', `${name} is no package for ${wrong.slice(0, 60)}`);
    const runtimes = requested.length > 0 ? requested : this.#options.runtimes.available().filter(fits);
    if (runtimes.length > 0) return runtimes;
    throw new PlatformError('invalid_runtime', `this machine has no runtime that could use ${name}`, {
      hint: 'fgs runtimes list shows the available runtimes.',
    });
  }
}

/** npm's own notes contain the index address of this machine; backup copies are refused in dependencies. */
function isContents(path: string): boolean {
  return path !== 'node_modules/.package-lock.json' && !path.split('/').some((part) => part.endsWith('~'));
}
