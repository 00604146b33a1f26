import { join, relative, sep } from 'node:path';
import type { BuildFailure, Message, OutputFile, Plugin } from 'esbuild';
import { CliError, EXIT } from '../framework/index.ts';
import type { MadeFile } from './collect.ts';
import type { KeptBuilds } from './kept-builds.ts';
import { thinSourceMap } from './thin-source-map.ts';
import type { TypeScriptSource } from './typescript.ts';

/** CommonJS packages within an ES module load parts of Node.js with require. In brackets: fgs itself is bundled, and its `url` replaced. */
const ESM_BANNER =
  "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta['url']);";
const OLDEST_TARGET = 12;

/**
 * Builds each entry file with all that it imports. `hasLibraries`: packages that are not installed may be part of a
 * dependency of the function. `kept` makes the next build of the same entries fast. Throws a CliError with the place of the first fault in the sources.
 */
export async function bundle(source: TypeScriptSource, hasLibraries: boolean, kept?: KeptBuilds): Promise<MadeFile[]> {
  const { folder, root, files, format, isProgram } = source;
  const esbuild = await load();
  const ending = format === 'esm' ? '.mjs' : '.cjs';
  try {
    const options = {
      entryPoints: [...files].map(([name, file]) => ({ in: join(folder, file), out: `${name}.bundle` })),
      bundle: true,
      write: false as const,
      // what it exports and has read, which takes a tenth of the time of a build
      metafile: format === 'esm' || kept !== undefined,
      absWorkingDir: root,
      outdir: folder,
      outExtension: { '.js': ending },
      format,
      platform: 'node' as const,
      target: `node${majorOf(source.runtime)}`,
      sourcemap: 'linked' as const,
      sourcesContent: false,
      logLevel: 'silent' as const,
      ...(format === 'esm' ? { banner: { js: ESM_BANNER } } : {}),
      ...(hasLibraries ? { plugins: [leaveOut] } : {}),
    };
    const { outputFiles, metafile, libraries } =
      kept === undefined
        ? { ...(await esbuild.build(options)), libraries: [] }
        : await kept.build(esbuild, options, hasLibraries ? 'with libraries' : '');
    const exportsOf = new Map(
      Object.entries(metafile?.outputs ?? {}).map(([path, output]) => [join(root, path), output.exports]),
    );
    const made = outputFiles.flatMap((file) =>
      withLoader(file, { folder, ending, isProgram, names: exportsOf.get(file.path) ?? [] }),
    );
    return [...made, ...libraries];
  } catch (error) {
    const [first] = (error as Partial<BuildFailure>).errors ?? [];
    if (first === undefined) throw error;
    throw faultOf(first, error);
  }
}

async function load(): Promise<typeof import('esbuild')> {
  try {
    return await import('esbuild');
  } catch (cause) {
    const hint = 'Install it with: npm install esbuild. Or give the function a build command.';
    throw new CliError('esbuild, which builds TypeScript, cannot be loaded', { code: 'CLI.BUILD', hint, cause });
  }
}

function majorOf(runtime: string): number {
  return Math.max(OLDEST_TARGET, Number(/\d+/.exec(runtime)?.[0] ?? 20));
}

interface Output {
  readonly folder: string;
  readonly ending: string;
  readonly isProgram: boolean;
  readonly names: readonly string[];
}

/** A bundle is loaded by a small file that makes stack traces show the sources: that must be on before it is loaded. */
function withLoader({ path, contents }: OutputFile, { folder, ending, isProgram, names }: Output): MadeFile[] {
  const shown = relative(folder, path).split(sep).join('/');
  if (path.endsWith('.map')) return [{ path: shown, content: thinSourceMap(contents) }];
  const made = { path: shown, content: Buffer.from(contents) };
  const name = made.path.slice(0, -`.bundle${ending}`.length);
  const bundled = JSON.stringify(`./${made.path.slice(made.path.lastIndexOf('/') + 1)}`);
  if (isProgram) return [{ path: `${name}.js`, content: Buffer.from(programLoader(bundled)) }, made];
  const text = ending === '.mjs' ? esmLoader(bundled, names) : `${MAPS}module.exports = require(${bundled});\n`;
  return [{ path: `${name}${ending}`, content: Buffer.from(text) }, made];
}

const MAPS = 'if (process.setSourceMapsEnabled) process.setSourceMapsEnabled(true);\n';

/** Makes the bundle the main module, as its source would be, and is valid in both formats: a package.json may decide. */
function programLoader(bundled: string): string {
  return `${MAPS}process.argv[1] = process.argv[1].replace(/[^/]*$/, () => ${bundled}.slice(2));\nimport('node:module').then((module) => module.default.runMain());\n`;
}

function esmLoader(bundled: string, names: readonly string[]): string {
  const lines = names.map((name, at) => `const e${at} = bundle[${JSON.stringify(name)}];`);
  const list = names.map((name, at) => `e${at} as ${name}`).join(', ');
  return `${MAPS}const bundle = await import(${bundled});\n${lines.join('\n')}\nexport { ${list} };\n`;
}

/** Leaves out packages that cannot be found here. */
const leaveOut: Plugin = {
  name: 'libraries',
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^[^./]/ }, async ({ path, pluginData, ...rest }) => {
      if (pluginData === leaveOut || path.startsWith('node:')) return undefined;
      const { importer, namespace, resolveDir, kind } = rest;
      const found = await resolve(path, { importer, namespace, resolveDir, kind, pluginData: leaveOut });
      return found.errors.length === 0 ? found : { path, external: true };
    });
  },
};

function faultOf({ text, location, notes }: Message, cause: unknown): CliError {
  const place = location === null ? '' : `${location.file}:${location.line}:${location.column + 1}: `;
  const line = location === null ? '' : `\n  ${location.lineText.trim()}`;
  return new CliError(`${place}${text}${line}`, {
    code: 'CLI.BUILD',
    exitCode: EXIT.refused,
    hint: hintOf(text) ?? notes[0]?.text,
    cause,
  });
}

function hintOf(text: string): string | undefined {
  if (text.startsWith('Could not resolve')) {
    return 'Install it beside the function, or list it under its dependencies.';
  }
  if (!text.includes('.node"')) return undefined;
  return 'Native modules cannot be built in: give the function a build command.';
}
