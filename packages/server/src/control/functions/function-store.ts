import type { Kysely } from 'kysely';
import type { ArtifactStore } from '../../artifacts/index.ts';
import type { Quotas } from '../../domain/quotas.ts';
import { isUniqueViolation, type Schema } from '../../storage/index.ts';
import type { FunctionName, FunctionRecord, VersionRecord } from './types.ts';
import { type StoredFunction, toStored, versionColumns } from './version-row.ts';

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

  /** All versions of these functions; of all functions without ids. */
  async load(ids: readonly string[] | undefined): Promise<StoredFunction[]> {
    const rows = await this.#joined()
      .$if(ids !== undefined, (query) => query.where('function.id', 'in', [...(ids ?? [])]))
      .execute();
    return rows.map((row) => toStored(row, this.#artifacts));
  }

  async find(name: FunctionName, version: string): Promise<StoredFunction | undefined> {
    const row = await this.#joined()
      .where('function.project_id', '=', name.projectId)
      .where('function.package', '=', name.package)
      .where('function.name', '=', name.name)
      .where('function_version.version', '=', version)
      .executeTakeFirst();
    return row === undefined ? undefined : toStored(row, this.#artifacts);
  }

  /** Marked functions first, then the newest change first. `version` selects which version is shown. */
  async list(page: FunctionPage, version: string): Promise<{ rows: StoredFunction[]; total: number }> {
    const base = this.#db
      .selectFrom('function')
      .innerJoin('function_version', 'function_version.function_id', 'function.id')
      .where('project_id', '=', page.projectId)
      .where('version', '=', version)
      .$if(page.package !== undefined, (query) => query.where('package', '=', page.package ?? ''))
      // not LIKE: % and _ in a name are literal, and databases differ in case sensitivity
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
    return { rows: rows.map((row) => toStored(row, this.#artifacts)), total: Number(counted.total) };
  }

  /** Adds a function with its first version; returns the reason when it cannot. All or nothing. */
  async insert(
    { fn, version }: StoredFunction,
    quota: Pick<Quotas, 'functions' | 'codeBytes'>,
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
          .values({ function_id: fn.id, version: version.version, ...versionColumns(version) })
          .execute();
        return 'added';
      });
    } catch (error) {
      if (isUniqueViolation(error)) return 'exists';
      throw error;
    }
  }

  /**
   * Replaces a version if it is still at `before`; `gone` when it was changed meanwhile or does not exist. New code
   * over the project's quota is not written; code that reduces the project's use always is.
   */
  async replace(
    fn: Pick<FunctionRecord, 'id' | 'projectId'>,
    { before, version }: { readonly before: number; readonly version: VersionRecord },
    quota: Pick<Quotas, 'codeBytes'>,
  ): Promise<'replaced' | 'gone' | 'code_quota'> {
    try {
      return await this.#db.transaction().execute(async (tx) => {
        const used = await usage(tx, fn.projectId);
        const result = await tx
          .updateTable('function_version')
          .set(versionColumns(version))
          .where('function_id', '=', fn.id)
          .where('version', '=', version.version)
          .where('revision', '=', before)
          .executeTakeFirst();
        if (Number(result.numUpdatedRows) !== 1) return 'gone';
        const { codeBytes } = await usage(tx, fn.projectId);
        if (codeBytes > quota.codeBytes && codeBytes > used.codeBytes) throw new OverQuota();
        return 'replaced';
      });
    } catch (error) {
      if (error instanceof OverQuota) return 'code_quota';
      throw error;
    }
  }

  async setCollected(functionId: string, collected: boolean): Promise<void> {
    await this.#db
      .updateTable('function')
      .set({ collected: collected ? 1 : 0 })
      .where('id', '=', functionId)
      .execute();
  }

  async setTracing(functionId: string, sealedTracing: string): Promise<void> {
    await this.#db
      .updateTable('function')
      .set({ sealed_tracing: sealedTracing })
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

  /** Whether code of a function or a dependency has these bytes. */
  async isReferenced(sha256: string): Promise<boolean> {
    for (const table of ['function_version', 'dependency_version'] as const) {
      const query = this.#db.selectFrom(table).select('artifact_sha256').where('artifact_sha256', '=', sha256);
      if ((await query.limit(1).executeTakeFirst()) !== undefined) return true;
    }
    return false;
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
}

/** Takes a transaction back. */
class OverQuota extends Error {}

/** Versions of a function that share their code count once: it is stored once. */
async function usage(db: Kysely<Schema>, projectId: string): Promise<ProjectUsage> {
  const { functions } = await db
    .selectFrom('function')
    .where('project_id', '=', projectId)
    .select(({ fn }) => fn.countAll().as('functions'))
    .executeTakeFirstOrThrow();
  const { bytes } = await db
    .selectFrom((query) =>
      query
        .selectFrom('function_version')
        .innerJoin('function', 'function.id', 'function_version.function_id')
        .where('project_id', '=', projectId)
        .select(['function_id', 'artifact_sha256', 'artifact_bytes'])
        .distinct()
        .as('code'),
    )
    .select(({ fn }) => fn.sum<number | null>('artifact_bytes').as('bytes'))
    .executeTakeFirstOrThrow();
  return { functions: Number(functions), codeBytes: Number(bytes ?? 0) };
}
