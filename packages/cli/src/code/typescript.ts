import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { readBootstrap } from './bootstrap.ts';

/** How the code of a function is found. */
export interface CodeSource {
  /** Absolute. */
  readonly folder: string;
  /** Of the project; the folder itself without one. */
  readonly root: string;
  readonly runtime: string;
  /** Handler and initializer. */
  readonly entries: readonly string[];
}

export interface TypeScriptSource extends CodeSource {
  /** Files to build, relative to the folder, by the name that the runtime loads, without its ending. */
  readonly files: ReadonlyMap<string, string>;
  readonly format: 'cjs' | 'esm';
  /** `bootstrap` starts them, by names that end with `.js`. */
  readonly isProgram: boolean;
  readonly needsModules: boolean;
}

const ENDINGS = ['.ts', '.mts', '.cts', '.tsx'];
const CONFIG = 'tsconfig.json';

/**
 * What fgs builds: TypeScript files of handlers, and those that the bootstrap of an HTTP function starts, with a
 * tsconfig.json in their folder or in that of the project.
 */
export function typeScriptOf(source: CodeSource): TypeScriptSource | undefined {
  const { folder, root, runtime } = source;
  const isProgram = runtime === 'http';
  if (!isProgram && !runtime.startsWith('Node.js')) return undefined;
  if (!existsSync(join(folder, CONFIG)) && !existsSync(join(root, CONFIG))) return undefined;
  const bootstrap = isProgram ? readBootstrap(folder) : undefined;
  const files = isProgram ? (bootstrap?.files ?? new Map()) : handlerFiles(source);
  if (files.size === 0) return undefined;
  const needsModules = bootstrap?.needsModules ?? false;
  return { ...source, files, format: formatOf(folder, root), isProgram, needsModules };
}

function handlerFiles({ folder, entries }: CodeSource): Map<string, string> {
  const files = new Map<string, string>();
  for (const entry of entries) {
    const name = entry.slice(0, Math.max(entry.lastIndexOf('.'), 0));
    const ending = name === '' ? undefined : ENDINGS.find((one) => existsSync(join(folder, name + one)));
    if (ending !== undefined) files.set(name, name + ending);
  }
  return files;
}

/** As Node.js decides: by the nearest package.json, here up to the folder of the project. */
function formatOf(folder: string, root: string): 'cjs' | 'esm' {
  for (let at = folder; ; at = dirname(at)) {
    const path = join(at, 'package.json');
    if (existsSync(path)) return isModule(path) ? 'esm' : 'cjs';
    if (at === root || !at.startsWith(root + sep)) return 'cjs';
  }
}

function isModule(path: string): boolean {
  try {
    return (JSON.parse(readFileSync(path, 'utf8')) as { type?: unknown } | null)?.type === 'module';
  } catch {
    // esbuild says what is wrong with it
    return false;
  }
}

const SOURCE = /\.[cm]?tsx?$|(^|\/)(tsconfig[^/]*\.json|package-lock\.json)$/;

/** What a built function needs not: its sources, what was built into it, and files that stand in the way of what was. */
export function isLeftOut(path: string, { files, needsModules }: TypeScriptSource): boolean {
  const base = path.replace(/\.[cm]?js$/, '');
  if (/(^|\/)node_modules(\/|$)/.test(path)) return !needsModules;
  return SOURCE.test(path) || (base !== path && files.has(base));
}
