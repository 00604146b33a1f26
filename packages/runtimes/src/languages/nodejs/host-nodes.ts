import { realpath } from 'node:fs/promises';
import { isAbsolute, join, sep } from 'node:path';
import { fileStamp } from '../../programs/interpreter-file.ts';
import { runProgram } from '../../programs/run-program.ts';

const ASK_TIMEOUT_MS = 15_000;
const PATH_AND_VERSION = 'process.execPath + "\\n" + process.versions.node';
const VERSION = /^\d+\.\d+\.\d+$/;
const NAMES = ['node', 'nodejs'];

export interface HostNode {
  readonly path: string;
  /** As the program itself reported it; undefined when it was not asked. */
  readonly version: string | undefined;
}

/**
 * The Node.js programs in the folders of `searchPath`, in its order. Leaves out everything in a `node_modules` folder: npm
 * puts such folders on PATH, and the Node.js in them belongs to a package. A program that `known` knows is not started.
 */
export async function findHostNodes(
  searchPath: readonly string[],
  known: (path: string, stamp: string) => string | undefined,
): Promise<HostNode[]> {
  const found = new Map<string, HostNode>();
  // the same file often has several names: /bin may be /usr/bin, and nodejs may be node
  const tried = new Set<string>();
  for (const folder of searchPath.filter(isAbsolute)) {
    for (const name of NAMES) {
      try {
        const path = await realpath(join(folder, name));
        if (tried.has(path) || isInPackage(path)) continue;
        tried.add(path);
        const isKnown = known(path, await fileStamp(path)) !== undefined;
        const node = isKnown ? { path, version: undefined } : await nodeBehind(path);
        if (!isInPackage(node.path) && !found.has(node.path)) found.set(node.path, node);
      } catch {
        // This folder has none that runs.
      }
    }
  }
  return [...found.values()];
}

function isInPackage(path: string): boolean {
  return path.split(sep).includes('node_modules');
}

/** A version manager may put a program on the path that starts the real one. */
async function nodeBehind(path: string): Promise<HostNode> {
  const { code, stdout } = await runProgram(path, ['-p', PATH_AND_VERSION], ASK_TIMEOUT_MS);
  const [program = '', version = ''] = stdout.trim().split('\n');
  if (code !== 0) return { path, version: undefined };
  const real = await realpath(program);
  return { path: real, version: real === path && VERSION.test(version) ? version : undefined };
}
