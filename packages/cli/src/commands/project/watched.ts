import { resolve } from 'node:path';
import { type CodeSource, type KeptBuilds, typeScriptOf } from '../../code/index.ts';
import type { Watched } from '../../project/dev/affected.ts';
import { homesOf } from '../../project/dev/homes.ts';
import type { Batch } from '../../project/dev/redeployer.ts';
import { functionSpecs } from '../../project/functions/function-spec.ts';
import { sourceOf } from '../../project/functions/prepare.ts';
import type { OpenProject } from './open-project.ts';
import { packageOwner } from './read-desired.ts';

interface Watchable extends Pick<Watched, 'name' | 'folder'> {
  readonly command: string | undefined;
  readonly source?: CodeSource;
}

/** Functions by their names in the file, and packages, as owners of builds. */
export function watchedOf({ project, root, stage }: OpenProject, kept: KeptBuilds): Watched[] {
  const { functions = {}, dependencies = {} } = project.file;
  const keys = Object.keys(functions);
  const all: Watchable[] = functionSpecs(project, stage).flatMap((spec, index) => {
    const source = sourceOf(spec, root);
    return source === undefined
      ? []
      : [{ name: keys[index] ?? '', folder: source.folder, source, command: spec.build }];
  });
  for (const [key, { folder, build }] of Object.entries(dependencies))
    all.push({ name: packageOwner(key), folder: resolve(root, folder), command: build });
  return all.map((one): Watched => {
    const { name, folder, command, source } = one;
    if (command !== undefined) {
      const others = all.filter((other) => other !== one).map((other) => other.folder);
      return { name, folder, made: 'by command', homes: homesOf(command, folder, others, root) };
    }
    const isBuilt = source !== undefined && typeScriptOf(source) !== undefined;
    return isBuilt ? { name, folder, made: 'built', reads: kept.readsOf(folder) } : { name, folder, made: 'copied' };
  });
}

/** Owners of builds that changed, and the functions that these are or whose packages these are. */
export function changedOwners(
  { inside, sources }: Batch,
  { project }: OpenProject,
): { readonly owners: readonly string[]; readonly functions: readonly string[] } {
  const owners = new Set([...inside, ...sources]);
  const functions = Object.entries(project.file.functions ?? {}).filter(
    ([name, { dependencies = [] }]) => owners.has(name) || dependencies.some((one) => owners.has(packageOwner(one))),
  );
  return { owners: [...owners], functions: functions.map(([name]) => name) };
}
