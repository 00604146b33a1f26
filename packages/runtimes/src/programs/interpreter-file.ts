import { realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runProgram } from './run-program.ts';
import { RuntimeError } from './runtime-error.ts';

const ASK_TIMEOUT_MS = 15_000;

/** How an interpreter reports its version. */
export interface VersionQuestion {
  readonly arguments: readonly string[];
  /** Three numbers with points between them; anything else when there is no version in the answer. */
  versionIn(answer: { readonly stdout: string; readonly stderr: string }): string;
}

/** The version that the program itself reports. Throws `runtime.not_runnable` when it does not run on this machine. */
export async function askVersion(program: string, question: VersionQuestion): Promise<string> {
  const hint = 'check that it is built for this machine and that its libraries are installed';
  let result: Awaited<ReturnType<typeof runProgram>>;
  try {
    result = await runProgram(program, question.arguments, ASK_TIMEOUT_MS, { env: ownLibraries(program) });
  } catch (cause) {
    throw new RuntimeError('runtime.not_runnable', `${program} cannot be started`, hint, { cause });
  }
  const version = question.versionIn(result);
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

/** Changes when the file is replaced; then its version must be read again. */
export async function fileStamp(path: string): Promise<string> {
  const found = await stat(path);
  return `${found.size}-${Math.trunc(found.mtimeMs)}`;
}

export async function fileExists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
