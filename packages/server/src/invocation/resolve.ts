import type { FunctionUrn } from '@funcgraph/api';
import type { Alias, Catalog, VersionSnapshot } from '../control/index.ts';
import { PlatformError } from '../lib/platform-error.ts';
import { goesToAdditional, type RequestHeaders } from './alias-route.ts';

/** The version that one request goes to. */
export interface Routed {
  readonly snapshot: VersionSnapshot;
  /** Empty for a call of a version. */
  readonly alias: string;
  readonly toAdditional: boolean;
}

/** The parts of a request that choose between the two versions of an alias. */
export interface RoutedRequest {
  readonly urn: FunctionUrn;
  readonly headers?: RequestHeaders;
  /** An earlier decision that is kept. */
  readonly toAdditional?: boolean;
  /** Only this function: another one that has its name now counts as missing. */
  readonly functionId?: string | undefined;
}

/**
 * The version of a URN, for an alias its main one; from memory. For queries about a function; a request to run uses
 * `route`. Throws `function_not_found`, `version_not_found`, `alias_not_found`.
 */
export function resolve(catalog: Catalog, urn: FunctionUrn): VersionSnapshot {
  return versionOf(catalog, urn, aliasOf(catalog, urn)?.version ?? urn.qualifier?.name ?? 'latest');
}

/** When the function of a URN was created, in ms since the epoch. Throws like `resolve`. */
export function createdAt(catalog: Catalog, urn: FunctionUrn): number {
  return catalog.entry(resolve(catalog, urn).functionId)?.createdAt ?? 0;
}

/** The versions that requests under a URN may go to now. Throws `function_not_found`, `alias_not_found`. */
export function versionsOf(catalog: Catalog, urn: FunctionUrn): readonly string[] {
  const alias = aliasOf(catalog, urn);
  if (alias === undefined) return [urn.qualifier?.name ?? 'latest'];
  return alias.additional === undefined ? [alias.version] : [alias.version, alias.additional.version];
}

/** Whether every version that requests under a URN may go to has streaming enabled. False for an unknown URN. */
export function mayStream(catalog: Catalog, urn: FunctionUrn): boolean {
  const { projectId, package: pkg, name, qualifier } = urn;
  if (qualifier?.kind === 'alias' && catalog.resolveAlias(projectId, pkg, name, qualifier.name) === undefined)
    return false;
  return versionsOf(catalog, urn).every((version) => catalog.resolve(projectId, pkg, name, version)?.returnStream);
}

/** Chooses the version of a request to run; call once for each request. Throws like `resolve`. */
export function route(catalog: Catalog, request: RoutedRequest, random: () => number): Routed {
  const { urn, headers, functionId } = request;
  const { projectId, package: pkg, name } = urn;
  if (functionId !== undefined && catalog.resolve(projectId, pkg, name, 'latest')?.functionId !== functionId) {
    throw new PlatformError('function_not_found', `the function ${name} was deleted`);
  }
  const alias = aliasOf(catalog, urn);
  if (alias === undefined) {
    return { snapshot: versionOf(catalog, urn, urn.qualifier?.name ?? 'latest'), alias: '', toAdditional: false };
  }
  const { additional } = alias;
  // the additional version may have been removed since the event was queued
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
