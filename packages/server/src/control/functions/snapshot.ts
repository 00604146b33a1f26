import { formatUrn } from '@funcgraph/api';
import type { Environment } from '../../domain/environment.ts';
import type { VersionSnapshot } from '../catalog.ts';
import type { StoredFunction } from './version-row.ts';

/** What the data plane needs of a version. `secrets` are its encrypted variables in the clear. */
export function snapshotOf({ fn, version }: StoredFunction, secrets: Environment, region: string): VersionSnapshot {
  const { config } = version;
  return {
    functionId: fn.id,
    urn: functionUrn(fn, region, version.version),
    projectId: fn.projectId,
    package: fn.package,
    name: fn.name,
    version: version.version,
    revision: String(version.revision),
    runtime: fn.runtime,
    handler: config.handler,
    initializer: config.initializer,
    initializerTimeoutSeconds: config.initializerTimeoutSeconds ?? 0,
    timeoutSeconds: config.timeoutSeconds,
    memoryMb: config.memoryMb,
    env: { ...config.env, ...secrets },
    artifact: version.artifact,
    dependencies: config.dependencies,
    codeDigest: version.artifact.sha512,
    maxInstances: config.maxInstances,
    concurrency: config.instanceConcurrency,
    enabled: config.maxInstances !== 0,
    dynamicMemory: config.dynamicMemory,
  };
}

export function functionUrn(
  fn: { readonly projectId: string; readonly package: string; readonly name: string },
  region: string,
  version: string,
): string {
  const { projectId, package: pkg, name } = fn;
  return formatUrn({ region, projectId, package: pkg, name, qualifier: { kind: 'version', name: version } });
}
