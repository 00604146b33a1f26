import { chmod, copyFile, mkdir, readdir, realpath, rename, rm, stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { arch, platform } from 'node:process';
import { fileURLToPath } from 'node:url';
import { findHostInterpreters } from './host-interpreters.ts';
import { fileStamp, findTree, worldReachable } from './interpreter.ts';
import { javaArchive } from './java-archive.ts';
import { javaMajor, planJava } from './java-plan.ts';
import {
  type LaunchPlan,
  type PlacedInterpreter,
  planCustom,
  planGo,
  planHttp,
  planImage,
  planNodejs,
  planPython,
} from './launch-plan.ts';
import { type RuntimeManifest, type RuntimeSource, readManifest, writeManifest } from './manifest.ts';
import { fetchNode, newestVersion, nodePackage } from './npm-package.ts';
import { checkedVersion, copyTree, languageOf, programOf, putInPlace, withTemporary } from './placing.ts';
import { portableProgram } from './portable-program.ts';
import { RuntimeError } from './runtime-error.ts';
import { findRuntimeName, RUNTIME_NAMES, type RuntimeLanguage, type RuntimeName } from './runtime-names.ts';
import { compilePythonShim, hasJavaShim, placeShims } from './shim-folder.ts';

export interface RuntimeListing {
  readonly name: string;
  readonly language: RuntimeLanguage;
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
  readonly #archives = new Map<string, Promise<string | undefined>>();

  constructor(dir: string, options: RuntimeRegistryOptions = {}) {
    this.#dir = dir;
    this.#platformNode = options.platformNode ?? process.execPath;
    this.#searchPath = options.searchPath ?? [];
    this.#shims = options.shims ?? PACKAGE_ROOT;
    this.#places = options.systemPlaces ?? SYSTEM_PLACES;
  }

  /** Every name of the table, then every other registered name, in the order of the table. */
  async list(): Promise<RuntimeListing[]> {
    const names = new Map(RUNTIME_NAMES.map((runtime) => [runtime.id, runtime]));
    for (const entry of await this.#folders()) {
      const manifest = await readManifest(join(this.#dir, entry));
      const runtime = manifest === undefined ? undefined : findRuntimeName(manifest.name);
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
    const packageName = runtime.language === 'nodejs' ? nodePackage(platform, arch) : undefined;
    if (packageName === undefined) {
      const what = runtime.language === 'nodejs' ? `${name} for ${platform} ${arch}` : name;
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
    const hosts = await findHostInterpreters(places, (path, stamp) => {
      const known = [...manifests.values()].find((each) => each.path === path && each.stamp === stamp);
      return known?.version;
    });
    const names: string[] = [];
    for (const host of hosts) {
      if (names.includes(host.runtime.name)) continue;
      names.push(host.runtime.name);
      const current = manifests.get(host.runtime.id);
      if (
        current !== undefined &&
        (current.source !== 'host' || (current.path === host.program && current.stamp === host.stamp))
      )
        continue;
      await this.#exclusive(host.runtime, () =>
        host.kind === 'tree'
          ? this.#register(host.runtime, 'host', host.program)
          : this.#registerProgram(host.runtime, host.program, host.version),
      );
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
    if (runtime.language === 'go') return planGo(await this.#reachableNode(), await this.#reachableShims());
    if (runtime.language === 'image') {
      return planImage(await portableProgram(await this.#reachableNode(), this.#dir), await this.#reachableShims());
    }
    if (bringsItsOwn(runtime)) {
      const placed: PlacedInterpreter[] = [];
      for (const id of await this.#folders()) {
        const state = await this.#state(id);
        if (state !== undefined) placed.push(state.placed);
      }
      for (const java of RUNTIME_NAMES.filter((each) => each.language === 'java')) {
        const state = placed.some((each) => each.runtime.id === java.id) ? undefined : await this.#serving(java);
        if (state !== undefined) placed.push({ ...state.placed, runtime: java });
      }
      const plan = runtime.language === 'http' ? planHttp : planCustom;
      return plan(await this.#reachableNode(), placed, await this.#reachableShims());
    }
    const state = await this.#serving(runtime);
    if (state === undefined || (runtime.language === 'java' && !(await hasJavaShim(this.#shims)))) {
      const listing = await this.#describe(runtime);
      throw new RuntimeError(
        'runtime.unavailable',
        `${name} is not installed on this machine`,
        listing.hint ?? addHint(runtime),
      );
    }
    const shims = await this.#reachableShims();
    if (runtime.language === 'nodejs') return planNodejs(state.placed, shims);
    if (runtime.language === 'java') {
      const { version } = state.manifest;
      const archive = await this.#archive(state.program, version, shims);
      const placed = { ...state.placed, runtime };
      return planJava({ placed, version, shims, archive, platformNode: () => this.#reachableNode() });
    }
    await compilePythonShim(state.program, `${runtime.id}-${state.manifest.version}`, shims);
    return planPython(state.placed, shims);
  }

  #known(name: string): RuntimeName {
    const runtime = findRuntimeName(name);
    if (runtime === undefined) {
      throw new RuntimeError(
        'runtime.unknown',
        `there is no runtime '${name.slice(0, 64)}'`,
        'fgs runtimes list shows every name',
      );
    }
    if (runtime.support === 'later') {
      throw new RuntimeError(
        'runtime.later',
        `${runtime.name} cannot be run yet`,
        'package the program as a Custom runtime with a bootstrap file',
      );
    }
    return runtime;
  }

  #interpreted(name: string): RuntimeName {
    const runtime = this.#known(name);
    languageOf(runtime);
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
    const runtime = manifest === undefined ? undefined : findRuntimeName(manifest.name);
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

  /** Created once, although several runtimes of one JVM may request it at the same time. */
  #archive(program: string, version: string, shims: string): Promise<string | undefined> {
    const key = `${program}\0${version}\0${shims}`;
    const made = this.#archives.get(key) ?? javaArchive(program, version, shims);
    this.#archives.set(key, made);
    return made;
  }

  /** The interpreter for functions of a runtime: its own; without one, for Java, the oldest newer JVM. */
  async #serving(runtime: RuntimeName): Promise<State | undefined> {
    const own = await this.#state(runtime.id);
    if (own !== undefined || runtime.language !== 'java') return own;
    let best: State | undefined;
    for (const id of await this.#folders()) {
      const state = id.startsWith('java') ? await this.#state(id) : undefined;
      if (state === undefined || javaMajor(state.manifest.version) < javaMajor(runtime.version)) continue;
      if (best === undefined || javaMajor(state.manifest.version) < javaMajor(best.manifest.version)) best = state;
    }
    return best;
  }

  async #describe(runtime: RuntimeName): Promise<RuntimeListing> {
    const base = { name: runtime.name, language: runtime.language };
    if (runtime.support === 'later') return { ...base, available: false, hint: `${runtime.name} cannot be run yet` };
    if (bringsItsOwn(runtime)) return { ...base, available: true, source: 'host', path: this.#platformNode };
    const state = await this.#serving(runtime);
    if (state !== undefined && runtime.language === 'java' && !(await hasJavaShim(this.#shims))) {
      return { ...base, available: false, hint: NO_JAVA_SHIM };
    }
    if (state !== undefined) {
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
    if (runtime.language === 'nodejs') {
      const install = `fgs runtimes install ${runtime.name}`;
      return { ...base, available: false, install, hint: install };
    }
    return { ...base, available: false, hint: addHint(runtime) };
  }

  async #register(runtime: RuntimeName, source: RuntimeSource, tree: string): Promise<void> {
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
  async #adopt(runtime: RuntimeName, source: RuntimeSource, tree: string): Promise<void> {
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

  async #registerProgram(runtime: RuntimeName, program: string, version: string): Promise<void> {
    if (await worldReachable(program)) {
      const stamp = await fileStamp(program);
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

  #exclusive<T>(runtime: RuntimeName, work: () => Promise<T>): Promise<T> {
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

/** Functions with a program of their own need no interpreter, only our supervisor. */
function bringsItsOwn({ language }: RuntimeName): boolean {
  return language === 'custom' || language === 'http' || language === 'go' || language === 'image';
}

function byLanguageAndVersion(a: RuntimeName, b: RuntimeName): number {
  const order = (runtime: RuntimeName): number => RUNTIME_NAMES.findIndex((each) => each.language === runtime.language);
  return order(a) - order(b) || a.version.localeCompare(b.version, 'en', { numeric: true });
}

const NO_JAVA_SHIM = 'apt-get install default-jdk-headless, then npm run build';

function addHint(runtime: RuntimeName): string {
  return `fgs runtimes add ${runtime.name} --from <dir>`;
}

async function copyExecutable(source: string, target: string): Promise<void> {
  const temporary = `${target}.new`;
  await copyFile(source, temporary);
  await chmod(temporary, 0o755);
  await rename(temporary, target);
}
