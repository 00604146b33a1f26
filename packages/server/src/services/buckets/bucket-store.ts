import { type CompiledQuery, type ExpressionBuilder, type Kysely, type Selectable, sql } from 'kysely';
import { type AtomicStatement, prepared, type Schema, type Storage } from '../../storage/index.ts';
import { endOf } from './expiry.ts';
import type { Position } from './listing.ts';
import type { BucketRow, Content, Garbage, ObjectRow } from './rows.ts';
import type { LifecycleRule, ListedObject, Usage } from './types.ts';
import { FIELDS, NO_USAGE, type UsageChange, type UsageLimits } from './usage.ts';

/** A bucket, what its project stores, and the object of one key. */
export interface Seen {
  readonly bucket: BucketRow;
  readonly usage: Usage;
  readonly object: ObjectRow | undefined;
}

export interface ListedRow extends ListedObject {
  readonly bytes: Buffer;
  readonly version: string;
}

export interface ExpiredObject {
  readonly bucket: BucketRow;
  readonly key: Buffer;
  readonly version: string;
}

type Joined = Omit<Selectable<Schema['bucket']>, 'lifecycle'> &
  Omit<Selectable<Schema['bucket_usage']>, 'project_id'> & {
    readonly [Field in keyof Omit<Schema['bucket_object'], 'bucket_id' | 'key' | 'expires_at'>]:
      | Schema['bucket_object'][Field]
      | null;
  };

/** More rows make a statement of another shape, which the database prepares anew. */
const ROWS_AT_ONCE = 500;

/** Rows of buckets, objects, garbage and usage, and the statements of transactions on them; no rules. */
export class BucketStore {
  readonly #db: Kysely<Schema>;
  readonly #storage: Pick<Storage, 'db' | 'atomic'>;
  readonly #look: (values: { name: string; key: Uint8Array }) => CompiledQuery;

