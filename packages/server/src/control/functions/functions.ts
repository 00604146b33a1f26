import { randomBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { type Language, languageOf } from '@funcgraph/runtimes';
import { type Artifact, ArtifactError, type ArtifactPin, type ArtifactStore } from '../../artifacts/index.ts';
import { DEFAULT_PACKAGE, isFunctionName, isPackageName, LATEST } from '../../domain/names.ts';
import type { Quotas } from '../../domain/quotas.ts';
import { type SurroundingsChoice, surroundingsChoice } from '../../domain/surroundings.ts';
import type { Images } from '../../images/index.ts';
import type { Clock } from '../../lib/clock.ts';
import type { MayRemove } from '../../lib/leftovers.ts';
import type { AllowedHosts } from '../../lib/outgoing-address.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { Sealer } from '../../lib/sealer.ts';
import type { ChangeFeed } from '../../storage/index.ts';
import type { Catalog } from '../catalog.ts';
import type { Dependencies } from '../dependencies/dependencies.ts';
import { applySettings, type CheckedConfig, checkMaxInstances, initialConfig } from './apply-settings.ts';
import { type CodeUpload, checkFileName, codeUpload, defaultUpload, uploadError } from './code-upload.ts';
import { type ChosenImage, chooseImage, type ImageChange, refuseDependencies, wantsImage } from './custom-image.ts';
import { FunctionAccess, notFound } from './function-access.ts';
import type { FunctionPage, FunctionStore, ProjectUsage } from './function-store.ts';
import type {
  CodeChange,
  ConfigChange,
  FunctionName,
  FunctionRecord,
  FunctionState,
  NewCode,
  NewFunction,
  Runtimes,
  Tracing,
  VersionRecord,
} from './types.ts';
import type { StoredFunction } from './version-row.ts';

export interface FunctionsOptions {
  readonly store: FunctionStore;
  readonly feed: ChangeFeed;
  readonly artifacts: ArtifactStore;
  readonly catalog: Catalog;
  readonly dependencies: Dependencies;
  readonly images: Pick<Images, 'hold' | 'rootfs'>;
  readonly sealer: Sealer;
  readonly runtimes: Runtimes;
  /** Hosts in the server's own network that links to code may name. */
  readonly linkHosts: AllowedHosts;
  readonly clock: Clock;
  readonly region: string;
  /** Those of the guide unless set. */
  readonly quotas?: Quotas;
  /** Throws when the project may not use a network or a file system, or it does not exist. */
  readonly checkSurroundings?: (requested: SurroundingsChoice, projectId: string) => void;
  /** Whether a project may use an image, by its name without the tag. */
  readonly mayUseImage: (repository: string, projectId: string) => boolean;
}

/** The changed parts of a version; undefined parts stay. */
interface Change {
  readonly settings?: CheckedConfig;
  readonly config?: Partial<VersionRecord['config']>;
  readonly code?: { readonly artifact: Artifact; readonly file: string | undefined };
}

/**
 * Creates, changes and deletes functions. Each operation makes all checks before the first change, and is durable and
 * visible in the catalog when its promise resolves. Throws `PlatformError` with the codes of the API.
 */
export class Functions {
  /** For the versions and aliases of the same functions. */
  readonly access: FunctionAccess;
  readonly #options: FunctionsOptions;

  constructor(options: FunctionsOptions) {
    this.#options = options;
    this.access = new FunctionAccess(options);
  }

  /** Removes code that no version uses. Call when the catalog is complete. */
  async sweep(mayRemove: MayRemove): Promise<void> {
    await this.access.mergedCode.sweep(mayRemove);
    await this.access.collector.sweep(mayRemove);
  }

  /** Removes code that servers share and no version uses. */
  sweepShared(): Promise<void> {
    return this.access.collector.sweepShared();
  }

  async stop(): Promise<void> {
    await this.access.mergedCode.stop();
    await this.access.collector.stop();
  }

  async create(projectId: string, added: NewFunction): Promise<FunctionState> {
    const { runtimes, clock, store, linkHosts } = this.#options;
    const { quotas } = this.access;
    const { environmentChars } = quotas;
    const { name, package: requestedPackage, runtime, code = {}, image, ...settings } = added;
    if (!isFunctionName(name)) {
      throw new PlatformError('invalid_function_name', 'func_name is not a function name', {
        hint: 'At most 60 letters, digits, _ and -; starts with a letter, ends with a letter or digit.',
      });
    }
    const pkg = requestedPackage || DEFAULT_PACKAGE;
    if (!isPackageName(pkg)) throw new PlatformError('invalid_package_name', 'package is not a package name');
    const language = knownRuntime(runtime, runtimes);
    const checked = applySettings(
      { config: initialConfig(language), secrets: {}, language, environmentChars },
      settings,
    );
    this.#checkSurroundings(settings, projectId);
    const chosen = wantsImage(added, language) ? await this.#choose(projectId, added, language, undefined) : undefined;
    const upload =
      chosen?.upload ??
      codeUpload(code, { language, handler: checked.config.handler, linkHosts }) ??
      defaultUpload(language, checked.config.handler);
    return this.access
      .alone({ projectId, package: pkg, name }, async () => {
        if ((await store.find({ projectId, package: pkg, name }, LATEST)) !== undefined) throw exists(pkg, name);
        const pin = await this.#store(upload);
        const now = clock.now();
        const fn = {
          id: randomBytes(16).toString('hex'),
          projectId,
          package: pkg,
          name,
          runtime,
          collected: false,
          createdAt: now,
          sealedTracing: null,
        };
        const version: VersionRecord = {
          version: LATEST,
          revision: 1,
          config: {
            ...checked.config,
            ...imageField(chosen),
            codeType: upload.codeType,
            codeFileName: upload.codeFileName,
            codeUrl: upload.codeUrl ?? '',
          },
          sealedEnv: this.access.seal(checked.secrets),
          artifact: pin.artifact,
          artifactFile: upload.put.fileName,
          modifiedAt: now,
          description: '',
        };
        return this.#withPin(pin, async () => {
          return this.#withDependencies(fn, version, async (complete) => {
            const outcome = await store.insert({ fn, version: complete }, quotas);
            if (outcome === 'exists') throw exists(pkg, name);
            if (outcome !== 'added') throw overQuota(outcome, quotas);
            await this.access.caughtUp();
            return this.access.describe({ fn, version: complete });
          });
        });
      })
      .finally(() => chosen?.release());
  }

  /** Throws `function_not_found` or `version_not_found`. */
  async show(name: FunctionName, version: string = LATEST): Promise<FunctionState> {
    return this.access.describe(await this.access.find(name, version));
  }

  async list(page: FunctionPage): Promise<{ functions: FunctionState[]; total: number }> {
    const { rows, total } = await this.#options.store.list(page, LATEST);
    return { functions: rows.map((row) => this.access.describe(row)), total };
  }

  /**
   * Replaces code and dependencies, each only when it is given. Throws `unchanged` when code and dependencies are those
   * of the version.
   */
  async updateCode(name: FunctionName, change: CodeChange): Promise<FunctionState> {
    return this.#change(name, async (stored) => {
      const { config, artifact, artifactFile } = stored.version;
      const language = languageFor(stored);
      if (config.image !== undefined || wantsImage(change, language)) return this.#changeImage(stored, change, {});
      const { code = {}, dependencies = config.dependencies } = change;
      const attached = isDeepStrictEqual(dependencies, config.dependencies) ? {} : { config: { dependencies } };
      const upload = codeUpload(code, { language, handler: config.handler, linkHosts: this.#options.linkHosts });
      if (upload === undefined) return { change: merged(renamed(code, config.codeFileName), attached) };
      const pin = await this.#store(upload, artifact);
      const same = pin.artifact.sha256 === artifact.sha256 && pin.artifact.kind === artifact.kind;
      if (same && upload.put.fileName === artifactFile) {
        pin.release();
        const other = merged(renamed(code, config.codeFileName), attached);
        if (Object.keys(other).length > 0) return { change: other };
        throw new PlatformError('unchanged', 'the code is the same as before');
      }
      const { codeType, codeFileName, codeUrl = '' } = upload;
      const replaced = { artifact: pin.artifact, file: upload.put.fileName };
      return { pin, change: merged({ code: replaced, config: { codeType, codeFileName, codeUrl } }, attached) };
    });
  }

  async updateConfig(name: FunctionName, change: ConfigChange): Promise<FunctionState> {
    const { image, ...settings } = change;
    return this.#change(name, async (stored) => {
      const language = languageFor(stored);
      const { config, sealedEnv } = stored.version;
      const { environmentChars } = this.access.quotas;
      const base = { config, secrets: this.access.open(sealedEnv), language, environmentChars };
      const checked = applySettings(base, settings);
      this.#checkSurroundings(settings, name.projectId);
      if (config.image === undefined && !image?.name) return this.#followHandler(stored, language, checked);
      return this.#changeImage(stored, change, { settings: checked });
    });
  }

  /** 0 disables the function: it can be changed, and calls are refused. Undefined changes nothing. */
  async updateMaxInstances(name: FunctionName, maxInstances: number | undefined): Promise<FunctionState> {
    checkMaxInstances('max_instance_num', maxInstances);
    return this.#change(name, async () => ({ change: maxInstances === undefined ? {} : { config: { maxInstances } } }));
  }

  async setCollected(name: FunctionName, collected: boolean): Promise<void> {
    const { fn } = await this.access.find(name, LATEST);
    await this.#options.store.setCollected(fn.id, collected);
  }

  /** Throws `function_not_found` or `version_not_found`, like `setTracing`. */
  async tracing(name: FunctionName, version: string): Promise<Tracing> {
    const { sealedTracing } = (await this.access.find(name, version)).fn;
    if (sealedTracing === null) return 'unset';
    if (sealedTracing === '') return 'off';
    return JSON.parse(this.#options.sealer.open(sealedTracing)) as Exclude<Tracing, string>;
  }

  /** Of all versions of the function. */
  async setTracing(name: FunctionName, version: string, tracing: Exclude<Tracing, 'unset'>): Promise<void> {
    const { sealer, store } = this.#options;
    const { fn } = await this.access.find(name, version);
    await store.setTracing(fn.id, tracing === 'off' ? '' : sealer.seal(JSON.stringify(tracing)));
    await this.access.caughtUp();
  }

  /** Removes the function with its versions; unshared code is removed once no invocation can still run it. */
  async delete(name: FunctionName): Promise<void> {
    const { store } = this.#options;
    await this.access.alone(name, async () => {
      const { fn } = await this.access.find(name, LATEST);
      const digests = await store.remove(fn.id);
      await this.access.caughtUp();
      for (const sha256 of digests) this.access.collector.later(sha256);
    });
  }

  usage(projectId: string): Promise<ProjectUsage> {
    return this.#options.store.usage(projectId);
  }

  /** The present image of the name, when the change is about it; otherwise the function's image stays. */
  async #changeImage(
    stored: StoredFunction,
    requested: ImageChange,
    change: Change,
  ): Promise<{ change: Change; pin?: ArtifactPin; release?: () => void }> {
    const { config, artifact } = stored.version;
    if (config.image === undefined) {
      throw new PlatformError('invalid_code_type', 'a function with code cannot become a container image', {
        hint: 'Create another function.',
      });
    }
    refuseDependencies(requested.dependencies);
    if (requested.image === undefined && change.settings !== undefined) return { change };
    const chosen = await this.#choose(stored.fn.projectId, requested, languageFor(stored), config.image);
    try {
      const pin = await this.#store(chosen.upload);
      if (pin.artifact.sha256 === artifact.sha256) {
        pin.release();
        chosen.release();
        return { change };
      }
      const code = { artifact: pin.artifact, file: chosen.upload.put.fileName };
      return { pin, release: chosen.release, change: { ...change, code, config: imageField(chosen) } };
    } catch (error) {
      chosen.release();
      throw error;
    }
  }

  #choose(
    projectId: string,
    requested: ImageChange,
    language: Language,
    before: VersionRecord['config']['image'],
  ): Promise<ChosenImage> {
    const { images, mayUseImage } = this.#options;
    const mayUse = (repository: string): boolean => mayUseImage(repository, projectId);
    return chooseImage(requested, language, before, (reference) => images.hold(reference, mayUse));
  }

  /** Inline code is one file named by the handler: another handler needs another name. */
  async #followHandler(
    stored: StoredFunction,
    language: Language,
    settings: CheckedConfig,
  ): Promise<{ change: Change; pin?: ArtifactPin }> {
    const { artifact, artifactFile } = stored.version;
    const fileName = language.inline?.fileName(settings.config.handler);
    if (artifact.kind !== 'inline' || fileName === undefined || fileName === artifactFile)
      return { change: { settings } };
    const bytes = await this.#options.artifacts.readAll(artifact.sha256);
    const pin = await this.#options.artifacts.put(bytes, { kind: 'inline', fileName });
    const codeFileName = fileName.slice(fileName.lastIndexOf('/') + 1);
    return { pin, change: { settings, config: { codeFileName }, code: { artifact: pin.artifact, file: fileName } } };
  }

  async #change(
    name: FunctionName,
    decide: (stored: StoredFunction) => Promise<{ change: Change; pin?: ArtifactPin; release?: () => void }>,
  ): Promise<FunctionState> {
    const { store, clock } = this.#options;
    return this.access.alone(name, async () => {
      const stored = await this.access.find(name, LATEST);
      const { change, pin, release } = await decide(stored);
      if (Object.keys(change).length === 0) return this.access.describe(stored);
      const before = stored.version;
      const version: VersionRecord = {
        ...before,
        revision: before.revision + 1,
        config: { ...(change.settings?.config ?? before.config), ...change.config },
        sealedEnv: change.settings === undefined ? before.sealedEnv : this.access.seal(change.settings.secrets),
        artifact: change.code?.artifact ?? before.artifact,
        artifactFile: change.code === undefined ? before.artifactFile : change.code.file,
        modifiedAt: clock.now(),
      };
      return this.#withPin(pin, async () => {
        return this.#withDependencies(stored.fn, version, async (complete) => {
          const { quotas } = this.access;
          const outcome = await store.replace(stored.fn, { before: before.revision, version: complete }, quotas);
          if (outcome === 'code_quota') throw overQuota(outcome, quotas);
          if (outcome === 'gone') throw notFound(name);
          if (complete.artifact.sha256 !== before.artifact.sha256) this.access.collector.later(before.artifact.sha256);
          await this.access.caughtUp();
          return this.access.describe({ fn: stored.fn, version: complete });
        });
      }).finally(() => release?.());
    });
  }

  /** Commits a version whose dependencies exist, cannot be deleted meanwhile, and share a folder with its code. */
  async #withDependencies<T>(
    fn: FunctionRecord,
    version: VersionRecord,
    commit: (complete: VersionRecord) => Promise<T>,
  ): Promise<T> {
    const { config, artifact } = version;
    const held = this.#options.dependencies.hold(fn.projectId, languageFor({ fn }), config.dependencies);
    try {
      await this.#fetchParts(version, held.versions);
      const folder = await this.access.mergedCode.hold(artifact, fn.runtime, held.versions).catch(mergeRefused);
      try {
        return await commit({ ...version, config: { ...config, dependencies: held.versions.map(({ id }) => id) } });
      } finally {
        folder.release();
      }
    } finally {
      held.release();
    }
  }

  /** What another server stored may not be here yet. Throws `artifacts_unavailable`. */
  async #fetchParts(
    { artifact, artifactFile }: VersionRecord,
    dependencies: readonly { readonly artifact: Artifact }[],
  ): Promise<void> {
    const { artifacts } = this.#options;
    if (dependencies.length === 0) return;
    await artifacts.prefetch(artifact, artifactFile);
    for (const dependency of dependencies) await artifacts.prefetch(dependency.artifact);
  }

  /** Holds new code until its row is committed; on failure the code is removed unless another version uses it. */
  async #withPin<T>(pin: ArtifactPin | undefined, commit: () => Promise<T>): Promise<T> {
    if (pin === undefined) return commit();
    let committed = false;
    try {
      const result = await commit();
      committed = true;
      return result;
    } finally {
      pin.release();
      if (!committed) await this.access.collector.now(pin.artifact.sha256);
    }
  }

  /** Settings that are left out stay, also when their resource is not registered any more. */
  #checkSurroundings({ network, mountConfig }: ConfigChange, projectId: string): void {
    this.#options.checkSurroundings?.(surroundingsChoice({ network, mountConfig }), projectId);
  }

  async #store({ bytes, put }: CodeUpload, replaces?: Artifact): Promise<ArtifactPin> {
    try {
      return await this.#options.artifacts.put(bytes, { ...put, ...(replaces === undefined ? {} : { replaces }) });
    } catch (error) {
      throw uploadError(error);
    }
  }
}

