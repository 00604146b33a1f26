import { Secret } from '../lib/secret.ts';
import { openStorage, type Storage } from './open.ts';

/** A database with every table: running the migrations for each test takes longer than the tests. */
export const PREPARED = 'prepared';

/** Opens the database that a test names: a file, `:memory:`, or the URL of a PostgreSQL database. */
export function openAt(place: string, options: { readonly maxTransactionMs?: number } = {}): Promise<Storage> {
  return place.startsWith('postgres:')
    ? openStorage({ url: new Secret(place), dataKey: 'tests', ...options })
    : openStorage({ file: place, ...options });
}
