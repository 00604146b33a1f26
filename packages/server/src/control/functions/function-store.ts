import type { Kysely, Selectable } from 'kysely';
import type { Artifact, ArtifactKind, ArtifactStore } from '../../artifacts/index.ts';
import { isUniqueViolation, type Schema } from '../../storage/index.ts';
import type { FunctionConfig, FunctionName, FunctionRecord, VersionRecord } from './types.ts';

export interface StoredFunction {
  readonly fn: FunctionRecord;
  readonly version: VersionRecord;
}

export interface ProjectUsage {
  readonly functions: number;
  readonly codeBytes: number;
}

/** A page of a list. `pattern` is looked for anywhere in the name. */
export interface FunctionPage {
  readonly projectId: string;
  readonly package: string | undefined;
  readonly pattern: string | undefined;
  readonly offset: number;
  readonly limit: number;
}

/** Rows of functions and their versions; no rules but uniqueness and quotas, which only a transaction can hold. */
export class FunctionStore {
  readonly #db: Kysely<Schema>;
  readonly #artifacts: Pick<ArtifactStore, 'describe'>;

  constructor(db: Kysely<Schema>, artifacts: Pick<ArtifactStore, 'describe'>) {
    this.#db = db;
    this.#artifacts = artifacts;
  }

  async all(): Promise<StoredFunction[]> {
    const rows = await this.#joined().execute();
    return rows.map((row) => this.#toStored(row));
  }

  async find(name: FunctionName, version: string): Promise<StoredFunction | undefined> {
    const row = await this.#joined()
      .where('function.project_id', '=', name.projectId)
      .where('function.package', '=', name.package)
      .where('function.name', '=', name.name)
      .where('function_version.version', '=', version)
      .executeTakeFirst();
    return row === undefined ? undefined : this.#toStored(row);
  }

  /** Marked functions first, then the newest change first. `version` selects which version is shown. */
  async list(page: FunctionPage, version: string): Promise<{ rows: StoredFunction[]; total: number }> {
    const base = this.#db
      .selectFrom('function')
      .innerJoin('function_version', 'function_version.function_id', 'function.id')
      .where('project_id', '=', page.projectId)
      .where('version', '=', version)
      .$if(page.package !== undefined, (query) => query.where('package', '=', page.package ?? ''))
      // not like: % and _ in a name mean themselves, and databases differ in whether case counts
      .$if(page.pattern !== undefined, (query) =>
        query.where(({ eb, fn, val, ref }) =>
          eb(fn('replace', [ref('name'), val(page.pattern ?? ''), val('')]), '!=', ref('name')),
        ),
      );
    const rows = await base
      .selectAll(['function', 'function_version'])
      .orderBy('collected', 'desc')
      .orderBy('modified_at', 'desc')
      .orderBy('name')
      .orderBy('package')
      .limit(page.limit)
      .offset(page.offset)
      .execute();
    const counted = await base.select(({ fn }) => fn.countAll().as('total')).executeTakeFirstOrThrow();
    return { rows: rows.map((row) => this.#toStored(row)), total: Number(counted.total) };
  }

  /** Adds a function with its first version; says why not when it cannot. All or nothing. */
  async insert(
    { fn, version }: StoredFunction,
    quota: ProjectUsage,
  ): Promise<'added' | 'exists' | 'function_quota' | 'code_quota'> {
    try {
      return await this.#db.transaction().execute(async (tx) => {
        const used = await usage(tx, fn.projectId);
        if (used.functions >= quota.functions) return 'function_quota';
        if (used.codeBytes + version.artifact.sizeBytes > quota.codeBytes) return 'code_quota';
        await tx
          .insertInto('function')
          .values({
            id: fn.id,
            project_id: fn.projectId,
            package: fn.package,
            name: fn.name,
            runtime: fn.runtime,
            collected: fn.collected ? 1 : 0,
            created_at: fn.createdAt,
          })
          .execute();
        await tx
          .insertInto('function_version')
          .values({ function_id: fn.id, version: version.version, ...changeable(version) })
          .execute();
        return 'added';
      });
    } catch (error) {
      if (isUniqueViolation(error)) return 'exists';
      throw error;
    }
  }

  /** Replaces a version if it is still at `before`; false when somebody else was faster or it is gone. */
  async replace(functionId: string, before: number, version: VersionRecord): Promise<boolean> {
    const result = await this.#db
      .updateTable('function_version')
      .set(changeable(version))
      .where('function_id', '=', functionId)
      .where('version', '=', version.version)
      .where('revision', '=', before)
      .executeTakeFirst();
    return Number(result.numUpdatedRows) === 1;
  }

  async setCollected(functionId: string, collected: boolean): Promise<void> {
    await this.#db
      .updateTable('function')
      .set({ collected: collected ? 1 : 0 })
      .where('id', '=', functionId)
      .execute();
  }

  /** Removes a function with everything that belongs to it. Returns the digests its versions used. */
  async remove(functionId: string): Promise<string[]> {
    return this.#db.transaction().execute(async (tx) => {
      const rows = await tx
        .selectFrom('function_version')
        .select('artifact_sha256')
        .distinct()
        .where('function_id', '=', functionId)
        .execute();
      await tx.deleteFrom('function').where('id', '=', functionId).execute();
      return rows.map((row) => row.artifact_sha256);
    });
  }

  async isReferenced(sha256: string): Promise<boolean> {
    const row = await this.#db
      .selectFrom('function_version')
      .select('version')
      .where('artifact_sha256', '=', sha256)
      .limit(1)
      .executeTakeFirst();
    return row !== undefined;
  }

  usage(projectId: string): Promise<ProjectUsage> {
    return usage(this.#db, projectId);
  }

  #joined() {
    return this.#db
      .selectFrom('function')
      .innerJoin('function_version', 'function_version.function_id', 'function.id')
      .selectAll(['function', 'function_version']);
  }

  #toStored(row: Selectable<Schema['function']> & Selectable<Schema['function_version']>): StoredFunction {
    const artifact: Artifact = this.#artifacts.describe({
      sha256: row.artifact_sha256,
      sha512: row.artifact_sha512,
      kind: row.artifact_kind as ArtifactKind,
      sizeBytes: Number(row.artifact_bytes),
      ...(row.artifact_file === null ? {} : { fileName: row.artifact_file }),
    });
    return {
      fn: {
        id: row.id,
        projectId: row.project_id,
        package: row.package,
        name: row.name,
        runtime: row.runtime,
        collected: row.collected !== 0,
        createdAt: Number(row.created_at),
      },
      version: {
        version: row.version,
        revision: row.revision,
        config: JSON.parse(row.config) as FunctionConfig,
        sealedEnv: row.sealed_env,
        artifact,
        artifactFile: row.artifact_file ?? undefined,
        modifiedAt: Number(row.modified_at),
      },
    };
  }
}

function changeable(version: VersionRecord) {
  return {
    revision: version.revision,
    config: JSON.stringify(version.config),
    sealed_env: version.sealedEnv,
    artifact_sha256: version.artifact.sha256,
    artifact_sha512: version.artifact.sha512,
    artifact_kind: version.artifact.kind,
    artifact_file: version.artifactFile ?? null,
    artifact_bytes: version.artifact.sizeBytes,
    modified_at: version.modifiedAt,
  };
}

async function usage(db: Kysely<Schema>, projectId: string): Promise<ProjectUsage> {
  const row = await db
    .selectFrom('function')
    .leftJoin('function_version', 'function_version.function_id', 'function.id')
    .where('project_id', '=', projectId)
    .select(({ fn }) => [
      fn.count('function.id').distinct().as('functions'),
      fn.sum<number | null>('artifact_bytes').as('bytes'),
    ])
    .executeTakeFirstOrThrow();
  return { functions: Number(row.functions), codeBytes: Number(row.bytes ?? 0) };
}
