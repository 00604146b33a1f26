import type { Kysely } from 'kysely';
import type { ArtifactStore } from '../../artifacts/index.ts';
import { LATEST } from '../../domain/names.ts';
import { isUniqueViolation, type Schema } from '../../storage/index.ts';
import type { VersionRecord } from '../functions/types.ts';
import { type StoredFunction, toStored, versionColumns } from '../functions/version-row.ts';

/** Rows of published versions; no rules but uniqueness and the quota, which only a transaction can hold. */
export class VersionStore {
  readonly #db: Kysely<Schema>;
  readonly #artifacts: Pick<ArtifactStore, 'describe'>;

  constructor(db: Kysely<Schema>, artifacts: Pick<ArtifactStore, 'describe'>) {
    this.#db = db;
    this.#artifacts = artifacts;
  }

  /** Published last first, without `latest`. A version has the revision that `latest` had, which only grows. */
  async published(functionId: string): Promise<StoredFunction[]> {
    const rows = await this.#db
      .selectFrom('function')
      .innerJoin('function_version', 'function_version.function_id', 'function.id')
      .selectAll(['function', 'function_version'])
      .where('function.id', '=', functionId)
      .where('version', '!=', LATEST)
      .orderBy('revision', 'desc')
      .execute();
    return rows.map((row) => toStored(row, this.#artifacts));
  }

  /** `most` counts without `latest`. */
  async insert(functionId: string, version: VersionRecord, most: number): Promise<'added' | 'exists' | 'quota'> {
    try {
      await this.#db.transaction().execute(async (tx) => {
        const { count } = await tx
          .selectFrom('function_version')
          .where('function_id', '=', functionId)
          .where('version', '!=', LATEST)
          .select(({ fn }) => fn.countAll().as('count'))
          .executeTakeFirstOrThrow();
        const values = { function_id: functionId, version: version.version, ...versionColumns(version) };
        await tx.insertInto('function_version').values(values).execute();
        // after the insert, so that an existing name is reported as such also when the quota is used up
        if (Number(count) >= most) throw new OverQuota();
      });
      return 'added';
    } catch (error) {
      if (error instanceof OverQuota) return 'quota';
      if (isUniqueViolation(error)) return 'exists';
      throw error;
    }
  }

  /** Removes a version with the aliases that point to it, and asynchronous settings, reserved instances and triggers of all. */
  async remove(functionId: string, version: string, aliases: readonly string[]): Promise<void> {
    await this.#db.transaction().execute(async (tx) => {
      await tx
        .deleteFrom('async_config')
        .where('function_id', '=', functionId)
        .where('qualifier', 'in', [version, ...aliases.map((alias) => `!${alias}`)])
        .execute();
      await tx
        .deleteFrom('reserved_instances')
        .where('function_id', '=', functionId)
        .where('qualifier', 'in', [version, ...aliases.map((alias) => `!${alias}`)])
        .execute();
      await tx
        .deleteFrom('function_trigger')
        .where('function_id', '=', functionId)
        .where('qualifier', 'in', [version, ...aliases.map((alias) => `!${alias}`)])
        .execute();
      await tx
        .deleteFrom('function_version')
        .where('function_id', '=', functionId)
        .where('version', '=', version)
        .execute();
    });
  }
}

class OverQuota extends Error {}
