import { forgetSecrets, loadConfig } from './config/index.ts';
import { probeDatabase, readDatabaseRecord } from './storage/index.ts';

/**
 * For `fgs doctor`: inspects the database that the server would use and prints the findings as JSON; `null` for SQLite.
 */
async function run(): Promise<unknown> {
  const { databaseUrl, dataDir } = loadConfig(process.argv.slice(2));
  forgetSecrets();
  if (databaseUrl === undefined) return null;
  const { postgresId } = await readDatabaseRecord(dataDir);
  return probeDatabase(databaseUrl, postgresId);
}

const refused = (error: unknown): object => {
  const { message, hint } = error as { message?: unknown; hint?: unknown };
  return { ok: false, detail: String(message), ...(typeof hint === 'string' ? { hint } : {}) };
};
const found = await run().catch(refused);
process.stdout.write(`${JSON.stringify(found)}\n`);
