import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CliError, type Context, EXIT, systemCode, usageError } from '../framework/index.ts';
import { dataDirOf } from './data-dir.ts';
import { checkProfile, currentProfile, profileFile } from './profiles.ts';

/** Everything needed to call a server. */
export interface Credentials {
  /** Without a trailing slash. */
  readonly endpoint: string;
  readonly gateway: string;
  /** Of buckets; empty for a server that names none. */
  readonly storage: string;
  readonly region: string;
  readonly projectId: string;
  readonly accessKey: string;
  readonly secretKey: string;
  /** Of a temporary key. */
  readonly securityToken: string | undefined;
}

export interface ConnectionFlags {
  readonly endpoint: string | undefined;
  readonly credentials: string | undefined;
  readonly 'data-dir': string | undefined;
  readonly profile?: string | undefined;
}

function denied(message: string, hint: string, cause?: unknown): CliError {
  return new CliError(message, { code: 'CLI.NO_CREDENTIALS', exitCode: EXIT.denied, hint, cause });
}

/** The fields of a credentials file that are texts; undefined when there is no such file. */
async function readFields(file: string): Promise<Partial<Record<string, string>> | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    if (systemCode(cause) === 'ENOENT' || systemCode(cause) === 'ENOTDIR') return undefined;
    throw denied(
      `cannot read ${file}: ${systemCode(cause) ?? 'unknown reason'}`,
      'Only the user that runs the server may read it.',
      cause,
    );
  }
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) throw new TypeError('not an object');
    return Object.fromEntries(Object.entries(value).filter((e): e is [string, string] => typeof e[1] === 'string'));
  } catch (cause) {
    throw denied(`${file} is not a credentials file`, 'It must be the JSON file that the server writes.', cause);
  }
}

function checkedEndpoint(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw usageError(`not an address of a server: ${JSON.stringify(text)}`, 'for example: http://127.0.0.1:8080');
  }
  return url.href.replace(/\/+$/, '');
}

/** The file that a flag or the environment names, itself or by a profile. */
async function namedFile(flags: ConnectionFlags, context: Context): Promise<string | undefined> {
  const { credentials, profile, 'data-dir': dataDir } = flags;
  if (credentials !== undefined && profile !== undefined)
    throw usageError('--credentials and --profile exclude each other');
  if (credentials !== undefined) return credentials;
  const fromEnv = profile === undefined && dataDir === undefined ? context.env : {};
  if (fromEnv.FGS_CREDENTIALS) return fromEnv.FGS_CREDENTIALS;
  const name = profile ?? (fromEnv.FGS_PROFILE || undefined);
  if (name === undefined) return undefined;
  await checkProfile(name, context);
  return profileFile(name, context);
}

/** The file of the data directory that is named, or else of the profile in use, or of the usual data directory. */
async function usualFile(flags: ConnectionFlags, context: Context): Promise<string> {
  const isNamed = flags['data-dir'] !== undefined || (context.env.FGS_DATA_DIR ?? '') !== '';
  const current = isNamed ? undefined : await currentProfile(context);
  if (current !== undefined) return profileFile(current, context);
  return join(dataDirOf(flags['data-dir'], context), 'credentials.json');
}

/**
 * Flags first, then the environment, then the profile in use, then the file in the data directory. With a file or a
 * profile that a flag or the environment names, the rest of the environment is ignored, so that a forgotten variable
 * cannot mix two servers; `--data-dir` wins over the environment. Throws CliError with exit code 4 when something is missing.
 */
export async function loadCredentials(flags: ConnectionFlags, context: Context): Promise<Credentials> {
  const { cwd } = context;
  const named = await namedFile(flags, context);
  const env = named === undefined ? context.env : {};
  const file = named ? resolve(cwd, named) : await usualFile(flags, context);
  const complete = env.FGS_ACCESS_KEY && env.FGS_SECRET_KEY && env.FGS_PROJECT_ID && env.FGS_REGION;
  const found = complete ? {} : await readFields(file);
  if (found === undefined && named !== undefined) {
    const where = flags.credentials === undefined ? 'FGS_CREDENTIALS' : '--credentials';
    throw denied(`there is no file ${file}`, `Check ${where}.`);
  }
  const pick = (name: string, field: string): string => {
    const value = env[name] || found?.[field];
    if (value) return value;
    throw denied(
      found === undefined ? `no credentials: there is no ${file}, and ${name} is not set` : `${file} has no ${field}`,
      'Start a server with: fgs start. For one with a data directory of its own, give --data-dir or FGS_CREDENTIALS. Or set FGS_ENDPOINT, FGS_ACCESS_KEY, FGS_SECRET_KEY, FGS_PROJECT_ID and FGS_REGION.',
    );
  };
  return {
    endpoint: checkedEndpoint(flags.endpoint ?? (env.FGS_ENDPOINT || found?.endpoint || 'http://127.0.0.1:8080')),
    gateway: found?.gateway ?? '',
    storage: env.FGS_STORAGE_ENDPOINT || found?.storage || '',
    accessKey: pick('FGS_ACCESS_KEY', 'access_key'),
    secretKey: pick('FGS_SECRET_KEY', 'secret_key'),
    // the token of one key is not valid for another
    securityToken: (env.FGS_ACCESS_KEY ? env.FGS_SECURITY_TOKEN : found?.security_token) || undefined,
    projectId: pick('FGS_PROJECT_ID', 'project_id'),
    region: pick('FGS_REGION', 'region'),
  };
}
