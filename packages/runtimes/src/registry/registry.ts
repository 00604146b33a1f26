import { chmod, copyFile, mkdir, readdir, realpath, rename, rm, stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { arch, platform } from 'node:process';
import { fileURLToPath } from 'node:url';
import type {
  HostInterpreter,
  LanguageId,
  LaunchPlan,
  PlacedInterpreter,
  PlanParts,
  Runtime,
} from '../languages/language.ts';
import { fetchNode, newestVersion } from '../languages/nodejs/npm-package.ts';
import { findRuntime, LANGUAGES, RUNTIMES, runtimeForVersion } from '../languages/runtimes.ts';
import { fileStamp, worldReachable } from '../programs/interpreter-file.ts';
import { portableProgram } from '../programs/portable-program.ts';
import { RuntimeError } from '../programs/runtime-error.ts';
import { withTemporary } from '../programs/temporary.ts';
import { type RuntimeManifest, type RuntimeSource, readManifest, writeManifest } from './manifest.ts';
import { checkedVersion, copyTree, findTree, interpreterOf, programOf, putInPlace } from './placing.ts';
import { placeShims } from './shim-folder.ts';

export interface RuntimeListing {
  readonly name: string;
  readonly language: LanguageId;
  /** Whether requests may wait in an instance that runs one at a time. */
  readonly lanes: boolean;
  readonly available: boolean;
  /** As the interpreter itself reports it. */
  readonly version?: string;
  readonly source?: RuntimeSource;
  /** Where it lies on this machine. */
  readonly path?: string;
  /** The runtime whose interpreter serves this one, when it is another: a JVM runs the code of all versions before it. */
  readonly servedBy?: string;
  /** The command that makes it available, when there is one. */
  readonly install?: string;
  /** Why it is not available and what to do. */
  readonly hint?: string;
}

export type InstallProgress = (step: 'looking up' | 'fetching' | 'checking' | 'ready', detail: string) => void;

export interface RuntimeRegistryOptions {
  /** The Node.js that supervises Custom, HTTP and Go functions; offered as a runtime when the machine has no other. */
  readonly platformNode?: string;
  /** Folders in which the machine's own Node.js is looked for. */
  readonly searchPath?: readonly string[];
  /** Folder with `nodejs`, `python`, `custom`, `http` and `go` in it; by default the one of this package. */
  readonly shims?: string;
  /** Folders in which an interpreter may stay, each with a slash at its end. */
  readonly systemPlaces?: readonly string[];
}

/** The agent shows instances no files from other folders of the machine. */
const SYSTEM_PLACES = ['/usr/', '/opt/'];

const PACKAGE_ROOT = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '');

type State = { readonly manifest: RuntimeManifest; readonly placed: PlacedInterpreter; readonly program: string };

/**
 * The interpreters of one machine: `<dir>/<id>/runtime.json`, with a copy of the interpreter beside it where the
 * original cannot be read by the users that instances run as. Every user must be able to reach `dir`.
 */
export class RuntimeRegistry {
  readonly #dir: string;
  readonly #platformNode: string;
  readonly #searchPath: readonly string[];
  readonly #shims: string;
  readonly #places: readonly string[];
  /** Changes of one runtime happen one after another. */
  readonly #changes = new Map<string, Promise<unknown>>();
  #readyShims: Promise<string> | undefined;
  #readyNode: Promise<string> | undefined;

  constructor(dir: string, options: RuntimeRegistryOptions = {}) {
    this.#dir = dir;
    this.#platformNode = options.platformNode ?? process.execPath;
    this.#searchPath = options.searchPath ?? [];
    this.#shims = options.shims ?? PACKAGE_ROOT;
    this.#places = options.systemPlaces ?? SYSTEM_PLACES;
  }

