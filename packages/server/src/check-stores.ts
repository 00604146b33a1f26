import { S3Blobs } from './artifacts/index.ts';
import { type Config, forgetSecrets, loadConfig } from './config/index.ts';
import { probeDatabase, readDatabaseRecord } from './storage/index.ts';

interface Finding {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly hint?: string;
}

/** Less than `fgs doctor` waits for this program. */
const WAIT_MS = 10_000;

/**
 * For `fgs doctor`: inspects the database and the bucket of artifacts that the server would use, and prints the findings
 * as JSON; none for SQLite and folders.
 */
async function run(): Promise<Finding[]> {
  const config = loadConfig(process.argv.slice(2));
  forgetSecrets();
  return (await Promise.all([database(config), artifacts(config)])).flat();
}

async function database({ databaseUrl, dataDir }: Config): Promise<Finding[]> {
  const name = 'PostgreSQL';
  if (databaseUrl === undefined) return [];
  try {
    const { postgresId } = await readDatabaseRecord(dataDir);
    return [{ name, ...(await probeDatabase(databaseUrl, postgresId)) }];
  } catch (error) {
    return [refused(name, error)];
  }
}

async function artifacts({ sharedArtifacts }: Config): Promise<Finding[]> {
  const name = 'artifacts';
  if (sharedArtifacts?.kind !== 's3') return [];
  const { endpoint, bucket } = sharedArtifacts.place;
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error(`${endpoint} does not answer in time`)), WAIT_MS).unref();
  });
  try {
    await Promise.race([new S3Blobs(sharedArtifacts.place).start(), late]);
    return [{ name, ok: true, detail: `bucket ${bucket} at ${endpoint}` }];
  } catch (error) {
    return [refused(name, error)];
  }
}

function refused(name: string, error: unknown): Finding {
  const { message, hint } = error as { message?: unknown; hint?: unknown };
  return { name, ok: false, detail: String(message), ...(typeof hint === 'string' ? { hint } : {}) };
}

const found = await run().catch((error: unknown) => [refused('configuration', error)]);
process.stdout.write(`${JSON.stringify(found)}\n`, () => process.exit());
