import { randomBytes, scryptSync } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CliError, type Context, EXIT, systemCode } from '../../framework/index.ts';
import type { SecretSource } from '../file/schema.ts';

export type SecretValues = Readonly<Record<string, string>>;

/** Values from the environment or from files beside the project file. Throws a CliError that names what is missing. */
export async function readSecrets(
  sources: Readonly<Record<string, SecretSource>>,
  folder: string,
  { env }: Pick<Context, 'env'>,
): Promise<SecretValues> {
  const values: Record<string, string> = {};
  for (const [name, source] of Object.entries(sources)) {
    const value = 'env' in source ? env[source.env] : await readText(resolve(folder, source.file), source.file);
    if (value === undefined || value === '') throw missing(name, source);
    values[name] = value;
  }
  return values;
}

/** Without the line break that editors put at the end. */
async function readText(path: string, shown: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).replace(/\r?\n$/, '');
  } catch (cause) {
    if (systemCode(cause) === 'ENOENT') return '';
    throw new CliError(`cannot read ${shown}: ${systemCode(cause) ?? String(cause)}`, { code: 'CLI.PROJECT', cause });
  }
}

function missing(name: string, source: SecretSource): CliError {
  const where = 'env' in source ? `the variable ${source.env} is not set` : `${source.file} is missing or empty`;
  return new CliError(`the secret ${name} has no value: ${where}`, { code: 'CLI.PROJECT', exitCode: EXIT.usage });
}

const SALT_BYTES = 12;
const HASH_BYTES = 24;

/**
 * Shows whether secrets changed, and is too slow to try for values that could be guessed. `before`, an earlier digest,
 * gives the salt, so that equal values have an equal one.
 */
export function secretsDigest(values: SecretValues, before: string | undefined): string {
  const salt = /^([0-9a-f]{24}):/.exec(before ?? '')?.[1] ?? randomBytes(SALT_BYTES).toString('hex');
  const sorted = Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1));
  return `${salt}:${scryptSync(JSON.stringify(sorted), salt, HASH_BYTES).toString('hex')}`;
}
