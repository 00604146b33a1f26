import type { Kysely } from 'kysely';
import { isUniqueViolation, type Schema } from '../../storage/index.ts';
import { locationOf, sourceOf } from './location.ts';
import type { FileSystem } from './types.ts';

/** Rows of file systems; no rules but uniqueness. */
export class FileSystemStore {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  /** Those of the ids that exist; all without ids. */
  async load(ids: readonly string[] | undefined): Promise<FileSystem[]> {
    const rows = await this.#db
      .selectFrom('file_system')
      .selectAll()
      .$if(ids !== undefined, (query) => query.where('id', 'in', [...(ids ?? [])]))
      .execute();
    return rows.map((row) => ({
      id: row.id,
      name: row.name,
      source: sourceOf(row.kind, row.location),
      readOnly: row.read_only !== 0,
      user: { uid: row.user_id, gid: row.group_id },
      anyUser: row.any_user !== 0,
      createdAt: Number(row.created_at),
    }));
  }

  /** False when the name is taken. */
  async insert({ id, name, source, readOnly, user, anyUser, createdAt }: FileSystem): Promise<boolean> {
    const values = { id, name, kind: source.kind, location: locationOf(source) };
    const flags = { read_only: readOnly ? 1 : 0, any_user: anyUser ? 1 : 0 };
    try {
      await this.#db
        .insertInto('file_system')
        .values({ ...values, ...flags, user_id: user.uid, group_id: user.gid, created_at: createdAt })
        .execute();
      return true;
    } catch (error) {
      if (isUniqueViolation(error)) return false;
      throw error;
    }
  }

  async remove(id: string): Promise<void> {
    await this.#db.deleteFrom('file_system').where('id', '=', id).execute();
  }
}
