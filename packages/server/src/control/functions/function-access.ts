import type { Environment } from '@funcgraph/api/environment';
import type { ArtifactStore } from '../../artifacts/index.ts';
import { LATEST } from '../../domain/names.ts';
import { type Quotas, USUAL_QUOTAS } from '../../domain/quotas.ts';
import type { Images } from '../../images/index.ts';
import type { Clock } from '../../lib/clock.ts';
import { KeyLock } from '../../lib/key-lock.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { Sealer } from '../../lib/sealer.ts';
import type { ChangeFeed } from '../../storage/index.ts';
import type { Catalog, VersionSnapshot } from '../catalog.ts';
import type { Dependencies } from '../dependencies/dependencies.ts';
import { MergedCode } from '../dependencies/merged-code.ts';
import { CodeCollector } from './code-collector.ts';
import type { FunctionStore } from './function-store.ts';
import { snapshotOf } from './snapshot.ts';
import type { FunctionName, FunctionState } from './types.ts';
import type { StoredFunction } from './version-row.ts';

export interface FunctionAccessOptions {
  readonly feed: ChangeFeed;
  readonly store: FunctionStore;
  readonly artifacts: ArtifactStore;
  readonly catalog: Catalog;
  readonly dependencies: Dependencies;
  readonly images: Pick<Images, 'hold' | 'rootfs'>;
  readonly sealer: Sealer;
  readonly clock: Clock;
  readonly region: string;
  /** Those of the guide unless set. */
  readonly quotas?: Quotas;
}

/** Shared parts of functions, versions and aliases: one change of a function at a time, and making it visible. */
export class FunctionAccess {
  readonly catalog: Catalog;
  readonly collector: CodeCollector;
  readonly mergedCode: MergedCode;
  readonly quotas: Quotas;
  readonly #feed: ChangeFeed;
  readonly #dependencies: Dependencies;
  readonly #images: Pick<Images, 'rootfs'>;
  readonly #store: FunctionStore;
  readonly #sealer: Sealer;
  readonly #region: string;
  readonly #locks = new KeyLock();

  constructor(options: FunctionAccessOptions) {
    this.catalog = options.catalog;
    this.collector = new CodeCollector(options.artifacts, options.store, options.clock);
    this.mergedCode = new MergedCode(options.artifacts, options.catalog, options.clock);
    this.#feed = options.feed;
    this.#dependencies = options.dependencies;
    this.#images = options.images;
    this.#store = options.store;
    this.#sealer = options.sealer;
    this.#region = options.region;
    this.quotas = options.quotas ?? USUAL_QUOTAS;
  }

  /** Runs `work` when no other change of this function runs. */
  alone<T>(name: FunctionName, work: () => Promise<T>): Promise<T> {
    return this.#locks.run(`${name.projectId}:${name.package}:${name.name}`, work);
  }

  /** Throws `function_not_found` or `version_not_found`. */
  async find(name: FunctionName, version: string): Promise<StoredFunction> {
    const found = await this.#store.find(name, version);
    if (found !== undefined) return found;
    if (version === LATEST || (await this.#store.find(name, LATEST)) === undefined) throw notFound(name);
    throw new PlatformError('version_not_found', `function ${name.name} has no version ${version}`);
  }

  /** Resolves when the catalog has everything that was committed before the call. */
  caughtUp(): Promise<void> {
    return this.#feed.caughtUp();
  }

  /** A version as the data plane sees it. */
  snapshot({ fn, version }: StoredFunction): VersionSnapshot {
    const secrets = this.open(version.sealedEnv);
    const rootfs = (id: string): string => this.#images.rootfs(id);
    const dependencies = this.#dependencies.describe(version.config.dependencies);
    const artifact = this.mergedCode.artifactOf(version.artifact, fn.runtime, dependencies);
    return snapshotOf({ fn, version: { ...version, artifact } }, { secrets, region: this.#region, rootfs });
  }

  describe(stored: StoredFunction): FunctionState {
    const secretNames = Object.keys(this.open(stored.version.sealedEnv));
    return { ...stored, secretNames, dependencies: this.#dependencies.describe(stored.version.config.dependencies) };
  }

  /** Null when there is nothing to hide. */
  seal(secrets: Environment): string | null {
    return Object.keys(secrets).length === 0 ? null : this.#sealer.seal(JSON.stringify(secrets));
  }

  open(sealed: string | null): Environment {
    return sealed === null ? {} : (JSON.parse(this.#sealer.open(sealed)) as Environment);
  }
}

export function notFound({ package: pkg, name }: FunctionName): PlatformError {
  return new PlatformError('function_not_found', `there is no function ${name} in package ${pkg}`);
}
