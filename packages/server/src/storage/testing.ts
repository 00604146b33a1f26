import { join } from 'node:path';
import { inject } from 'vitest';
import type { Storage } from './open.ts';
import { createDatabase } from './testing-cluster.ts';
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

/** An empty database for one test, of the kind that the Vitest project tests. */
export async function openTestStorage(options: { readonly maxTransactionMs?: number } = {}): Promise<Storage> {
  return openAt(inject('postgresFolder') === undefined ? ':memory:' : await newPlace(''), options);
}
