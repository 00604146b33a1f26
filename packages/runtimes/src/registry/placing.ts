import { constants } from 'node:fs';
import { access, chmod, cp, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import type { Interpreted, Runtime } from '../languages/language.ts';
import { versionFits } from '../languages/runtimes.ts';
import { askVersion } from '../programs/interpreter-file.ts';
import { RuntimeError } from '../programs/runtime-error.ts';

/** Parts of interpreter trees that no function needs and that make up half of their size. */
const LEFT_OUT = /^(?:include|share|lib\/python[\d.]+\/(?:test|idlelib|turtledemo|ensurepip))$/;

/** Refuses an interpreter whose reported version does not match `runtime`. Returns the version. */
export async function checkedVersion(runtime: Runtime, program: string): Promise<string> {
  const version = await askVersion(program, interpreterOf(runtime).question);
  if (!versionFits(runtime, version)) {
    throw new RuntimeError(
      'runtime.version_mismatch',
      `${program} is version ${version}, not one of ${runtime.name}`,
      `give an interpreter of version ${runtime.version}, or add this one under its own name`,
    );
  }
  return version;
}

/**
 * Copies an interpreter tree without its tests and headers; links inside stay links. Times are kept: Python takes its
 * compiled modules only while they match the time of their source.
 */
export async function copyTree(source: string, target: string): Promise<void> {
  await cp(source, target, {
    recursive: true,
    verbatimSymlinks: true,
    preserveTimestamps: true,
    filter: (path) => !LEFT_OUT.test(relative(source, path)),
  });
  await chmod(target, 0o755);
}

/** Replaces `target` with a finished `tree`; the previous content is deleted. */
export async function putInPlace(tree: string, target: string): Promise<void> {
  const old = `${target}.old`;
  await rm(old, { recursive: true, force: true });
  try {
    await rename(target, old);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  await rename(tree, target);
  await rm(old, { recursive: true, force: true });
}

/** Throws `runtime.not_installable` for a language whose functions bring their own program. */
export function interpreterOf({ name, language }: Runtime): Interpreted {
  if (language.run.kind === 'interpreter') return language.run;
  throw new RuntimeError('runtime.not_installable', `${name} has no interpreter to install`, 'it needs none');
}

/** Path of the program in an interpreter tree. */
export function programOf(runtime: Runtime, tree: string): string {
  return join(tree, programInTree(runtime));
}

/** Path of the interpreter inside a tree, relative to it: the last two components of its path inside an instance. */
function programInTree(runtime: Runtime): string {
  return runtime.interpreter?.split('/').slice(-2).join('/') ?? '';
}

/**
 * Finds the root of an interpreter tree in or under `dir`: the folder that holds `bin/node` or `bin/python3`. `dir` may be
 * the root itself or the `bin` folder. Throws `runtime.not_runnable` when there is none.
 */
export async function findTree(runtime: Runtime, dir: string): Promise<string> {
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
