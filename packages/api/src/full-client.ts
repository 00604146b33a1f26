import { type Client, type ClientOptions, createClientOf } from './client.ts';
import { ROUTES } from './routes/index.ts';

/** A client of every route, typed by the table. Used by the CLI and the tests. */
export function createClient(options: ClientOptions): Client {
  return createClientOf(ROUTES, options);
}
