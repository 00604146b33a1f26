import { chmod, cp, mkdtemp, rename, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { askVersion, type InterpreterLanguage, programInTree } from './interpreter.ts';
import { RuntimeError } from './runtime-error.ts';
import { type RuntimeName, versionFits } from './runtime-names.ts';

/** Parts of interpreter trees that no function needs and that make up half of their size. */
const LEFT_OUT = /^(?:include|share|lib\/python[\d.]+\/(?:test|idlelib|turtledemo|ensurepip))$/;

/** Refuses an interpreter whose reported version does not match `runtime`. Returns the version. */
export async function checkedVersion(runtime: RuntimeName, program: string): Promise<string> {
  const version = await askVersion(program, languageOf(runtime));
  if (!versionFits(runtime, version)) {
    throw new RuntimeError(
      'runtime.version_mismatch',
      `${program} is version ${version}, not one of ${runtime.name}`,
      `give an interpreter of version ${runtime.version}, or add this one under its own name`,
    );
  }
  return version;
}

/** Narrows to the languages that have an interpreter this platform can use. */
export function languageOf(runtime: RuntimeName): InterpreterLanguage {
  const { language } = runtime;
  if (language === 'nodejs' || language === 'python' || language === 'java') return language;
  throw new RuntimeError('runtime.not_installable', `${runtime.name} has no interpreter to install`, 'it needs none');
}

/** A private folder inside `dir`, removed when `work` ends, also on failure. */
export async function withTemporary<T>(dir: string, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(dir, '.new-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
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

/** Path of the program in an interpreter tree. */
export function programOf(runtime: RuntimeName, tree: string): string {
  return join(tree, programInTree(runtime));
}