  /** Every name of the table, then every other registered name, in the order of the table. */
  async list(): Promise<RuntimeListing[]> {
    const names = new Map(RUNTIMES.map((runtime) => [runtime.id, runtime]));
    for (const entry of await this.#folders()) {
      const manifest = await readManifest(join(this.#dir, entry));
      const runtime = manifest === undefined ? undefined : findRuntime(manifest.name);
      if (runtime !== undefined && runtime.id === entry) names.set(runtime.id, runtime);
    }
    return Promise.all([...names.values()].sort(byLanguageAndVersion).map((runtime) => this.#describe(runtime)));
  }

  /**
   * Registers the interpreter in `fromDir` for `name` after it has reported a version that fits. It stays where it is in a
   * place of the system that every user can reach, otherwise it is copied. Throws `RuntimeError`.
   */
  async add(name: string, fromDir: string): Promise<RuntimeListing> {
    const runtime = this.#interpreted(name);
    return this.#exclusive(runtime, async () => {
      const tree = await realpath(await findTree(runtime, fromDir));
      const program = programOf(runtime, tree);
      await checkedVersion(runtime, program);
      if (
        this.#places.some((place) => tree.startsWith(place)) &&
        (await worldReachable(program)) &&
        (await worldReachable(tree))
      )
        await this.#register(runtime, 'added', tree);
      else {
        await mkdir(this.#dir, { recursive: true, mode: 0o755 });
        await withTemporary(this.#dir, async (folder) => {
          const copy = join(folder, 'tree');
          await copyTree(tree, copy);
          await checkedVersion(runtime, programOf(runtime, copy));
          await this.#adopt(runtime, 'added', copy);
        });
      }
      return this.#describe(runtime);
    });
  }

  /** Fetches a Node.js with npm. Throws `runtime.not_installable` for languages that cannot be downloaded. */
  async install(name: string, onProgress: InstallProgress = () => undefined): Promise<RuntimeListing> {
    const runtime = this.#interpreted(name);
    const { npmPackage } = interpreterOf(runtime);
    const packageName = npmPackage?.(platform, arch);
    if (packageName === undefined) {
      const what = npmPackage === undefined ? name : `${name} for ${platform} ${arch}`;
      throw new RuntimeError('runtime.not_installable', `${what} cannot be fetched`, addHint(runtime));
    }
    return this.#exclusive(runtime, async () => {
      await mkdir(this.#dir, { recursive: true, mode: 0o755 });
      await withTemporary(this.#dir, async (folder) => {
        onProgress('looking up', `${packageName} ${runtime.version}`);
        const version = await newestVersion(packageName, runtime.version, folder);
        onProgress('fetching', `${packageName}@${version}`);
        const tree = await fetchNode(packageName, version, folder);
        onProgress('checking', version);
        await checkedVersion(runtime, programOf(runtime, tree));
        await this.#adopt(runtime, 'installed', tree);
        onProgress('ready', version);
      });
      return this.#describe(runtime);
    });
  }

