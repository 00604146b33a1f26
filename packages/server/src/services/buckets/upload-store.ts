import { type Kysely, sql } from 'kysely';
import type { AtomicStatement, Schema, Storage } from '../../storage/index.ts';
import { inGroups } from './bucket-store.ts';
import type { Position } from './listing.ts';
import type { Content, PartRow, UploadRow } from './rows.ts';
import type { ListedUpload, Stored } from './types.ts';

export interface ListedUploadRow extends ListedUpload {
  readonly bytes: Buffer;
}

/** An unfinished upload with what is needed to end it. */
export interface OldUpload {
  readonly id: string;
  readonly bucket: string;
  readonly key: Buffer;
}

/** Rows of uploads in parts, and the statements of transactions on them; no rules. */
export class UploadStore {
  readonly #db: Kysely<Schema>;

  constructor({ db }: Pick<Storage, 'db'>) {
    this.#db = db;
  }

  /** An upload of this key, unfinished or done. */
  async find(id: string, bucketId: string, key: Uint8Array): Promise<UploadRow | undefined> {
    const row = await this.#db
      .selectFrom('bucket_upload')
      .selectAll()
      .where('id', '=', id)
      .where('bucket_id', '=', bucketId)
      .where('key', '=', key)
      .executeTakeFirst();
    return row && toUpload(row);
  }

  /** Ordered by number. */
  async parts(id: string, behind = 0, limit?: number): Promise<PartRow[]> {
    const rows = await this.#db
      .selectFrom('bucket_part')
      .selectAll()
      .where('upload_id', '=', id)
      .where('number', '>', behind)
      .orderBy('number')
      .$if(limit !== undefined, (query) => query.limit(limit as number))
      .execute();
    return rows.map(toPart);
  }

  async part(id: string, number: number): Promise<PartRow | undefined> {
    const [part] = await this.parts(id, number - 1, 1);
    return part?.number === number ? part : undefined;
  }

  /** Unfinished uploads from the position on. */
  async list(
    bucketId: string,
    { from, behindId }: Position,
    end: Uint8Array | undefined,
    limit: number,
  ): Promise<ListedUploadRow[]> {
    const rows = await this.#db
      .selectFrom('bucket_upload')
      .select(['key', 'id', 'created_at', 'content'])
      .where('bucket_id', '=', bucketId)
      .where('state', '=', 'open')
      .where('key', '>=', from)
      .$if(behindId !== undefined, (query) =>
        query.where((eb) => eb.or([eb('key', '>', from), eb('id', '>', behindId ?? '')])),
      )
      .$if(end !== undefined, (query) => query.where('key', '<', end as Uint8Array))
      .orderBy('key')
      .orderBy('id')
      .limit(limit)
      .execute();
    return rows.map(({ key, id, created_at, content }) => {
      const bytes = Buffer.from(key);
      const { checksumAlgorithm } = JSON.parse(content) as Content;
      const listed = { bytes, key: bytes.toString('utf8'), uploadId: id, createdAt: Number(created_at) };
      return { ...listed, ...(checksumAlgorithm && { checksumAlgorithm }) };
    });
  }

  /** Unfinished uploads from before that time, by id, some of them behind an id; of one bucket when it is given. */
  async openBefore(time: number, limit: number, behind: string, bucketId?: string): Promise<OldUpload[]> {
    const rows = await this.#db
      .selectFrom('bucket_upload')
      .innerJoin('bucket', 'bucket.id', 'bucket_upload.bucket_id')
      .select(['bucket_upload.id', 'bucket_upload.key', 'bucket.name'])
      .where('bucket_upload.state', '=', 'open')
      .where('bucket_upload.created_at', '<', time)
      .where('bucket_upload.id', '>', behind)
      .$if(bucketId !== undefined, (query) => query.where('bucket_upload.bucket_id', '=', bucketId as string))
      .orderBy('bucket_upload.id')
      .limit(limit)
      .execute();
    return rows.map(({ id, key, name }) => ({ id, bucket: name, key: Buffer.from(key) }));
  }

