import type { Kysely } from 'kysely';
import type { Schema } from '../storage/index.ts';
import type { Image, ListedImage } from './types.ts';

type Row = Schema['image'];

/** Rows of images and their names, without rules. */
export class ImageStore {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  /** Newest first. */
  async all(): Promise<ListedImage[]> {
    const rows = await this.#db.selectFrom('image').selectAll().orderBy('loaded_at', 'desc').orderBy('id').execute();
    const names = await this.#db.selectFrom('image_name').selectAll().orderBy('name').execute();
    const used = await this.#db
      .selectFrom('function_version')
      .where('image_id', 'is not', null)
      .groupBy('image_id')
      .select(({ fn }) => ['image_id', fn.countAll().as('count')])
      .execute();
    return rows.map((row) => ({
      ...toImage(row),
      names: names.filter((each) => each.image_id === row.id).map((each) => each.name),
      versions: Number(used.find((each) => each.image_id === row.id)?.count ?? 0),
    }));
  }

  async find(id: string): Promise<Image | undefined> {
    const row = await this.#db.selectFrom('image').selectAll().where('id', '=', id).executeTakeFirst();
    return row === undefined ? undefined : toImage(row);
  }

  async named(name: string): Promise<Image | undefined> {
    const row = await this.#db
      .selectFrom('image_name')
      .innerJoin('image', 'image.id', 'image_name.image_id')
      .where('image_name.name', '=', name)
      .selectAll('image')
      .executeTakeFirst();
    return row === undefined ? undefined : toImage(row);
  }

  /** Adds an image unless it exists, and points each name to it. All or nothing. */
  async put(image: Image, names: readonly string[]): Promise<void> {
    await this.#db.transaction().execute(async (tx) => {
      await tx
        .insertInto('image')
        .values(toRow(image))
        .onConflict((conflict) => conflict.column('id').doNothing())
        .execute();
      for (const name of names) {
        await tx
          .insertInto('image_name')
          .values({ name, image_id: image.id, named_at: image.loadedAt })
          .onConflict((conflict) =>
            conflict.column('name').doUpdateSet({ image_id: image.id, named_at: image.loadedAt }),
          )
          .execute();
      }
    });
  }

  async removeName(name: string): Promise<void> {
    await this.#db.deleteFrom('image_name').where('name', '=', name).execute();
  }

  async removeNamesOf(id: string): Promise<void> {
    await this.#db.deleteFrom('image_name').where('image_id', '=', id).execute();
  }

  /** Removes an image unless it has a name or a version uses it, even a version added just now. */
  async removeUnused(id: string): Promise<boolean> {
    // a transaction, so that none that adds a name or a version is open
    const result = await this.#db.transaction().execute((tx) =>
      tx
        .deleteFrom('image')
        .where('id', '=', id)
        .where(({ not, exists, selectFrom }) =>
          not(exists(selectFrom('image_name').select('name').where('image_id', '=', id))),
        )
        .where(({ not, exists, selectFrom }) =>
          not(exists(selectFrom('function_version').select('version').where('image_id', '=', id))),
        )
        .executeTakeFirst(),
    );
    return Number(result.numDeletedRows) === 1;
  }
}

function toImage(row: Row): Image {
  const run = JSON.parse(row.run) as Pick<Image, 'entrypoint' | 'command' | 'env' | 'workingDir' | 'user'>;
  return {
    id: row.id,
    ...run,
    layers: JSON.parse(row.layers) as Image['layers'],
    sizeBytes: Number(row.size_bytes),
    unpackedBytes: Number(row.unpacked_bytes),
    createdAt: Number(row.created_at),
    loadedAt: Number(row.loaded_at),
  };
}

function toRow(image: Image): Row {
  const { entrypoint, command, env, workingDir, user } = image;
  return {
    id: image.id,
    run: JSON.stringify({ entrypoint, command, env, workingDir, user }),
    layers: JSON.stringify(image.layers),
    size_bytes: image.sizeBytes,
    unpacked_bytes: image.unpackedBytes,
    created_at: image.createdAt,
    loaded_at: image.loadedAt,
  };
}
