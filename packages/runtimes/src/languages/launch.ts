import type { LaunchBind, PlacedInterpreter } from './language.ts';

export const RUNTIME_ROOT = '/home/snuser/runtime';
export const WORKING_DIR = '/opt/function';
export const PLATFORM_NODE = `${RUNTIME_ROOT}/platform/node`;
/** Interpreters stand below it. */
export const INTERPRETER_ROOT = '/opt/function/runtime';

export const ENV: Readonly<Record<string, string>> = {
  PATH: '/usr/local/bin:/usr/bin:/bin',
  HOME: '/home/snuser',
  // Python 3.6 falls back to ASCII file names without a UTF-8 locale.
  LANG: 'C.UTF-8',
};

/** Shows the shims of these folders. */
export function shimBinds(shims: string, folders: readonly string[]): LaunchBind[] {
  return folders.map((name) => ({ source: `${shims}/${name}`, target: `${RUNTIME_ROOT}/${name}` }));
}

/** Shows an interpreter at the path of its runtime. */
export function interpreterBind({ runtime, source, kind }: PlacedInterpreter): LaunchBind {
  const target = runtime.interpreter ?? '';
  // A tree is bound two levels up, so that `bin/<program>` stands at the promised path.
  return { source, target: kind === 'file' ? target : target.split('/').slice(0, -2).join('/') };
}

/** A Python built with a shared library looks for it where it was built, not where its tree is bound. */
export function envOf(placed: readonly PlacedInterpreter[]): Readonly<Record<string, string>> {
  const trees = placed.filter((each) => each.kind === 'tree' && each.runtime.language.id === 'python');
  if (trees.length === 0) return ENV;
  return { ...ENV, LD_LIBRARY_PATH: trees.map((each) => `${interpreterBind(each).target}/lib`).join(':') };
}
