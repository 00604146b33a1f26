import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { ArtifactStore } from '../../artifacts/index.ts';
import type { Schema } from '../../storage/index.ts';
import type { DependencyVersion, NewDependencyVersion } from './types.ts';

/** How a new version may be stored. */
export interface InsertRules {
  /** Refuse when the package exists. */
  readonly newPackage: boolean;
  readonly mostInProject: number;
  readonly mostBytesInProject: number;
  /** Ms since the epoch. */
  readonly now: number;
}

export interface DependencyPackage {
  readonly id: string;
  readonly versions: readonly DependencyVersion[];
}

/** Rows of dependencies; no rules but uniqueness and the quota, which only a transaction can hold. */
export class DependencyStore {
  readonly #db: Kysely<Schema>;
  readonly #artifacts: Pick<ArtifactStore, 'describe'>;

  constructor(db: Kysely<Schema>, artifacts: Pick<ArtifactStore, 'describe'>) {
    this.#db = db;
    this.#artifacts = artifacts;
  }

  /** The packages of these ids that exist, with their versions, oldest first; all packages without ids. */
  async load(ids: readonly string[] | undefined): Promise<DependencyPackage[]> {
    const rows = await this.#db
      .selectFrom('dependency_version')
      .innerJoin('dependency', 'dependency.id', 'dependency_version.dependency_id')
      .selectAll('dependency_version')
      .select(['dependency.project_id', 'dependency.name', 'dependency.runtime'])
      .$if(ids !== undefined, (query) => query.where('dependency_id', 'in', [...(ids ?? [])]))
      .orderBy('version')
      .execute();
    const versions = rows.map((row) => ({
      id: row.id,
      dependencyId: row.dependency_id,
      projectId: row.project_id,
      name: row.name,
      runtime: row.runtime,
      version: row.version,
      description: row.description,
      link: row.link,
      fileName: row.file_name,
      artifact: this.#artifacts.describe({
        sha256: row.artifact_sha256,
        sha512: row.artifact_sha512,
        kind: 'zip',
        sizeBytes: Number(row.artifact_bytes),
      }),
      createdAt: Number(row.created_at),
    }));
    return [...Map.groupBy(versions, ({ dependencyId }) => dependencyId)].map(([id, all]) => ({ id, versions: all }));
  }

  /** Adds a version to its package, which it makes when there is none. All or nothing. */
  async insert(added: NewDependencyVersion, rules: InsertRules): Promise<DependencyVersion | 'exists' | 'quota'> {
    const { projectId, name, runtime, artifact } = added;
    return this.#db.transaction().execute(async (tx) => {
      const { count, bytes } = await tx
        .selectFrom('dependency_version')
        .innerJoin('dependency', 'dependency.id', 'dependency_version.dependency_id')
        .where('project_id', '=', projectId)
        .select(({ fn }) => [fn.countAll().as('count'), fn.sum<number | null>('artifact_bytes').as('bytes')])
        .executeTakeFirstOrThrow();
      const fits = Number(bytes ?? 0) + artifact.sizeBytes <= rules.mostBytesInProject;
      if (Number(count) >= rules.mostInProject || !fits) return 'quota';
      const found = await tx
        .selectFrom('dependency')
        .selectAll()
        .where('project_id', '=', projectId)
        .where('name', '=', name)
        .where('runtime', '=', runtime)
        .executeTakeFirst();
      if (found !== undefined && rules.newPackage) return 'exists';
      const dependencyId = found?.id ?? randomUUID();
      const version = found?.next_version ?? 1;
      if (found === undefined) {
        const values = { id: dependencyId, project_id: projectId, name, runtime, next_version: 2 };
        await tx.insertInto('dependency').values(values).execute();
      } else {
        await tx
          .updateTable('dependency')
          .set({ next_version: version + 1 })
          .where('id', '=', dependencyId)
          .execute();
      }
      const id = randomUUID();
      await tx
        .insertInto('dependency_version')
        .values({
          id,
          dependency_id: dependencyId,
          version,
          description: added.description,
          link: added.link,
          file_name: added.fileName,
          artifact_sha256: artifact.sha256,
          artifact_sha512: artifact.sha512,
          artifact_bytes: artifact.sizeBytes,
          created_at: rules.now,
        })
        .execute();
      return { ...added, id, dependencyId, version, createdAt: rules.now };
    });
  }

  /** Removes versions, and their package when none is left. */
  async remove(dependencyId: string, ids: readonly string[]): Promise<void> {
    await this.#db.transaction().execute(async (tx) => {
      await tx
        .deleteFrom('dependency_version')
        .where('id', 'in', [...ids])
        .execute();
      const left = await tx
        .selectFrom('dependency_version')
        .select('id')
        .where('dependency_id', '=', dependencyId)
        .limit(1)
        .executeTakeFirst();
      if (left === undefined) await tx.deleteFrom('dependency').where('id', '=', dependencyId).execute();
    });
  }
}
