import { formatUrn, LIMITS } from '@funcgraph/api';
import type { Environment } from '@funcgraph/api/environment';
import { languageOf } from '@funcgraph/runtimes';
import { surroundingsChoice } from '../../domain/surroundings.ts';
import type { VersionSnapshot } from '../catalog.ts';
import { hooksOf } from './java-hooks.ts';
import type { FunctionConfig, FunctionRecord, IdentitySettings } from './types.ts';
import type { StoredFunction } from './version-row.ts';

/** The facts about a version that the data plane needs, besides those kept elsewhere. */
export interface SnapshotContext {
  /** Its encrypted variables in the clear. */
  readonly secrets: Environment;
  readonly region: string;
  /** Where the files of an image are. */
  rootfs(imageId: string): string;
}

/** A version as the data plane sees it. */
export function snapshotOf({ fn, version }: StoredFunction, context: SnapshotContext): VersionSnapshot {
  const { secrets, region } = context;
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
    hooks: hooksOf(config, fn.runtime),
    timeoutSeconds: config.timeoutSeconds,
    memoryMb: config.memoryMb,
    env: { ...config.env, ...secrets },
    artifact: version.artifact,
    dependencies: config.dependencies,
    image: imageOf(fn, config, context),
    codeDigest: version.artifact.sha512,
    maxInstances: config.maxInstances,
    concurrency: config.instanceConcurrency,
    enabled: config.maxInstances !== 0,
    dynamicMemory: config.dynamicMemory,
    tmpMb: config.tmpMb ?? LIMITS.tmpMb.usual,
    surroundings: surroundingsChoice(config),
    ...identityOf(config),
    returnStream: config.returnStream ?? false,
    lanes: config.lanes ?? true,
  };
}

/** Without an agency of its own for running, a function has that of its configuration (guide 3.3.3). */
function identityOf({ codeAgency, agency: platformAgency, enterpriseProjectId }: IdentitySettings): {
  agency?: string;
  platformAgency?: string;
  enterpriseProjectId?: string;
} {
  const agency = codeAgency || platformAgency;
  return {
    ...(agency ? { agency } : {}),
    ...(platformAgency ? { platformAgency } : {}),
    ...(enterpriseProjectId ? { enterpriseProjectId } : {}),
  };
}

function imageOf(
  { runtime }: FunctionRecord,
  { image }: FunctionConfig,
  { rootfs }: SnapshotContext,
): VersionSnapshot['image'] {
  if (image === undefined) return undefined;
  const { id, uid, gid, run } = image;
  const kind = languageOf(runtime)?.id === 'http' ? 'http' : 'event';
  return { id, rootfs: rootfs(id), uid, gid, kind, argv: run.argv, env: run.env, workingDir: run.cwd };
}

export function functionUrn(
  fn: { readonly projectId: string; readonly package: string; readonly name: string },
  region: string,
  version: string,
): string {
  const { projectId, package: pkg, name } = fn;
  return formatUrn({ region, projectId, package: pkg, name, qualifier: { kind: 'version', name: version } });
}
