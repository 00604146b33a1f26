import { constants } from 'node:fs';
import { access, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { runProgram } from './run-program.ts';
import { RuntimeError } from './runtime-error.ts';
import type { RuntimeName } from './runtime-names.ts';

const ASK_TIMEOUT_MS = 15_000;

const NODE_QUESTION = ['-p', 'process.versions.node'];
/** Also imports what the shim needs: an interpreter without it would only fail later, inside an instance. */
const PYTHON_QUESTION = [
  '-E',
  '-s',
  '-c',
  'import sys, json, socket, struct, threading; sys.stdout.write("%d.%d.%d" % sys.version_info[:3])',
];

export type InterpreterLanguage = 'nodejs' | 'python' | 'java';

const QUESTIONS: Readonly<Record<InterpreterLanguage, readonly string[]>> = {
  nodejs: NODE_QUESTION,
  python: PYTHON_QUESTION,
  java: ['-version'],
};

/** `openjdk version "17.0.21" 2026-10-20`, `java version "1.8.0_392"` or `"21"`: always three numbers. */
function javaVersion(text: string): string {
  const told = /version "(?:1\.(?=8))?(\d+)(?:[._](\d+))?(?:[._](\d+))?/.exec(text);
  return told === null ? '' : [told[1], told[2] ?? '0', told[3] ?? '0'].join('.');
}

/** The version that the program itself reports. Throws `runtime.not_runnable` when it does not run on this machine. */
export async function askVersion(program: string, language: InterpreterLanguage): Promise<string> {
  const hint = 'check that it is built for this machine and that its libraries are installed';
  let result: Awaited<ReturnType<typeof runProgram>>;
  try {
    result = await runProgram(program, QUESTIONS[language], ASK_TIMEOUT_MS, { env: ownLibraries(program) });
  } catch (cause) {
    throw new RuntimeError('runtime.not_runnable', `${program} cannot be started`, hint, { cause });
  }
  const version = language === 'java' ? javaVersion(result.stderr) : result.stdout.trim();
  if (result.code !== 0 || !/^\d+\.\d+\.\d+$/.test(version)) {
    const why = result.stderr.trim().split('\n').pop() ?? '';
    const how = result.code === null ? 'did not answer in time' : `ended with code ${result.code}`;
    throw new RuntimeError(
      'runtime.not_runnable',
      `${program} ${how} when asked for its version: ${why.slice(0, 300)}`,
      hint,
    );
  }
  return version;
}

/**
 * The environment in which a program finds the libraries of its own tree, as in an instance: it may have been built to look for
 * them where the tree stood first, and that folder may be closed to the server.
 */
export function ownLibraries(program: string): NodeJS.ProcessEnv {
  return { PATH: '/usr/local/bin:/usr/bin:/bin', LD_LIBRARY_PATH: join(dirname(dirname(program)), 'lib') };
}

/** Path of the interpreter inside a tree, relative to it: the last two components of its path inside an instance. */
export function programInTree(runtime: RuntimeName): string {
  return runtime.interpreter?.split('/').slice(-2).join('/') ?? '';
}

/**
 * Finds the root of an interpreter tree in or under `dir`: the folder that holds `bin/node` or `bin/python3`. `dir` may be
 * the root itself or the `bin` folder. Throws `runtime.not_runnable` when there is none.
 */
export async function findTree(runtime: RuntimeName, dir: string): Promise<string> {
  const program = programInTree(runtime);
  const above = basename(dir) === 'bin' ? [dirname(dir)] : [];
  for (const root of [dir, ...above, join(dir, 'package'), join(dir, 'nodejs'), join(dir, 'python')]) {
    try {
      await access(join(root, program), constants.X_OK);
      return root;
    } catch {
      // Not here: the next candidate.
    }
  }
  throw new RuntimeError(
    'runtime.not_runnable',
    `there is no executable ${program} in ${dir}`,
    `give the folder in which ${program} lies, such as the unpacked archive of the interpreter; the server must be able to enter it, so not one below /root`,
  );
}

const OTHERS_ENTER = 0o001;
const OTHERS_READ = 0o004;

/**
 * Whether every user may reach `path` (after links are followed): instances run as other users than the server. A file
 * must be readable, each folder on the way must be enterable.
 */
export async function worldReachable(path: string): Promise<boolean> {
  let at = await realpath(path);
  const found = await stat(at);
  const own = found.isDirectory() ? OTHERS_READ | OTHERS_ENTER : OTHERS_READ;
  if ((found.mode & own) !== own) return false;
  while (at !== '/') {
    at = dirname(at);
    if (((await stat(at)).mode & OTHERS_ENTER) === 0) return false;
  }
  return true;
}

/** Changes when the file is replaced; then its version must be asked again. */
export async function fileStamp(path: string): Promise<string> {
  const found = await stat(path);
  return `${found.size}-${Math.trunc(found.mtimeMs)}`;
}
