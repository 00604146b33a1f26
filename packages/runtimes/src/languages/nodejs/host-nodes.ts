import { realpath } from 'node:fs/promises';
import { isAbsolute, join, sep } from 'node:path';
import { fileStamp } from '../../programs/interpreter-file.ts';
import { runProgram } from '../../programs/run-program.ts';

const ASK_TIMEOUT_MS = 15_000;
const NAMES = ['node', 'nodejs'];

/**
 * The Node.js programs in the folders of `searchPath`, in its order. Leaves out everything in a `node_modules` folder: npm
 * puts such folders on PATH, and the Node.js in them belongs to a package. A program that `known` knows is not started.
 */
export async function findHostNodes(
  searchPath: readonly string[],
  known: (path: string, stamp: string) => string | undefined,
): Promise<string[]> {
  const found = new Set<string>();
  // the same file often has several names: /bin may be /usr/bin, and nodejs may be node
  const tried = new Set<string>();
  for (const folder of searchPath.filter(isAbsolute)) {
    for (const name of NAMES) {
      try {
        const path = await realpath(join(folder, name));
        if (tried.has(path) || isInPackage(path)) continue;
        tried.add(path);
        const program = known(path, await fileStamp(path)) === undefined ? await programBehind(path) : path;
        if (!isInPackage(program)) found.add(program);
      } catch {
        // This folder has none that runs.
      }
    }
  }
  return [...found];
}

function isInPackage(path: string): boolean {
  return path.split(sep).includes('node_modules');
}

/** A version manager may put a program on the path that starts the real one. */
async function programBehind(path: string): Promise<string> {
  const { code, stdout } = await runProgram(path, ['-p', 'process.execPath'], ASK_TIMEOUT_MS);
  return code === 0 ? realpath(stdout.trim()) : path;
}
