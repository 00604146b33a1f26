import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { type Quotas, USUAL_QUOTAS } from '../../domain/quotas.ts';
import { ManualClock } from '../../lib/manual-clock.ts';
import type { Storage } from '../../storage/index.ts';
import { openTestStorage } from '../../storage/testing.ts';
import type { BucketUpkeep } from './bucket-upkeep.ts';
import { openBuckets } from './open-buckets.ts';
import type { Body, BucketCaller, Buckets, ObjectFact } from './types.ts';

/** Buckets of their own for one test: database, folder, standing clock, and the facts of committed changes. */
export interface TestBuckets {
  readonly buckets: Buckets;
  readonly upkeep: BucketUpkeep;
  readonly storage: Storage;
  readonly clock: ManualClock;
  readonly dir: string;
  readonly facts: ObjectFact[];
  /** Ids of the files that are stored. */
  files(): string[];
  close(): Promise<void>;
}

export interface TestBucketsOptions {
  readonly quotas?: Partial<Quotas>;
  readonly refuseWhenFull?: () => void;
  /** Why no bucket can be created. */
  readonly refusal?: string;
  /** Emptied; a new one unless it is given. */
  readonly storage?: Storage;
  /** What an earlier process left. */
  readonly over?: { readonly storage: Storage; readonly dir: string };
  /** Another server over the same database and folder. */
  readonly beside?: TestBuckets;
}

export async function openTestBuckets(options: TestBucketsOptions = {}): Promise<TestBuckets> {
  const { quotas = {}, refuseWhenFull = () => {} } = options;
  const beside = options.beside ?? options.over;
  const storage = beside?.storage ?? options.storage ?? (await openTestStorage());
  if (options.storage !== undefined) await empty(options.storage);
  const dir = beside?.dir ?? mkdtempSync(join(tmpdir(), 'funcgraph-buckets-'));
  const clock = options.beside?.clock ?? new ManualClock();
  const facts: ObjectFact[] = [];
  let pending: ObjectFact[] = [];
  const { buckets, upkeep } = await openBuckets({
    ...{ storage, dir, clock, refuseWhenFull, refusal: options.refusal },
    minFreeBytes: 0,
    isShared: beside !== undefined,
    region: 'local-1',
    quotas: { ...USUAL_QUOTAS, ...quotas },
    facts: {
      statements: (fact) => {
        pending = [...pending.filter(({ id }) => id !== fact.id), fact];
        return [];
      },
      recorded: () => {
        facts.push(...pending);
        pending = [];
      },
    },
    mayRemove: async () => true,
    log: pino({ level: 'silent' }),
  });
  return {
    ...{ buckets, upkeep, storage, clock, dir, facts },
    files: () =>
      readdirSync(join(dir, 'files'), { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('/')),
    close: async () => {
      if (beside !== undefined) return;
      if (options.storage === undefined) await storage.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** One database for the tests of a file; each test gets buckets of its own over it, with an empty one named `photos`. */
export function photosForEachTest(use: (opened: TestBuckets) => void): void {
  let storage: Storage;
  let opened: TestBuckets;
  beforeAll(async () => {
    storage = await openTestStorage();
  });
  afterAll(() => storage.close());
  beforeEach(async () => {
    opened = await openTestBuckets({ storage });
    await opened.buckets.createBucket(testCaller(), 'photos');
    use(opened);
  });
  afterEach(() => opened.close());
}

/** The counted buckets, objects, bytes, uploads and parts; undefined before the first. */
export async function usageOf({ storage }: TestBuckets): Promise<number[] | undefined> {
  const row = await storage.db.selectFrom('bucket_usage').selectAll().executeTakeFirst();
  return row && [row.buckets, row.objects, row.bytes, row.uploads, row.parts].map(Number);
}

async function empty({ db }: Storage): Promise<void> {
  const tables = ['bucket_part', 'bucket_upload', 'bucket_object', 'bucket_garbage', 'bucket', 'bucket_usage'] as const;
  for (const table of tables) await db.deleteFrom(table).execute();
}

/** A caller that may do everything in its account; `refused` are actions on a resource that it may not. */
export function testCaller(
  options: Partial<BucketCaller> & { readonly refused?: readonly string[] } = {},
): BucketCaller {
  const { refused = [], ...rest } = options;
  return {
    accountId: 'account',
    projectId: 'project',
    principalId: 'user',
    sourceIp: '192.0.2.1',
    requestId: 'request',
    chainDepth: 0,
    may: (action, { key }) => !refused.includes(key === undefined ? action : `${action} ${key}`),
    ...rest,
  };
}

/** A body of one piece. */
export function bodyOf(bytes: string | Uint8Array, expected: Partial<Body> = {}): Body {
  const data = Buffer.from(bytes as Uint8Array);
  return { bytes: pieces([data]), size: data.length, ...expected };
}

async function* pieces(all: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* all;
}

export async function textOf(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
