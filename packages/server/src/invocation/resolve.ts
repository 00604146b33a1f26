import type { FunctionUrn } from '@funcgraph/api';
import type { Catalog, VersionSnapshot } from '../control/index.ts';
import { PlatformError } from '../lib/platform-error.ts';

/** The version that a URN means, from memory. Throws `function_not_found`, `version_not_found`, `alias_not_found`. */
export function resolve(catalog: Catalog, urn: FunctionUrn): VersionSnapshot {
  const qualifier = urn.qualifier ?? { kind: 'version', name: 'latest' };
  if (qualifier.kind === 'alias')
    throw new PlatformError('alias_not_found', `function ${urn.name} has no alias ${qualifier.name}`);
  const snapshot = catalog.resolve(urn.projectId, urn.package, urn.name, qualifier.name);
  if (snapshot !== undefined) return snapshot;
  if (catalog.resolve(urn.projectId, urn.package, urn.name, 'latest') === undefined) {
    throw new PlatformError('function_not_found', `there is no function ${urn.name} in package ${urn.package}`);
  }
  throw new PlatformError('version_not_found', `function ${urn.name} has no version ${qualifier.name}`);
}