  constructor(storage: Pick<Storage, 'db' | 'atomic'>) {
    this.#storage = storage;
    this.#db = storage.db;
    this.#look = prepared<'name' | 'key'>((marker) =>
      storage.db
        .selectFrom('bucket')
        .innerJoin('bucket_usage', 'bucket_usage.project_id', 'bucket.project_id')
        .leftJoin('bucket_object', (join) =>
          join.onRef('bucket_object.bucket_id', '=', 'bucket.id').on('bucket_object.key', '=', marker('key')),
        )
        .where('bucket.name', '=', marker('name'))
        .select(['bucket.id', 'bucket.name', 'bucket.account_id', 'bucket.project_id', 'bucket.region'])
        .select('bucket.created_at')
        .select(['bucket_usage.buckets', 'bucket_usage.objects', 'bucket_usage.bytes'])
        .select(['bucket_usage.uploads', 'bucket_usage.parts'])
        .select(['bucket_object.version', 'bucket_object.in_parts', 'bucket_object.size', 'bucket_object.etag'])
        .select(['bucket_object.modified_at', 'bucket_object.sequence', 'bucket_object.content']),
    );
  }

  /** Runs statements all or none. */
  async atomic(statements: readonly AtomicStatement[]): Promise<void> {
    await this.#storage.atomic(statements);
  }

  async hasAny(): Promise<boolean> {
    return (await this.#db.selectFrom('bucket').select('id').limit(1).executeTakeFirst()) !== undefined;
  }

  /** The project of a bucket; undefined without a bucket of this name. */
  async owner(name: string): Promise<{ readonly projectId: string } | undefined> {
    const row = await this.#db.selectFrom('bucket').select('project_id').where('name', '=', name).executeTakeFirst();
    return row && { projectId: row.project_id };
  }

  /** One look for all that a call needs to know; undefined without a bucket of this name. */
  async look(name: string, key: Uint8Array): Promise<Seen | undefined> {
    const { rows } = await this.#db.executeQuery(this.#look({ name, key }));
    const row = rows[0] as Joined | undefined;
    return row && { bucket: toBucket(row), usage: toUsage(row), object: toObject(row) };
  }

  async usage(projectId: string): Promise<Usage | undefined> {
    const row = await this.#db
      .selectFrom('bucket_usage')
      .selectAll()
      .where('project_id', '=', projectId)
      .executeTakeFirst();
    return row && toUsage(row);
  }

  async buckets(projectId: string): Promise<BucketRow[]> {
    const rows = await this.#db
      .selectFrom('bucket')
      .selectAll()
      .where('project_id', '=', projectId)
      .orderBy('name')
      .execute();
    return rows.map(toBucket);
  }

  async lifecycle(id: string): Promise<LifecycleRule[] | undefined> {
    const row = await this.#db.selectFrom('bucket').select('lifecycle').where('id', '=', id).executeTakeFirst();
    const lifecycle = row?.lifecycle ?? null;
    return lifecycle === null ? undefined : (JSON.parse(lifecycle) as LifecycleRule[]);
  }

  /** Buckets with rules of expiry, some of them behind an id. */
  async withLifecycle(behindId: string, limit: number): Promise<(BucketRow & { readonly rules: LifecycleRule[] })[]> {
    const rows = await this.#db
      .selectFrom('bucket')
      .selectAll()
      .where('lifecycle', 'is not', null)
      .where('id', '>', behindId)
      .orderBy('id')
      .limit(limit)
      .execute();
    return rows.map((row) => ({ ...toBucket(row), rules: JSON.parse(row.lifecycle ?? '[]') as LifecycleRule[] }));
  }

  async setLifecycle(id: string, rules: readonly LifecycleRule[] | undefined): Promise<void> {
    const lifecycle = rules === undefined ? null : JSON.stringify(rules);
    await this.#db.updateTable('bucket').set({ lifecycle }).where('id', '=', id).execute();
  }

  /** Objects whose last write gave them an end before that time, the oldest first. */
  async expired(before: number, limit: number): Promise<ExpiredObject[]> {
    const rows = await this.#db
      .selectFrom('bucket_object')
      .innerJoin('bucket', 'bucket.id', 'bucket_object.bucket_id')
      .selectAll('bucket')
      .select(['bucket_object.key', 'bucket_object.version'])
      .where('bucket_object.expires_at', 'is not', null)
      .where('bucket_object.expires_at', '<=', before)
      .orderBy('bucket_object.expires_at')
      .limit(limit)
      .execute();
    return rows.map(({ key, version, ...bucket }) => ({ bucket: toBucket(bucket), key: Buffer.from(key), version }));
  }

  /** Rows of keys from the position on, below `end`. */
  async list(bucketId: string, { from }: Position, end: Uint8Array | undefined, limit: number): Promise<ListedRow[]> {
    const rows = await this.#db
      .selectFrom('bucket_object')
      .select(['key', 'version', 'size', 'etag', 'modified_at'])
      .where('bucket_id', '=', bucketId)
      .where('key', '>=', from)
      .$if(end !== undefined, (query) => query.where('key', '<', end as Uint8Array))
      .orderBy('key')
      .limit(limit)
      .execute();
    return rows.map(({ key, version, size, etag, modified_at }) => {
      const bytes = Buffer.from(key);
      return { bytes, version, key: bytes.toString('utf8'), size: Number(size), etag, modifiedAt: Number(modified_at) };
    });
  }

  /** Fails with a unique violation when the name exists. The usage of a project is never deleted. */
  insertBucket(row: BucketRow): AtomicStatement[] {
    const { id, name, accountId: account_id, projectId: project_id, region, createdAt: created_at } = row;
    return [
      {
        query: this.#db
          .insertInto('bucket_usage')
          .values({ project_id, ...NO_USAGE })
          .onConflict((conflict) => conflict.column('project_id').doNothing())
          .compile(),
      },
      {
        query: this.#db
          .insertInto('bucket')
          .values({ id, name, account_id, project_id, region, created_at, lifecycle: null })
          .compile(),
      },
    ];
  }

  /** Changes nothing while the bucket has objects or unfinished uploads, but must. */
  deleteBucket(id: string): AtomicStatement[] {
    return [
      {
        query: this.#db
          .deleteFrom('bucket_upload')
          .where('bucket_id', '=', id)
          .where('state', '=', 'done')
          .where(({ not, exists, selectFrom }) =>
            not(exists(selectFrom('bucket_part').select('number').whereRef('upload_id', '=', 'bucket_upload.id'))),
          )
          .compile(),
      },
      {
        query: this.#db
          .deleteFrom('bucket')
          .where('id', '=', id)
          .where(({ not, exists, selectFrom }) =>
            not(exists(selectFrom('bucket_object').select('version').where('bucket_id', '=', id))),
          )
          .where(({ not, exists, selectFrom }) =>
            not(exists(selectFrom('bucket_upload').select('id').where('bucket_id', '=', id))),
          )
          .compile(),
        mustAffect: true,
      },
    ];
  }

  /** Puts `next` in the place of the version `old`, and must: another version may be there meanwhile. */
  replaceObject(bucketId: string, key: Uint8Array, old: string | undefined, next: ObjectRow): AtomicStatement {
    const { version, size, etag, modifiedAt: modified_at, sequence } = next;
    const { expireDays } = next.content;
    const expires_at = expireDays === undefined ? null : endOf(expireDays, modified_at);
    const content = JSON.stringify(next.content);
    const values = { version, in_parts: next.inParts ? 1 : 0, size, etag, modified_at, sequence, content, expires_at };
    const query =
      old === undefined
        ? this.#db
            .insertInto('bucket_object')
            .values({ bucket_id: bucketId, key, ...values })
            .onConflict((conflict) => conflict.columns(['bucket_id', 'key']).doNothing())
        : this.#db
            .updateTable('bucket_object')
            .set(values)
            .where('bucket_id', '=', bucketId)
            .where('key', '=', key)
            .where('version', '=', old);
    return { query: query.compile(), mustAffect: true };
  }

  deleteObject(bucketId: string, key: Uint8Array, version: string): AtomicStatement {
    const query = this.#db
      .deleteFrom('bucket_object')
      .where('bucket_id', '=', bucketId)
      .where('key', '=', key)
      .where('version', '=', version);
    return { query: query.compile(), mustAffect: true };
  }

  /** Files of one version become garbage; its parts are no longer listed. */
  discard({ version, inParts, size }: Pick<ObjectRow, 'version' | 'inParts' | 'size'>, now: number): AtomicStatement[] {
    if (!inParts) return this.addGarbage([{ file: version, size }], now);
    const parts = this.#db
      .selectFrom('bucket_part')
      .where('upload_id', '=', version)
      .select(['file', 'size', sql<number>`cast(${now} as bigint)`.as('since')]);
    return [
      { query: this.#db.insertInto('bucket_garbage').columns(['file', 'size', 'since']).expression(parts).compile() },
      { query: this.#db.deleteFrom('bucket_part').where('upload_id', '=', version).compile() },
    ];
  }

  addGarbage(files: readonly Garbage[], since: number): AtomicStatement[] {
    return inGroups(files).map((group) => ({
      query: this.#db
        .insertInto('bucket_garbage')
        .values(group.map(({ file, size }) => ({ file, size, since })))
        .compile(),
    }));
  }

  /** Changes what the project stores, and must: growth beyond a limit changes nothing. */
  changeUsage(projectId: string, change: UsageChange, limits: UsageLimits): AtomicStatement[] {
    const changed = FIELDS.filter(([field]) => (change[field] ?? 0) !== 0);
    if (changed.length === 0) return [];
    const set = Object.fromEntries(
      changed.map(([field]) => [
        field,
        (eb: ExpressionBuilder<Schema, 'bucket_usage'>) => eb(field, '+', change[field] ?? 0),
      ]),
    );
    let query = this.#db.updateTable('bucket_usage').set(set).where('project_id', '=', projectId);
    for (const [field, limit] of changed) {
      const growth = change[field] ?? 0;
      if (growth > 0) query = query.where(field, '<=', limits[limit] - growth);
    }
    return [{ query: query.compile(), mustAffect: true }];
  }

  /** The oldest garbage from before that time. */
  async garbage(before: number, limit: number): Promise<Garbage[]> {
    const rows = await this.#db
      .selectFrom('bucket_garbage')
      .select(['file', 'size'])
      .where('since', '<', before)
      .orderBy('since')
      .limit(limit)
      .execute();
    return rows.map(({ file, size }) => ({ file, size: Number(size) }));
  }

  async forgetGarbage(files: readonly string[]): Promise<void> {
    if (files.length === 0) return;
    await this.#db.deleteFrom('bucket_garbage').where('file', 'in', files).execute();
  }

  /** Those of the files that an object, an upload or the list of garbage has. */
  async known(files: readonly string[]): Promise<Set<string>> {
    if (files.length === 0) return new Set();
    const db = this.#db;
    const rows = await db
      .selectFrom('bucket_object')
      .select('version as file')
      .where('version', 'in', files)
      .unionAll(db.selectFrom('bucket_part').select('file').where('file', 'in', files))
      .unionAll(db.selectFrom('bucket_garbage').select('file').where('file', 'in', files))
      .execute();
    return new Set(rows.map(({ file }) => file));
  }
}

export function inGroups<T>(items: readonly T[]): T[][] {
  const groups: T[][] = [];
  for (let at = 0; at < items.length; at += ROWS_AT_ONCE) groups.push(items.slice(at, at + ROWS_AT_ONCE));
  return groups;
}

function toBucket(row: Pick<Joined, 'id' | 'name' | 'account_id' | 'project_id' | 'region' | 'created_at'>): BucketRow {
  const { id, name, account_id: accountId, project_id: projectId, region, created_at } = row;
  return { id, name, accountId, projectId, region, createdAt: Number(created_at) };
}

function toUsage(row: Pick<Joined, 'buckets' | 'objects' | 'bytes' | 'uploads' | 'parts'>): Usage {
  const { buckets, objects, bytes, uploads, parts } = row;
  return {
    buckets: Number(buckets),
    objects: Number(objects),
    bytes: Number(bytes),
    uploads: Number(uploads),
    parts: Number(parts),
  };
}

function toObject(row: Joined): ObjectRow | undefined {
  const { version, in_parts, size, etag, modified_at, sequence, content } = row;
  if (version === null || etag === null || content === null) return undefined;
  return {
    version,
    inParts: Number(in_parts) === 1,
    size: Number(size),
    etag,
    modifiedAt: Number(modified_at),
    sequence: Number(sequence),
    content: JSON.parse(content) as Content,
  };
}
