import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { openStorage, type Storage, writeEmptyDatabase } from './open.ts';
import { createDatabase, emptyDatabase } from './testing-cluster.ts';
import { openAt, PREPARED } from './testing-place.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Folder of the PostgreSQL server of the project `postgres`; other projects have none. */
    readonly postgresFolder?: string;
  }
}

let made = 0;

/** Makes an empty database that outlives its connections and returns its place for `openAt`. Files go to `folder`. */
export async function newPlace(folder: string): Promise<string> {
  made += 1;
  const postgres = inject('postgresFolder');
  if (postgres === undefined) return join(folder, `storage-${made}.sqlite`);
  return (await createDatabase(postgres, `t_${process.pid}_${Date.now()}_${made}`, PREPARED)).reveal();
}

let template: Promise<string> | undefined;

/** Like `openStorage` for a database in memory, but runs the migrations only once for all tests of a process. */
export async function openInMemory(options: { readonly maxTransactionMs?: number } = {}): Promise<Storage> {
  return openStorage({ file: ':memory:', template: await emptySqlite(), ...options });
}

/** A database after all migrations, to begin with. */
export function emptySqlite(): Promise<string> {
  template ??= writeTemplate();
  return template;
}

async function writeTemplate(): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), 'funcgraph-empty-'));
  process.once('exit', () => rmSync(dir, { recursive: true, force: true }));
  const file = join(dir, 'empty.sqlite');
  await writeEmptyDatabase(file);
  return file;
}

/** Databases of tests that have ended, emptied: making one takes longer than most tests. */
const free: string[] = [];

/** An empty database for one test, of the kind that the Vitest project tests. */
export async function openTestStorage(options: { readonly maxTransactionMs?: number } = {}): Promise<Storage> {
  if (inject('postgresFolder') === undefined) return openInMemory(options);
  const place = free.pop() ?? (await newPlace(''));
  const storage = await openAt(place, options);
  const close = async () => {
    await storage.close();
    await emptyDatabase(place);
    free.push(place);
  };
  let closed: Promise<void> | undefined;
  return {
    ...storage,
    close: () => {
      closed ??= close();
      return closed;
    },
  };
}
