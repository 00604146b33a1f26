import type { FunctionUrn } from '@funcgraph/api';
import type { Alias, Catalog, VersionSnapshot } from '../control/index.ts';
import { PlatformError } from '../lib/platform-error.ts';
import { goesToAdditional, type RequestHeaders } from './alias-route.ts';

/** Where one request goes. */
export interface Routed {
  readonly snapshot: VersionSnapshot;
  /** Empty for a call of a version. */
  readonly alias: string;
  readonly toAdditional: boolean;
}

/** What a request says that decides between the two versions of an alias. */
export interface RoutedRequest {
  readonly urn: FunctionUrn;
  readonly headers?: RequestHeaders;
  /** Where it was decided before. */
  readonly toAdditional?: boolean;
}

/**
 * The version that a URN means, of an alias its main one; from memory. For questions about a function: a request to run
 * goes by `route`. Throws `function_not_found`, `version_not_found`, `alias_not_found`.
 */
export function resolve(catalog: Catalog, urn: FunctionUrn): VersionSnapshot {
  return versionOf(catalog, urn, aliasOf(catalog, urn)?.version ?? urn.qualifier?.name ?? 'latest');
}

/** The versions that requests under a URN may go to now. Throws `function_not_found`, `alias_not_found`. */
export function versionsOf(catalog: Catalog, urn: FunctionUrn): readonly string[] {
  const alias = aliasOf(catalog, urn);
  if (alias === undefined) return [urn.qualifier?.name ?? 'latest'];
  return alias.additional === undefined ? [alias.version] : [alias.version, alias.additional.version];
}

/** Whether every version that requests under a URN may go to now has streaming switched on. False for what is not there. */
export function mayStream(catalog: Catalog, urn: FunctionUrn): boolean {
  const { projectId, package: pkg, name, qualifier } = urn;
  if (qualifier?.kind === 'alias' && catalog.resolveAlias(projectId, pkg, name, qualifier.name) === undefined)
    return false;
  return versionsOf(catalog, urn).every((version) => catalog.resolve(projectId, pkg, name, version)?.returnStream);
}

/** Where a request to run goes; decided once for each request. Throws like `resolve`. */
export function route(catalog: Catalog, request: RoutedRequest, random: () => number): Routed {
  const { urn, headers } = request;
  const alias = aliasOf(catalog, urn);
  if (alias === undefined) {
    return { snapshot: versionOf(catalog, urn, urn.qualifier?.name ?? 'latest'), alias: '', toAdditional: false };
  }
  const { additional } = alias;
  // a queued event may find that the additional version it was meant for is not there any more
  const toAdditional =
    additional !== undefined && (request.toAdditional ?? goesToAdditional(additional, { headers, random }));
  const version = toAdditional ? additional.version : alias.version;
  return { snapshot: versionOf(catalog, urn, version), alias: alias.name, toAdditional };
}

/** Undefined when the URN names no alias. */
function aliasOf(catalog: Catalog, urn: FunctionUrn): Alias | undefined {
  const { projectId, package: pkg, name, qualifier } = urn;
  if (qualifier?.kind !== 'alias') return undefined;
  const alias = catalog.resolveAlias(projectId, pkg, name, qualifier.name);
  if (alias !== undefined) return alias;
  versionOf(catalog, urn, 'latest');
  throw new PlatformError('alias_not_found', `function ${name} has no alias ${qualifier.name}`);
}

function versionOf(catalog: Catalog, urn: FunctionUrn, version: string): VersionSnapshot {
  const snapshot = catalog.resolve(urn.projectId, urn.package, urn.name, version);
  if (snapshot !== undefined) return snapshot;
  if (version === 'latest' || catalog.resolve(urn.projectId, urn.package, urn.name, 'latest') === undefined) {
    throw new PlatformError('function_not_found', `there is no function ${urn.name} in package ${urn.package}`);
  }
  throw new PlatformError('version_not_found', `function ${urn.name} has no version ${version}`);
}
