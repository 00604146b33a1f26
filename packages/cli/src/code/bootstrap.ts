import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CliError } from '../framework/index.ts';
import { codeError } from './collect.ts';

const ENDINGS = ['.ts', '.tsx'];
/** Variables and commands before a path, and the folder that the code has on a server. */
const BEFORE_PATH = /\$\{\w+\}|\$\w+|\$\([^)]*\)|\/opt\/function\/code/g;

/** What follows is then named from another folder. */
const CHANGES_FOLDER = /\bcd\s+["']?[./]*\w/;

/** What the `bootstrap` of an HTTP function says about its files. */
export interface Bootstrap {
  /** TypeScript files to build, relative to the folder, by the name that `bootstrap` gives, without `.js`. */
  readonly files: ReadonlyMap<string, string>;
  /** It runs installed packages too, which then belong to the code. */
  readonly needsModules: boolean;
  /** The script starts JavaScript files, and the folder has none of them. */
  readonly isIncomplete: boolean;
}

/** Undefined without a `bootstrap` that is a script. */
export function readBootstrap(folder: string): Bootstrap | undefined {
  const text = textOf(join(folder, 'bootstrap'));
  if (text === undefined) return undefined;
  const words = wordsOf(text).filter((word) => !/(^|\/)\.\.(\/|$)/.test(word));
  const scripts = words.filter((word) => /\.[cm]?js$/.test(word));
  const isThere = (word: string): boolean => existsSync(join(folder, word));
  const files = new Map<string, string>();
  for (const script of scripts.filter((one) => one.endsWith('.js') && !isThere(one))) {
    const name = script.slice(0, -'.js'.length);
    const ending = ENDINGS.find((one) => isThere(name + one));
    if (ending !== undefined) files.set(name, name + ending);
  }
  return {
    files,
    needsModules: text.includes('node_modules') || scripts.some(isThere),
    isIncomplete: scripts.length > 0 && !scripts.some(isThere) && !CHANGES_FOLDER.test(plainOf(text)),
  };
}

function textOf(path: string): string | undefined {
  try {
    const text = readFileSync(path, 'utf8');
    return text.startsWith('#!') && !text.includes('\0') ? text : undefined;
  } catch {
    // a missing bootstrap is refused where the handler is checked
    return undefined;
  }
}

const plainOf = (text: string): string => text.replace(/^\s*#.*/gm, '').replace(BEFORE_PATH, '');

function wordsOf(text: string): string[] {
  const words = plainOf(text).match(/[\w@+./-]+/g) ?? [];
  return words.map((word) => word.replace(/^(\.?\/)+/, '')).filter((word) => word !== '' && word !== '.');
}

/** Why an HTTP function with a `tsconfig.json` in its folder cannot be made of it, when there is nothing to build. */
export function bootstrapFault(folder: string): CliError | undefined {
  if (!existsSync(join(folder, 'tsconfig.json')) || readBootstrap(folder)?.isIncomplete !== true) return undefined;
  return codeError(
    'the folder has a tsconfig.json, and nothing to build: bootstrap names no JavaScript file that is there',
    'For `node server.js` in bootstrap, server.ts of the folder is built. Or give the function in funcgraph.yaml a `build` command.',
  );
}