function imageField(chosen: ChosenImage | undefined): Partial<VersionRecord['config']> {
  return chosen === undefined ? {} : { image: chosen.image };
}

function knownRuntime(runtime: string, runtimes: Runtimes): Language {
  const language = languageOf(runtime);
  const found = runtimes.find(runtime);
  if (language === undefined || found === undefined) {
    throw new PlatformError('invalid_runtime', `runtime ${JSON.stringify(runtime.slice(0, 60))} is unknown`, {
      hint: `Available here: ${runtimes.available().join(', ')}.`,
    });
  }
  if (!found.available) {
    throw new PlatformError('invalid_runtime', `runtime ${runtime} is not installed on this machine`, {
      hint: found.hint,
    });
  }
  return language;
}

function renamed({ fileName = '' }: NewCode, before: string): Change {
  checkFileName(fileName);
  return fileName === '' || fileName === before ? {} : { config: { codeFileName: fileName } };
}

/** Both changes; they set different fields. */
function merged(a: Change, b: Change): Change {
  if (a.config === undefined || b.config === undefined) return { ...a, ...b };
  return { ...a, ...b, config: { ...a.config, ...b.config } };
}

function mergeRefused(error: unknown): never {
  if (!(error instanceof ArtifactError)) throw error;
  throw new PlatformError('invalid_dependency', `${error.message} [${error.reason}]`, {
    hint: error.hint,
    cause: error,
  });
}

function languageFor({ fn }: Pick<StoredFunction, 'fn'>): Language {
  const language = languageOf(fn.runtime);
  if (language === undefined) throw new Error(`function ${fn.id} has a runtime without a language`);
  return language;
}

function exists(pkg: string, name: string): PlatformError {
  return new PlatformError('function_exists', `function ${name} exists in package ${pkg}`);
}

function overQuota(code: 'function_quota' | 'code_quota', quotas: Quotas): PlatformError {
  return new PlatformError(
    code,
    code === 'function_quota'
      ? `the project has ${quotas.functions} functions, as many as it may have`
      : `the code of the project would be larger than ${quotas.codeBytes} bytes`,
    { hint: 'Delete functions that are not needed.' },
  );
}
