import type { FunctionName } from '../../control/index.ts';
import { LATEST } from '../../domain/names.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { functionUrn } from './function-urn.ts';

interface FunctionParams {
  readonly project_id: string;
  readonly function_urn: string;
}

/** The function and version of a path. No qualifier means `latest`. Throws `alias_not_found`: there are none yet. */
export function readTarget(params: FunctionParams): { name: FunctionName; version: string; qualified: boolean } {
  const { projectId, package: pkg, name, qualifier } = functionUrn(params.function_urn, params.project_id);
  if (qualifier?.kind === 'alias') {
    throw new PlatformError('alias_not_found', `function ${name} has no alias ${qualifier.name}`);
  }
  return {
    name: { projectId, package: pkg, name },
    version: qualifier?.name ?? LATEST,
    qualified: qualifier !== undefined,
  };
}

/** For operations that change a function: only `latest` can be changed. Throws `version_not_found` for another version. */
export function editableTarget(params: FunctionParams): FunctionName {
  const { name, version } = readTarget(params);
  if (version === LATEST) return name;
  throw new PlatformError('version_not_found', `function ${name.name} has no version ${version} that can be changed`);
}
