import { statSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join, relative, resolve, sep } from 'node:path';
import type { BuildContext, BuildOptions, Metafile, OutputFile, Plugin } from 'esbuild';
import type { MadeFile } from './collect.ts';
import { thinSourceMap } from './thin-source-map.ts';

export type Options = BuildOptions & {
  readonly write: false;
  readonly absWorkingDir: string;
  readonly outdir: string;
  readonly format: 'cjs' | 'esm';
  readonly entryPoints: readonly { readonly in: string; readonly out: string }[];
};

export interface Built {
  readonly outputFiles: readonly OutputFile[];
  readonly metafile: Metafile | undefined;
  /** Files that were built apart. The same objects as long as they stay the same. */
  readonly libraries: readonly MadeFile[];
}

interface BuiltApart extends Built {
  /** Of code. */
  readonly bytes: number;
  readonly reads: ReadonlySet<string>;
}

const INSTALLED = /[/\\]node_modules[/\\]/;
/** Folders in which a package is looked for, and the folder of a package itself. */
const PLACES = /^(.*[/\\]node_modules)[/\\](?:@[^/\\]+[/\\])?[^/\\]+/;
/** JavaScript of an installed package. */
const LIBRARY = /[/\\]node_modules[/\\].*\.[cm]?js$/;
/** Namespaces: a library as its own format would be imported, and the value that `require` gives. */
const LIBRARY_SPACE = 'library';
const VALUE_SPACE = 'library-value';

interface Library {
  /** Relative to the root: the name by which the bundle of libraries gives it. */
  readonly name: string;
  readonly isEsm: boolean;
  readonly hasDefault: boolean;
}

interface Libraries {
  readonly names: string;
  readonly made: readonly MadeFile[];
  readonly bytes: number;
  /** Absolute paths. */
  readonly reads: ReadonlySet<string>;
  /** Of what was read, and of the places where other packages may appear: each path with what changes when it does. */
  readonly stamps: ReadonlyMap<string, string>;
}

/**
 * Builds the sources of a function without the installed packages that they import, which get a bundle of their own: it
 * is built again only when other packages are imported or one of their files changes. Each package is evaluated where
 * the import stands, once, as in a bundle of everything. It is not for several entries, because they would share state
 * that they do not share in bundles of their own.
 */
export class LibrariesApart {
  readonly #esbuild: typeof import('esbuild');
  readonly #options: Options;
  readonly #file: string;
  readonly #context: Promise<BuildContext<Options>>;
  readonly #known = new Map<string, Library>();
  readonly #used = new Map<string, Library>();
  #libraries: Libraries | undefined;

