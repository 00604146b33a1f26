import type { ArtifactKind, ArtifactStore } from '../../artifacts/index.ts';
import type { Schema } from '../../storage/index.ts';
import type { FunctionConfig, FunctionRecord, VersionRecord } from './types.ts';

/** A function together with one of its versions, as stored. */
export interface StoredFunction {
  readonly fn: FunctionRecord;
  readonly version: VersionRecord;
}

type StoredConfig = Omit<FunctionConfig, 'dependencies'> & Partial<Pick<FunctionConfig, 'dependencies'>>;
type Row = Schema['function'] & Schema['function_version'];

/** Reads a row of both tables. */
export function toStored(row: Row, artifacts: Pick<ArtifactStore, 'describe'>): StoredFunction {
  return {
    fn: {
      id: row.id,
      projectId: row.project_id,
      package: row.package,
      name: row.name,
      runtime: row.runtime,
      collected: row.collected !== 0,
      createdAt: Number(row.created_at),
      sealedTracing: row.sealed_tracing,
    },
    version: {
      version: row.version,
      revision: row.revision,
      // rows of earlier versions of the program have no dependencies
      config: { dependencies: [], ...(JSON.parse(row.config) as StoredConfig) },
      sealedEnv: row.sealed_env,
      artifact: artifacts.describe({
        sha256: row.artifact_sha256,
        sha512: row.artifact_sha512,
        kind: row.artifact_kind as ArtifactKind,
        sizeBytes: Number(row.artifact_bytes),
        ...(row.artifact_file === null ? {} : { fileName: row.artifact_file }),
      }),
      artifactFile: row.artifact_file ?? undefined,
      modifiedAt: Number(row.modified_at),
      description: row.description,
    },
  };
}

/** The columns of a version besides its key. */
export function versionColumns(version: VersionRecord) {
  return {
    revision: version.revision,
    config: JSON.stringify(version.config),
    sealed_env: version.sealedEnv,
    artifact_sha256: version.artifact.sha256,
    artifact_sha512: version.artifact.sha512,
    artifact_kind: version.artifact.kind,
    artifact_file: version.artifactFile ?? null,
    image_id: version.config.image?.id ?? null,
    artifact_bytes: version.artifact.sizeBytes,
    modified_at: version.modifiedAt,
    description: version.description,
  };
}