  /**
   * Registers the interpreters of the machine, each under its actual version. Added or installed ones are unchanged,
   * those no longer on the machine are removed. Returns the names that the machine provides.
   */
  async registerHost(): Promise<string[]> {
    await mkdir(this.#dir, { recursive: true, mode: 0o755 });
    // Done at the start, so that a call needs no disk space. A full disk does not prevent the start.
    await this.#reachableShims().catch(() => undefined);
    const manifests = new Map<string, RuntimeManifest>();
    for (const id of await this.#folders()) {
      const manifest = await readManifest(join(this.#dir, id));
      if (manifest !== undefined) manifests.set(id, manifest);
    }
    const places = { searchPath: this.#searchPath, platformNode: this.#platformNode };
    const known = (path: string, stamp: string) =>
      [...manifests.values()].find((each) => each.path === path && each.stamp === stamp)?.version;
    const names: string[] = [];
    // each starts programs of its language to ask them for their version
    const found = await Promise.all(
      LANGUAGES.map(async (language) => ({
        language,
        hosts: language.run.kind === 'interpreter' ? await language.run.findOnHost(places, known) : [],
      })),
    );
    for (const { language, hosts } of found) {
      for (const host of hosts) {
        const runtime = runtimeForVersion(language, host.version);
        if (runtime === undefined || names.includes(runtime.name)) continue;
        names.push(runtime.name);
        const current = manifests.get(runtime.id);
        const isSame = current?.path === host.path && current.stamp === host.stamp;
        if (current !== undefined && (current.source !== 'host' || isSame)) continue;
        await this.#exclusive(runtime, () => this.#registerHost(runtime, host));
      }
    }
    for (const [id, manifest] of manifests) {
      if (manifest.source === 'host' && !names.includes(manifest.name))
        await rm(join(this.#dir, id), { recursive: true, force: true });
    }
    return names;
  }

  /**
   * How to start `name`. Throws `runtime.unknown`, `runtime.later` or `runtime.unavailable` with the remedy as hint.
   */
  async launchPlan(name: string): Promise<LaunchPlan> {
    const runtime = this.#known(name);
    const { run } = runtime.language;
    const parts = await this.#planParts();
    if (run.kind === 'program') return run.plan(parts);
    const listing = await this.#describe(runtime);
    const served = listing.available ? await this.#serving(runtime) : undefined;
    if (run.kind !== 'interpreter' || served === undefined) {
      throw new RuntimeError(
        'runtime.unavailable',
        `${name} is not installed on this machine`,
        listing.hint ?? addHint(runtime),
      );
    }
    const placed = { ...served.placed, runtime };
    return run.plan({ placed, program: served.program, version: served.manifest.version }, parts);
  }

  async #planParts(): Promise<PlanParts> {
    return {
      shims: await this.#reachableShims(),
      platformNode: () => this.#reachableNode(),
      portableNode: async () => portableProgram(await this.#reachableNode(), this.#dir),
      interpreters: () => this.#interpreters(),
    };
  }

  /** Those that are registered, then those that a newer interpreter serves. */
  async #interpreters(): Promise<PlacedInterpreter[]> {
    const placed: PlacedInterpreter[] = [];
    for (const id of await this.#folders()) {
      const state = await this.#state(id);
      if (state !== undefined) placed.push(state.placed);
    }
    for (const runtime of RUNTIMES) {
      if (placed.some((each) => each.runtime.id === runtime.id)) continue;
      const state = await this.#serving(runtime);
      if (state !== undefined) placed.push({ ...state.placed, runtime });
    }
    return placed;
  }

  #known(name: string): Runtime {
    const runtime = findRuntime(name);
    if (runtime === undefined) {
      throw new RuntimeError(
        'runtime.unknown',
        `there is no runtime '${name.slice(0, 64)}'`,
        'fgs runtimes list shows every name',
      );
    }
    if (runtime.language.run.kind === 'later') {
      throw new RuntimeError(
        'runtime.later',
        `${runtime.name} cannot be run yet`,
        'package the program as a Custom runtime with a bootstrap file',
      );
    }
    return runtime;
  }

  #interpreted(name: string): Runtime {
    const runtime = this.#known(name);
    interpreterOf(runtime);
    return runtime;
  }

  async #folders(): Promise<string[]> {
    try {
      return (await readdir(this.#dir)).filter((entry) => !entry.startsWith('.')).sort();
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
      throw error;
    }
  }

  /** The interpreter registered under `id`, if it still exists at its path. */
  async #state(id: string): Promise<State | undefined> {
    const folder = join(this.#dir, id);
    const manifest = await readManifest(folder);
    const runtime = manifest === undefined ? undefined : findRuntime(manifest.name);
    if (manifest === undefined || runtime === undefined || runtime.id !== id) return undefined;
    const source = isAbsolute(manifest.path) ? manifest.path : join(folder, manifest.path);
    const program = manifest.kind === 'file' ? source : programOf(runtime, source);
    try {
      // Replaced by a system upgrade: its version must be checked again.
      if ((await fileStamp(program)) !== manifest.stamp) {
        const version = await checkedVersion(runtime, program);
        const renewed = { ...manifest, version, stamp: await fileStamp(program) };
        await writeManifest(folder, renewed);
        return { manifest: renewed, placed: { runtime, kind: manifest.kind, source }, program };
      }
    } catch {
      return undefined;
    }
    return { manifest, placed: { runtime, kind: manifest.kind, source }, program };
  }

  /** The interpreter for functions of a runtime: its own; without one, the oldest newer one that runs older code. */
  async #serving(runtime: Runtime): Promise<State | undefined> {
    const { language } = runtime;
    if (language.run.kind !== 'interpreter') return undefined;
    const own = await this.#state(runtime.id);
    if (own !== undefined || !language.run.runsOlder) return own;
    const states: State[] = [];
    for (const id of await this.#folders()) {
      const state = id.startsWith(language.id) ? await this.#state(id) : undefined;
      if (state !== undefined && compareVersions(state.manifest.version, runtime.version) >= 0) states.push(state);
    }
    return states.sort((a, b) => compareVersions(a.manifest.version, b.manifest.version))[0];
  }

  async #describe(runtime: Runtime): Promise<RuntimeListing> {
    const { run, id: language } = runtime.language;
    const state = await this.#serving(runtime);
    const lanes = runtime.language.lanes(state?.manifest.version ?? runtime.version);
    const base = { name: runtime.name, language, lanes };
    if (run.kind === 'later') return { ...base, available: false, hint: `${runtime.name} cannot be run yet` };
    if (run.kind === 'program') return { ...base, available: true, source: 'host', path: this.#platformNode };
    if (state !== undefined) {
      const missing = await run.missing?.(this.#shims);
      if (missing !== undefined) return { ...base, available: false, hint: missing };
      const { manifest } = state;
      return {
        ...base,
        available: true,
        version: manifest.version,
        source: manifest.source,
        path: state.program,
        ...(manifest.name === runtime.name ? {} : { servedBy: manifest.name }),
      };
    }
    if (run.npmPackage === undefined) return { ...base, available: false, hint: addHint(runtime) };
    const install = `fgs runtimes install ${runtime.name}`;
    return { ...base, available: false, install, hint: install };
  }

  async #register(runtime: Runtime, source: RuntimeSource, tree: string): Promise<void> {
    const program = programOf(runtime, tree);
    const version = await checkedVersion(runtime, program);
    const stamp = await fileStamp(program);
    await writeManifest(join(this.#dir, runtime.id), {
      name: runtime.name,
      source,
      version,
      kind: 'tree',
      path: tree,
      stamp,
    });
  }

  /** Moves a finished tree into the registry and registers it there. */
  async #adopt(runtime: Runtime, source: RuntimeSource, tree: string): Promise<void> {
    const folder = join(this.#dir, runtime.id);
    await mkdir(folder, { recursive: true, mode: 0o755 });
    await putInPlace(tree, join(folder, 'tree'));
    const program = programOf(runtime, join(folder, 'tree'));
    const version = await checkedVersion(runtime, program);
    await writeManifest(folder, {
      name: runtime.name,
      source,
      version,
      kind: 'tree',
      path: 'tree',
      stamp: await fileStamp(program),
    });
  }

  async #registerHost(runtime: Runtime, { path: program, version, kind, stamp }: HostInterpreter): Promise<void> {
    if (kind === 'tree') return this.#register(runtime, 'host', program);
    if (await worldReachable(program)) {
      await writeManifest(join(this.#dir, runtime.id), {
        name: runtime.name,
        source: 'host',
        version,
        kind: 'file',
        path: program,
        stamp,
      });
      return;
    }
    await withTemporary(this.#dir, async (folder) => {
      const tree = join(folder, 'tree');
      await mkdir(join(tree, 'bin'), { recursive: true, mode: 0o755 });
      await copyExecutable(program, programOf(runtime, tree));
      await this.#adopt(runtime, 'host', tree);
    });
  }

  #exclusive<T>(runtime: Runtime, work: () => Promise<T>): Promise<T> {
    const before = this.#changes.get(runtime.id) ?? Promise.resolve();
    const after = before.then(work, work);
    this.#changes.set(
      runtime.id,
      after.catch(() => undefined),
    );
    return after;
  }

  #reachableShims(): Promise<string> {
    this.#readyShims ??= placeShims(this.#shims, this.#dir).catch((error: unknown) => {
      this.#readyShims = undefined;
      throw error;
    });
    return this.#readyShims;
  }

  #reachableNode(): Promise<string> {
    this.#readyNode ??= (async () => {
      const program = await realpath(this.#platformNode);
      if (await worldReachable(program)) return program;
      const target = join(this.#dir, '.platform-node');
      const same = await stat(target).catch(() => undefined);
      if (same === undefined || (await stat(program)).size !== same.size) await copyExecutable(program, target);
      return target;
    })();
    return this.#readyNode;
  }
}

function byLanguageAndVersion(a: Runtime, b: Runtime): number {
  const order = (runtime: Runtime): number => LANGUAGES.indexOf(runtime.language);
  return order(a) - order(b) || compareVersions(a.version, b.version);
}

function compareVersions(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

function addHint(runtime: Runtime): string {
  return `fgs runtimes add ${runtime.name} --from <dir>`;
}

async function copyExecutable(source: string, target: string): Promise<void> {
  const temporary = `${target}.new`;
  await copyFile(source, temporary);
  await chmod(temporary, 0o755);
  await rename(temporary, target);
}
