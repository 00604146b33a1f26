import { formatQualifier, type Qualifier } from '@funcgraph/api';
import type { Catalog, FunctionName, Functions } from '../../control/index.ts';
import { LATEST } from '../../domain/names.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { functionUrn } from './function-urn.ts';

interface FunctionParams {
  readonly project_id: string;
  readonly function_urn: string;
}

/** The function of a path, for any version or alias in the URN. */
export function readName(params: FunctionParams): { name: FunctionName; qualifier: Qualifier | undefined } {
  const { projectId, package: pkg, name, qualifier } = functionUrn(params.function_urn, params.project_id);
  return { name: { projectId, package: pkg, name }, qualifier };
}

/** `!alias` or the name of a version, as `control` knows them; the same text stands in a URN. */
export function qualifierText(qualifier: Qualifier | undefined): string | undefined {
  return qualifier === undefined ? undefined : formatQualifier(qualifier);
}

/**
 * The function and version of a path. No qualifier means `latest`, an alias its main version. Throws `alias_not_found`,
 * and `function_not_found` where an alias lacks its function.
 */
export function readTarget(
  params: FunctionParams,
  catalog: Catalog,
): { name: FunctionName; version: string; qualifier: Qualifier | undefined } {
  const { name, qualifier } = readName(params);
  if (qualifier?.kind !== 'alias') return { name, version: qualifier?.name ?? LATEST, qualifier };
  const { projectId, package: pkg } = name;
  const alias = catalog.resolveAlias(projectId, pkg, name.name, qualifier.name);
  if (alias !== undefined) return { name, version: alias.version, qualifier };
  if (catalog.resolve(projectId, pkg, name.name, LATEST) === undefined) {
    throw new PlatformError('function_not_found', `there is no function ${name.name} in package ${pkg}`);
  }
  throw new PlatformError('alias_not_found', `function ${name.name} has no alias ${qualifier.name}`);
}

/**
 * For operations that change a function: only `latest` can be changed. Throws `invalid_version` for a published
 * version, `version_not_found`, `alias_not_found` or `function_not_found` for a missing one.
 */
export async function editableTarget(
  params: FunctionParams,
  { functions, catalog }: { readonly functions: Functions; readonly catalog: Catalog },
): Promise<FunctionName> {
  const { name, version } = readTarget(params, catalog);
  if (version === LATEST) return name;
  await functions.show(name, version);
  throw new PlatformError('invalid_version', `version ${version} is published and cannot be changed`, {
    hint: 'Change latest, then publish another version and point the alias to it.',
  });
}
