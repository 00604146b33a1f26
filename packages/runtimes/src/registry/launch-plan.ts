import type { PortableProgram } from './portable-program.ts';
import type { RuntimeName } from './runtime-names.ts';

/** A host folder or file that is shown read-only inside the instance. */
export interface LaunchBind {
  readonly source: string;
  readonly target: string;
}

/** How to start the runtime of a function, as data. All paths of `command` are inside the instance. */
export interface LaunchPlan {
  readonly command: readonly string[];
  readonly binds: readonly LaunchBind[];
  readonly workingDir: string;
  /** What does not depend on the function; the server adds the rest with the `init` frame. */
  readonly env: Readonly<Record<string, string>>;
}

/** An interpreter on the host: a whole tree, or (for those of the system, whose libraries are visible anyway) one file. */
export interface PlacedInterpreter {
  readonly runtime: RuntimeName;
  readonly kind: 'tree' | 'file';
  readonly source: string;
}

export const RUNTIME_ROOT = '/home/snuser/runtime';
export const WORKING_DIR = '/opt/function';
const PLATFORM_NODE = `${RUNTIME_ROOT}/platform/node`;

const ENV: Readonly<Record<string, string>> = {
  PATH: '/usr/local/bin:/usr/bin:/bin',
  HOME: '/home/snuser',
  // Python 3.6 falls back to ASCII file names without a UTF-8 locale.
  LANG: 'C.UTF-8',
};

/** The memory limit of the instance is the cgroup's; a heap limit chosen at start would be too early in a prewarmed one. */
const NODE_FLAGS = ['--max-old-space-size=3800'];

/** `-I` exists only in Python 3; without `site` an interpreter starts 2 ms earlier and the shim adds its packages itself. */
function pythonFlags(runtime: RuntimeName): readonly string[] {
  return runtime.version.startsWith('2.') ? ['-E', '-s', '-S', '-B'] : ['-I', '-S', '-B'];
}

/** A Python built with a shared library looks for it where it was built, not where its tree is bound. */
function pythonEnv(placed: readonly PlacedInterpreter[]): Readonly<Record<string, string>> {
  const trees = placed.filter((each) => each.kind === 'tree' && each.runtime.language === 'python');
  if (trees.length === 0) return ENV;
  return { ...ENV, LD_LIBRARY_PATH: trees.map((each) => `${interpreterBind(each).target}/lib`).join(':') };
}

/** Target path of an interpreter, defined by the public contract. */
export function interpreterBind(placed: PlacedInterpreter): LaunchBind {
  const target = placed.runtime.interpreter ?? '';
  // A tree is bound two levels up, so that `bin/<program>` stands at the promised path.
  return { source: placed.source, target: placed.kind === 'file' ? target : target.split('/').slice(0, -2).join('/') };
}

export function planNodejs(placed: PlacedInterpreter, shims: string): LaunchPlan {
  return {
    command: [placed.runtime.interpreter ?? '', ...NODE_FLAGS, `${RUNTIME_ROOT}/nodejs/shim.js`],
    binds: [{ source: `${shims}/nodejs`, target: `${RUNTIME_ROOT}/nodejs` }, interpreterBind(placed)],
    workingDir: WORKING_DIR,
    env: ENV,
  };
}

export function planPython(placed: PlacedInterpreter, shims: string): LaunchPlan {
  return {
    command: [placed.runtime.interpreter ?? '', ...pythonFlags(placed.runtime), `${RUNTIME_ROOT}/python/shim.py`],
    binds: [{ source: `${shims}/python`, target: `${RUNTIME_ROOT}/python` }, interpreterBind(placed)],
    workingDir: WORKING_DIR,
    env: pythonEnv([placed]),
  };
}

/** The supervisor runs on the platform's own Node.js; the bootstrap may use every visible interpreter. */
export function planCustom(platformNode: string, placed: readonly PlacedInterpreter[], shims: string): LaunchPlan {
  return {
    command: [PLATFORM_NODE, `${RUNTIME_ROOT}/custom/shim.js`],
    binds: [
      { source: `${shims}/custom`, target: `${RUNTIME_ROOT}/custom` },
      { source: `${shims}/nodejs`, target: `${RUNTIME_ROOT}/nodejs` },
      { source: platformNode, target: PLATFORM_NODE },
      ...placed.map(interpreterBind),
    ],
    workingDir: WORKING_DIR,
    env: pythonEnv(placed),
  };
}

/** Like a Custom function; both shims share the start of the bootstrap. */
export function planHttp(platformNode: string, placed: readonly PlacedInterpreter[], shims: string): LaunchPlan {
  const custom = planCustom(platformNode, placed, shims);
  return {
    ...custom,
    command: [PLATFORM_NODE, `${RUNTIME_ROOT}/http/shim.js`],
    binds: [{ source: `${shims}/http`, target: `${RUNTIME_ROOT}/http` }, ...custom.binds],
  };
}

/** The program of a Go function needs no interpreter; its supervisor shares parts with the Custom shim. */
export function planGo(platformNode: string, shims: string): LaunchPlan {
  return {
    command: [PLATFORM_NODE, `${RUNTIME_ROOT}/go/shim.js`],
    binds: [
      ...['go', 'custom', 'nodejs'].map((name) => ({ source: `${shims}/${name}`, target: `${RUNTIME_ROOT}/${name}` })),
      { source: platformNode, target: PLATFORM_NODE },
    ],
    workingDir: WORKING_DIR,
    env: ENV,
  };
}

/** Folder of the platform's files in a container image; the agent adds no other files. */
const IMAGE_PLATFORM = '/run/funcgraph/platform';
const IMAGE_SHIMS = '/run/funcgraph/shims';
const IMAGE_NODE = '/run/funcgraph/node';

/**
 * The supervisor inside a container image. It uses no file of the image: its own loader starts it with its own
 * libraries, so that it runs with any C library or none.
 */
export function planImage(node: PortableProgram, shims: string): LaunchPlan {
  const loader =
    node.libraries === undefined
      ? []
      : [`${IMAGE_PLATFORM}/${node.libraries.loader}`, '--library-path', IMAGE_PLATFORM];
  return {
    command: [...loader, IMAGE_NODE, `${IMAGE_SHIMS}/http/shim.js`],
    binds: [
      { source: node.program, target: IMAGE_NODE },
      { source: shims, target: IMAGE_SHIMS },
      ...(node.libraries === undefined ? [] : [{ source: node.libraries.folder, target: IMAGE_PLATFORM }]),
    ],
    workingDir: '/',
    env: {},
  };
}
