import { join } from 'node:path';
import type Database from 'better-sqlite3';

/** A stored file and what its content must be. */
export interface ReferredBlob {
  /** Below the data directory, such as `artifacts/blobs/<sha256>`. */
  readonly path: string;
  /** In hex. Objects of buckets have the MD5 that is their etag. */
  readonly digest: { readonly algorithm: 'sha256' | 'md5'; readonly hex: string };
  /** Its users, for people. */
  readonly usedBy: string;
}

const SHA256 = /^[0-9a-f]{64}$/;

/** Every stored file that the database refers to: code, dependencies, image layers, and objects of buckets. */
export function referredBlobs(db: Database.Database): ReferredBlob[] {
  const found = new Map<string, ReferredBlob>();
  const add = (folder: string, sha256: string, usedBy: string): void => {
    const path = join(folder, sha256);
    if (SHA256.test(sha256) && !found.has(path)) {
      found.set(path, { path, digest: { algorithm: 'sha256', hex: sha256 }, usedBy });
    }
  };
  const code = db.prepare<[], { sha256: string; name: string; version: string }>(
    `select artifact_sha256 as sha256, name, version from function_version
     join function on function.id = function_version.function_id`,
  );
  for (const { sha256, name, version } of code.all())
    add('artifacts/blobs', sha256, `function ${name}, version ${version}`);
  const packages = db.prepare<[], { sha256: string; name: string }>(
    `select artifact_sha256 as sha256, name from dependency_version
     join dependency on dependency.id = dependency_version.dependency_id`,
  );
  for (const { sha256, name } of packages.all()) add('artifacts/blobs', sha256, `dependency ${name}`);
  for (const { id, layers } of db.prepare<[], { id: string; layers: string }>('select id, layers from image').all()) {
    for (const { digest } of JSON.parse(layers) as { digest: string }[]) {
      add('images/blobs', digest.replace(/^sha256:/, ''), `image ${id.slice(0, 19)}`);
    }
  }
  return [...found.values(), ...bucketFiles(db)];
}

function bucketFiles(db: Database.Database): ReferredBlob[] {
  // a backup of an older version has no buckets
  const tables = db.prepare("select name from sqlite_master where type = 'table' and name = 'bucket_part'").all();
  if (tables.length === 0) return [];
  const files = db.prepare<[], { file: string; md5: string; bucket: string }>(
    `select version as file, etag as md5, name as bucket from bucket_object
     join bucket on bucket.id = bucket_object.bucket_id where in_parts = 0
     union all
     select file, etag, name from bucket_part
     join bucket_upload on bucket_upload.id = bucket_part.upload_id
     join bucket on bucket.id = bucket_upload.bucket_id`,
  );
  return files.all().map(({ file, md5, bucket }) => ({
    path: join('buckets/files', file.slice(-2), file),
    digest: { algorithm: 'md5', hex: md5 },
    usedBy: `bucket ${bucket}`,
  }));
}

/** Faults inside a database; empty without any. */
export function databaseFaults(db: Database.Database): string[] {
  const faults = (db.pragma('integrity_check(5)') as { integrity_check: string }[]).map((row) => row.integrity_check);
  const broken = (db.pragma('foreign_key_check') as { table: string }[]).map(
    ({ table }) => `a row of ${table} refers to none`,
  );
  return [...faults.filter((text) => text !== 'ok'), ...broken.slice(0, 5)];
}

/** One secret that was sealed with the key of the database; undefined where none is stored. */
export function sealedSample(db: Database.Database): string | undefined {
  const row = db.prepare<[], { sealed_secret: string }>('select sealed_secret from iam_access_key limit 1').get();
  return row?.sealed_secret;
}
