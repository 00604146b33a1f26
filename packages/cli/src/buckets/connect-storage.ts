import { CONNECTION_FLAGS, type Credentials, loadCredentials } from '../connection/index.ts';
import { CliError, type Context, EXIT, type FlagSpecs, type FlagValues, usageError } from '../framework/index.ts';
import { StorageClient } from './storage-client.ts';

const { credentials, 'data-dir': dataDir, 'dry-run': dryRun } = CONNECTION_FLAGS;

/** Flags of every command about buckets. */
export const STORAGE_FLAGS = { credentials, 'data-dir': dataDir, 'dry-run': dryRun } as const satisfies FlagSpecs;

/** Throws CliError when an address or a key is missing. */
export async function connectStorage(
  flags: FlagValues<typeof STORAGE_FLAGS>,
  context: Context,
): Promise<StorageClient> {
  const found = await loadCredentials({ ...flags, endpoint: undefined }, context);
  return new StorageClient({ endpoint: endpointOf(found), key: found, now: context.now, isDry: context.isDry });
}

function endpointOf({ storage }: Credentials): string {
  if (storage === '') {
    throw new CliError('the address of the buckets is not known', {
      code: 'CLI.NO_STORAGE',
      exitCode: EXIT.denied,
      hint: 'Set FGS_STORAGE_ENDPOINT, for example http://127.0.0.1:8082, or storage in the credentials file.',
    });
  }
  const url = URL.canParse(storage) ? new URL(storage) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search !== '') {
    throw usageError(
      `not an address of buckets: ${JSON.stringify(storage)}`,
      'It has no path; for example http://127.0.0.1:8082',
    );
  }
  return url.origin;
}
