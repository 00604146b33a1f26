import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import {
  type CodeSource,
  type Collected,
  collectEntries,
  entriesDigest,
  functionCode,
  handlerFault,
  type KeptBuilds,
} from '../../code/index.ts';
import { CliError, type Context } from '../../framework/index.ts';
import type { Project } from '../file/read-project.ts';
import type { Desired, Notes } from '../plan/resource.ts';
import type { FunctionInputs } from './function-driver.ts';
import type { FunctionSpec } from './function-spec.ts';
import { readSecrets, secretsDigest } from './secret-values.ts';

interface Surroundings {
  /** Of the project file. */
  readonly root: string;
  readonly fault: Project['fault'];
  readonly builds: boolean;
  readonly kept?: KeptBuilds | undefined;
  /** Of dependencies of the project, by name. */
  readonly digests: ReadonlyMap<string, string>;
  notesOf(resource: { readonly kind: string; readonly name: string }): Notes;
}

/** Builds the code of a function and reads its secrets: what a plan compares, and what making it needs. */
export async function prepare(
  spec: FunctionSpec,
  { root, fault, builds, kept, digests, notesOf }: Surroundings,
  context: Context,
): Promise<{ readonly desired: Desired; readonly inputs: FunctionInputs }> {
  const { name, fields, path } = spec;
  if (builds && spec.build !== undefined) await build(spec.build, root, context);
  const secrets = await readSecrets(spec.secrets, root, context);
  const entries = (await codeOf(spec, { root, fault, kept }))?.entries ?? [];
  const hasSecrets = Object.keys(secrets).length > 0;
  const libraries = spec.dependencies.map((text) => `${text} ${digests.get(text) ?? ''}`);
  const notes = {
    ...(spec.folder === undefined ? {} : { code: await entriesDigest(entries) }),
    ...(libraries.length === 0 ? {} : { dependencies: digestOf(libraries) }),
    ...(hasSecrets ? { secrets: secretsDigest(secrets, notesOf({ kind: 'function', name }).secrets) } : {}),
  };
  return {
    desired: { kind: 'function', name, fields, notes, path, hidden: { dependencies: spec.dependencies } },
    inputs: { entries, secrets },
  };
}

/** The files as they are after its own build command; without one, its TypeScript is built. */
async function codeOf(
  spec: FunctionSpec,
  { root, fault, kept }: Pick<Surroundings, 'root' | 'fault' | 'kept'>,
): Promise<Collected | undefined> {
  const source = sourceOf(spec, root);
  if (source === undefined) return undefined;
  const hasLibraries = spec.dependencies.length > 0;
  const isMade = spec.build !== undefined;
  const code = isMade ? await collectEntries(source.folder) : await functionCode({ ...source, hasLibraries, kept });
  const { runtime, handler } = spec.fields;
  const missing = handlerFault(String(runtime), String(handler), code);
  if (missing !== undefined) throw fault([...spec.path, 'handler'], `has no file: ${missing.message}`, missing.hint);
  return code;
}

/** Where the code of a function is, and which files it begins with; undefined for a container image. */
export function sourceOf({ folder, fields }: FunctionSpec, root: string): CodeSource | undefined {
  if (folder === undefined) return undefined;
  const { runtime, handler, initializer } = fields;
  return {
    folder: resolve(root, folder),
    root,
    runtime: String(runtime),
    entries: [String(handler), String(initializer)],
  };
}

const digestOf = (texts: readonly string[]): string => createHash('sha256').update(JSON.stringify(texts)).digest('hex');

/** Its output goes to standard error, so that the result of fgs stays readable for programs. */
export async function build(command: string, root: string, { env, signal, stderr, format }: Context): Promise<void> {
  if (format !== 'json') await stderr.write(`building: ${command}\n`);
  const child = spawn('/bin/sh', ['-c', command], {
    cwd: root,
    env: { ...env },
    signal,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => output.push(chunk));
  const code = await new Promise<number | null>((done, fail) => {
    child.on('error', fail);
    child.on('close', done);
  });
  if (code === 0) return;
  await stderr.write(Buffer.concat(output));
  throw new CliError(`the build failed with exit code ${code}: ${command}`, { code: 'CLI.BUILD' });
}
