import type { Connection } from '../../connection/index.ts';
import { type Context, type FlagSpecs, type FlagValues, flag } from '../../framework/index.ts';
import { versionIds } from '../dependencies/find.ts';

/** The same in `create`, `deploy` and `update`. */
export const DEPENDENCY_FLAGS = {
  dependency: flag.list('NAME[@VERSION]', 'library package; replaces all earlier ones, an empty one removes them'),
} as const satisfies FlagSpecs;

export type DependencyFlags = FlagValues<typeof DEPENDENCY_FLAGS>;

/** The API field of the flag, when it was given. `runtime` decides between packages of one name. */
export async function dependencyFields(
  { dependency }: DependencyFlags,
  { client, credentials }: Connection,
  runtime: string | undefined,
  context: Context,
): Promise<{ depend_version_list?: string[] }> {
  if (dependency.length === 0) return {};
  const lookup = { client, projectId: credentials.projectId, signal: context.signal, runtime };
  return { depend_version_list: await versionIds(dependency, lookup) };
}
