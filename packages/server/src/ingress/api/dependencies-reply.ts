import type { RouteResponse, Routes } from '@funcgraph/api';
import { type DependencyVersion, PUBLIC } from '../../control/index.ts';

type Reply = RouteResponse<Routes['listDependencies']>['dependencies'][number];

/** A dependency version as every answer of the API shows it. `domainId` is the caller's. */
export function dependencyReply(version: DependencyVersion, domainId: string): Reply {
  const { projectId, dependencyId, artifact } = version;
  const owner = isShared(version) ? PUBLIC_OWNER : domainId;
  const address = `/v2/${isShared(version) ? PUBLIC_OWNER : projectId}/fgs/dependencies/${dependencyId}/version/${version.version}`;
  return {
    id: version.id,
    owner,
    link: version.link === '' ? address : version.link,
    runtime: version.runtime,
    etag: artifact.sha256,
    size: artifact.sizeBytes,
    name: version.name,
    description: version.description,
    file_name: version.fileName,
    version: version.version,
    dep_id: dependencyId,
    last_modified: Math.floor(version.createdAt / 1000),
  };
}

/** Whether every project may use it. */
export function isShared({ projectId }: DependencyVersion): boolean {
  return projectId === PUBLIC;
}

const PUBLIC_OWNER = 'public';
