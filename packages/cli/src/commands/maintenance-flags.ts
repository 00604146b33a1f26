import type { Context, FlagSpecs, FlagValues } from '../framework/index.ts';
import { SERVER_FLAGS, serverArguments } from './start.ts';

/** Flags of commands that work on a data directory without a server. */
export const MAINTENANCE_FLAGS = {
  'data-dir': SERVER_FLAGS['data-dir'],
  config: SERVER_FLAGS.config,
  'database-url': SERVER_FLAGS['database-url'],
  'database-url-file': SERVER_FLAGS['database-url-file'],
} as const satisfies FlagSpecs;

/** The same data directory and database that `start` would take with the same flags and environment. */
export function maintenanceArguments(flags: FlagValues<typeof MAINTENANCE_FLAGS>, context: Context): string[] {
  return serverArguments(flags, context);
}