  constructor(esbuild: typeof import('esbuild'), options: Options) {
    this.#esbuild = esbuild;
    this.#options = options;
    const [entry] = options.entryPoints;
    const ending = options.format === 'esm' ? '.mjs' : '.cjs';
    this.#file = `${entry?.out}.libraries${ending}`;
    const { banner, plugins = [] } = options;
    const own = { ...options, plugins: [this.#plugin(), ...plugins] };
    if (options.format === 'esm') {
      own.banner = { js: `import funcgraphLibraries from ${JSON.stringify(this.#specifier)};\n${banner?.js ?? ''}` };
    }
    this.#context = esbuild.context(own);
  }

  /** Rejects like a build of esbuild. */
  async rebuild(): Promise<BuiltApart> {
    this.#used.clear();
    const { outputFiles, metafile } = await (await this.#context).rebuild();
    const { made, bytes, reads } = await this.#built();
    const { absWorkingDir } = this.#options;
    const inputs = Object.keys(metafile?.inputs ?? {}).filter((path) => !path.startsWith(LIBRARY_SPACE));
    const own = inputs.map((path) => resolve(absWorkingDir, path));
    const both = own.find((path) => reads.has(path));
    if (both !== undefined) throw new Error(`${both} would be there twice`);
    return {
      ...{ outputFiles, metafile, libraries: made, bytes: bytesOfCode(outputFiles) + bytes },
      reads: new Set([...own, ...reads]),
    };
  }

  async close(): Promise<void> {
    await (await this.#context).dispose();
  }

  get #specifier(): string {
    return `./${this.#file.slice(this.#file.lastIndexOf('/') + 1)}`;
  }

  #plugin(): Plugin {
    return {
      name: 'libraries-apart',
      setup: ({ onResolve, onLoad, resolve: resolveWith }) => {
        onResolve({ filter: /^[^.]/ }, async ({ path, pluginData, ...rest }) => {
          const { importer, namespace, resolveDir, kind } = rest;
          const mayBeLibrary = kind === 'import-statement' || kind === 'dynamic-import' || kind === 'require-call';
          if (!mayBeLibrary || pluginData === LibrariesApart || isBuiltin(path) || namespace !== 'file')
            return undefined;
          const found = await resolveWith(path, { importer, namespace, resolveDir, kind, pluginData: LibrariesApart });
          const isLibrary = found.errors.length === 0 && !found.external && found.namespace === 'file';
          if (!isLibrary || !LIBRARY.test(found.path)) return undefined;
          const library = await this.#libraryOf(found.path);
          this.#used.set(found.path, library);
          return { path: library.name, namespace: LIBRARY_SPACE, sideEffects: found.sideEffects, pluginData: library };
        });
        onLoad({ filter: /.*/, namespace: LIBRARY_SPACE }, ({ path, pluginData }) => {
          const { isEsm, hasDefault } = pluginData as Library;
          if (!isEsm) return { contents: this.#valueOf(path) };
          const value = JSON.stringify(`${VALUE_SPACE}:${path}`);
          const theDefault = hasDefault ? `export { default } from ${value};\n` : '';
          return { contents: `export * from ${value};\n${theDefault}` };
        });
        onResolve({ filter: /./, namespace: LIBRARY_SPACE }, ({ path }) =>
          path.startsWith(`${VALUE_SPACE}:`)
            ? { path: path.slice(VALUE_SPACE.length + 1), namespace: VALUE_SPACE }
            : { path, external: true },
        );
        onLoad({ filter: /.*/, namespace: VALUE_SPACE }, ({ path }) => ({ contents: this.#valueOf(path) }));
        onResolve({ filter: /./, namespace: VALUE_SPACE }, ({ path }) => ({ path, external: true }));
      },
    };
  }

  #valueOf(name: string): string {
    const libraries =
      this.#options.format === 'esm' ? 'funcgraphLibraries' : `require(${JSON.stringify(this.#specifier)})`;
    return `module.exports = ${libraries}(${JSON.stringify(name)});\n`;
  }

  async #libraryOf(path: string): Promise<Library> {
    const key = `${path} ${stampOf(path)}`;
    let library = this.#known.get(key);
    if (library === undefined) {
      const { absWorkingDir, outdir } = this.#options;
      const { metafile } = await this.#esbuild.build({
        ...{ entryPoints: [path], bundle: false, write: false, metafile: true, format: 'esm', logLevel: 'silent' },
        ...{ absWorkingDir, outdir },
      });
      const [input] = Object.values(metafile.inputs);
      const exported = Object.values(metafile.outputs).flatMap((output) => output.exports);
      const name = relative(absWorkingDir, path).split(sep).join('/');
      library = { name, isEsm: input?.format === 'esm', hasDefault: exported.includes('default') };
      this.#known.set(key, library);
    }
    return library;
  }

  async #built(): Promise<Libraries> {
    const used = [...this.#used].sort(([a], [b]) => (a < b ? -1 : 1));
    const names = JSON.stringify(used.map(([path]) => path));
    const last = this.#libraries;
    if (last?.names === names && [...last.stamps].every(([path, stamp]) => stampOf(path) === stamp)) return last;
    const begun = Date.now();
    const { entryPoints: _, outdir, absWorkingDir, format, ...rest } = this.#options;
    const table = used.map(([path, { name }]) => `${JSON.stringify(name)}: () => require(${JSON.stringify(path)}),`);
    const give = format === 'esm' ? 'export default' : 'module.exports =';
    const contents = `const libraries = {\n${table.join('\n')}\n};\n${give} (name) => libraries[name]();\n`;
    const { outputFiles, metafile } = await this.#esbuild.build({
      ...{ ...rest, absWorkingDir, format, metafile: true, outfile: join(outdir, this.#file) },
      stdin: { contents, resolveDir: absWorkingDir, sourcefile: 'libraries.js', loader: 'js' },
    });
    const made = outputFiles.map(({ path, contents: bytes }) => ({
      path: relative(outdir, path).split(sep).join('/'),
      content: path.endsWith('.map') ? thinSourceMap(bytes) : Buffer.from(bytes),
    }));
    const inputs = Object.keys(metafile.inputs).filter((path) => path !== 'libraries.js');
    const paths = inputs.map((path) => resolve(absWorkingDir, path));
    if (!paths.every((path) => INSTALLED.test(path))) throw new Error('a package imports sources of the function');
    this.#libraries = {
      names,
      made,
      bytes: bytesOfCode(outputFiles),
      reads: new Set(paths),
      stamps: new Map([...paths, ...placesOf(paths)].map((path) => [path, stampOf(path, begun)])),
    };
    return this.#libraries;
  }
}

/** What decides which packages are found: the folders of packages, where others may appear, and their package.json. */
function placesOf(paths: readonly string[]): Set<string> {
  const places = new Set<string>();
  for (const path of paths) {
    const [folder, parent] = PLACES.exec(path) ?? [];
    if (folder === undefined || parent === undefined || places.has(folder)) continue;
    for (const place of [parent, folder, join(folder, 'package.json')]) places.add(place);
  }
  return places;
}

/** Another one when the file or folder has changed; none while it is missing, nor if it changed since `begun`. */
function stampOf(path: string, begun = Number.POSITIVE_INFINITY): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return '';
  return stat.ctimeMs > begun ? 'unsure' : `${stat.size} ${stat.ino} ${stat.mtimeMs} ${stat.ctimeMs}`;
}

export function bytesOfCode(files: readonly OutputFile[]): number {
  return files.reduce((sum, { path, contents }) => sum + (path.endsWith('.map') ? 0 : contents.length), 0);
}