  /** Forgets completed uploads from before that time that no object consists of. */
  async forgetDone(before: number): Promise<void> {
    await this.#db
      .deleteFrom('bucket_upload')
      .where('state', '=', 'done')
      .where('completed_at', '<', before)
      .where(({ not, exists, selectFrom }) =>
        not(exists(selectFrom('bucket_part').select('number').whereRef('upload_id', '=', 'bucket_upload.id'))),
      )
      .execute();
  }

  insert(upload: { id: string; bucketId: string; key: Uint8Array; at: number; content: Content }): AtomicStatement {
    return { query: this.#insert(upload, 'open').compile() };
  }

  /** A list of parts that no client uploaded: a copy of an object of parts. */
  insertDone(
    upload: { id: string; bucketId: string; key: Uint8Array; at: number; content: Content },
    parts: readonly PartRow[],
  ): AtomicStatement[] {
    const rows = parts.map((part) => partValues(upload.id, part));
    return [
      { query: this.#insert(upload, 'done').compile() },
      ...inGroups(rows).map((group) => ({ query: this.#db.insertInto('bucket_part').values(group).compile() })),
    ];
  }

  /** Must find the upload unfinished and with these parts. */
  touch({ id, revision }: UploadRow): AtomicStatement {
    return { query: this.#open(id, revision).compile(), mustAffect: true };
  }

  putPart(id: string, part: PartRow): AtomicStatement {
    const { upload_id, number, ...values } = partValues(id, part);
    const query = this.#db
      .insertInto('bucket_part')
      .values({ upload_id, number, ...values })
      .onConflict((conflict) => conflict.columns(['upload_id', 'number']).doUpdateSet(values));
    return { query: query.compile() };
  }

  /** Must find the upload unfinished and with these parts. */
  complete({ id, revision }: UploadRow, at: number, request: string, answer: Stored): AtomicStatement {
    const query = this.#open(id, revision).set({
      state: 'done',
      completed_at: at,
      request,
      answer: JSON.stringify(answer),
    });
    return { query: query.compile(), mustAffect: true };
  }

  deleteParts(id: string, numbers: readonly number[]): AtomicStatement[] {
    return inGroups(numbers).map((group) => ({
      query: this.#db.deleteFrom('bucket_part').where('upload_id', '=', id).where('number', 'in', group).compile(),
    }));
  }

  /** After its parts. */
  delete(id: string): AtomicStatement {
    return { query: this.#db.deleteFrom('bucket_upload').where('id', '=', id).compile() };
  }

  #insert(
    { id, bucketId, key, at, content }: { id: string; bucketId: string; key: Uint8Array; at: number; content: Content },
    state: 'open' | 'done',
  ) {
    return this.#db.insertInto('bucket_upload').values({
      id,
      bucket_id: bucketId,
      key,
      state,
      revision: 0,
      created_at: at,
      completed_at: state === 'done' ? at : null,
      content: JSON.stringify(content),
      request: null,
      answer: null,
    });
  }

  #open(id: string, revision: number) {
    return this.#db
      .updateTable('bucket_upload')
      .set({ revision: sql`revision + 1` })
      .where('id', '=', id)
      .where('state', '=', 'open')
      .where('revision', '=', revision);
  }
}

function partValues(upload_id: string, part: PartRow): Schema['bucket_part'] {
  const { number, file, size, etag, checksum = null, modifiedAt: modified_at } = part;
  return { upload_id, number, file, size, etag, checksum, modified_at };
}

function toPart(row: Schema['bucket_part']): PartRow {
  const { number, file, size, etag, checksum, modified_at } = row;
  const part = { number: Number(number), file, size: Number(size), etag, modifiedAt: Number(modified_at) };
  return { ...part, checksum: checksum ?? undefined };
}

function toUpload(row: Schema['bucket_upload']): UploadRow {
  const { id, state, revision, created_at, completed_at, content, request, answer } = row;
  return {
    id,
    state,
    revision: Number(revision),
    createdAt: Number(created_at),
    completedAt: completed_at === null ? undefined : Number(completed_at),
    content: JSON.parse(content) as Content,
    request: request ?? undefined,
    answer: answer === null ? undefined : (JSON.parse(answer) as Stored),
  };
}
