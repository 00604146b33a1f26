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
import type { Context } from '../../framework/index.ts';
import type { Project } from '../file/read-project.ts';
import type { Desired, Notes } from '../plan/resource.ts';
import { type Builds, buildDue } from './builds.ts';
import type { FunctionInputs } from './function-driver.ts';
import type { FunctionSpec } from './function-spec.ts';
import { readSecrets, secretsDigest } from './secret-values.ts';

interface Surroundings {
  /** Of the project file. */
  readonly root: string;
  readonly fault: Project['fault'];
  readonly builds: Builds;
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
  await buildDue(builds, { owner: String(path[1]), command: spec.build, root }, context);
  const secrets = await readSecrets(spec.secrets, root, context);
  const entries = (await codeOf(spec, { root, fault, kept }))?.entries ?? [];
  const hasSecrets = Object.keys(secrets).length > 0;
  const libraries = spec.dependencies.map((text) => `${text} ${digests.get(text) ?? ''}`);
  const notes = {
    ...(spec.folder === undefined ? {} : { code: await entriesDigest(entries, kept?.files) }),
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
  if (missing !== undefined) throw fault([...spec.path, 'handler'], `cannot run: ${missing.message}`, missing.hint);
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
