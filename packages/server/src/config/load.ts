import { readFileSync } from 'node:fs';
import { homedir, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Compile } from 'typebox/compile';
import { Secret } from '../lib/secret.ts';
import { clusterAddress } from './cluster-address.ts';
import { ConfigError, compileConfig } from './compile.ts';
import { databaseUrl } from './database-url.ts';
import { type ExternalS3Settings, externalS3, externalS3Settings, holdsExternalKeys } from './external-s3.ts';
import { metricsToken } from './metrics-token.ts';
import { type OidcSettings, oidcConfig, oidcSettings } from './oidc.ts';
import { type OtlpSettings, otlpConfig, otlpSettings } from './otlp.ts';
import { type Config, RawConfig } from './schema.ts';
import { sealingKey } from './sealing-key.ts';
import { readSettingFile } from './setting-file.ts';
import { s3Keys, sharedPlace } from './shared-place.ts';
import { smtpUrl } from './smtp-url.ts';

const validator = Compile(RawConfig);
const KEYS = Object.keys(RawConfig.properties) as (keyof RawConfig)[];
const NUMBERS: ReadonlySet<string> = new Set([
  'port',
  'gateway_port',
  'api_tls_port',
  'gateway_tls_port',
  'storage_tls_port',
  'storage_port',
  'account_concurrency',
  'prewarm',
  'log_retain_days',
  'async_retain_days',
  'flow_retain_days',
  'audit_retain_days',
  'dead_letter_retain_days',
  'dead_letters_per_function',
  'quota_functions',
  'quota_flows',
  'quota_flow_runs',
  'quota_versions',
  'quota_aliases',
  'quota_test_events',
  'quota_environment',
  'quota_async_events',
  'quota_dead_letters',
  'quota_buckets',
  'quota_objects',
  'quota_uploads',
  'quota_upload_parts',
  'quota_object_writes',
  'quota_streams',
]);

/**
 * The configuration with the contents of the files it names, so that the process that compiles it reads no files. Holds
 * secrets.
 */
export interface Settings {
  readonly raw: RawConfig & { readonly data_dir: string };
  readonly databaseUrl: string | undefined;
  readonly smtpUrl: string | undefined;
  readonly sealingKey: string | undefined;
  readonly joinToken: string | undefined;
  readonly s3Keys: string | undefined;
  readonly externalS3: readonly ExternalS3Settings[];
  readonly metricsToken: string | undefined;
  readonly otlp: OtlpSettings | undefined;
  readonly oidc: OidcSettings | undefined;
  readonly searchPath: readonly string[];
}

export function loadConfig(argv: readonly string[], env: NodeJS.ProcessEnv = process.env): Config {
  return compileSettings(readSettings(argv, env));
}

/** Defaults < file (`--config`) < environment (`FGS_DATA_DIR`, …) < flags (`--data-dir`, …). Throws ConfigError. */
export function readSettings(argv: readonly string[], env: NodeJS.ProcessEnv = process.env): Settings {
  const flags = readFlags(argv);
  const file = flags.config === undefined ? {} : readFile(flags.config);
  const raw: Record<string, unknown> = { ...file };
  const sources = new Map(Object.keys(file).map((key) => [key, `the configuration file ${flags.config}`]));
  for (const key of KEYS) {
    const variable = `FGS_${key.toUpperCase()}`;
    const flag = flags.values[key];
    const text = flag ?? (env[variable] || undefined);
    if (text === undefined) continue;
    raw[key] = NUMBERS.has(key) ? Number(text) : text;
    sources.set(key, flag === undefined ? `the environment variable ${variable}` : `the flag ${flagOf(key)}`);
  }
  const unknown = Object.keys(raw).filter((key) => !(KEYS as string[]).includes(key));
  if (unknown.length > 0)
    throw new ConfigError(`unknown configuration key ${unknown.join(', ')}`, `Known: ${KEYS.join(', ')}`);
  if (!validator.Check(raw)) {
    const [error] = validator.Errors(raw);
    const path = error?.instancePath.slice(1) ?? '';
    throw new ConfigError(`${path} ${error?.message}`, `It is set by ${sources.get(path.split('/')[0] ?? '')}.`);
  }
  const url = databaseUrl({
    url: raw.database_url,
    file: raw.database_url_file,
    onCommandLine: flags.values.database_url !== undefined,
  });
  clusterAddress(raw.cluster_address, url !== undefined);
  for (const key of ['artifacts', 'bucket_folder'] as const) {
    if (raw[key] === undefined || url !== undefined) continue;
    throw new ConfigError(
      `${key} is for servers that share a PostgreSQL database, and no database URL is set`,
      'Leave it out: a server with SQLite has its code and its buckets in its data directory.',
    );
  }
  const keys = s3Keys(raw, flags.values.s3_keys !== undefined);
  sharedPlace(raw, keys);
  return {
    raw: { ...raw, data_dir: resolve(raw.data_dir ?? defaultDataDir(env)) },
    databaseUrl: url,
    smtpUrl: smtpUrl({
      url: raw.smtp_url,
      file: raw.smtp_url_file,
      from: raw.smtp_from,
      onCommandLine: flags.values.smtp_url !== undefined,
    }),
    joinToken: raw.join_token_file === undefined ? undefined : readSettingFile(raw.join_token_file, 'join_token_file'),
    s3Keys: keys,
    externalS3: externalS3Settings(raw.external_s3_file, env),
    sealingKey: sealingKey(raw.key_file, url !== undefined),
    metricsToken: metricsToken(raw.metrics_token_file),
    otlp: otlpSettings({
      endpoint: raw.otlp_endpoint,
      headers: raw.otlp_headers,
      headersFile: raw.otlp_headers_file,
      caFile: raw.otlp_ca_file,
      headersOnCommandLine: flags.values.otlp_headers !== undefined,
    }),
    oidc: oidcSettings(raw),
    searchPath: searchPath(env),
  };
}

/** Throws ConfigError for a value with the right type and an invalid meaning. */
export function compileSettings(settings: Settings): Config {
  const { raw, databaseUrl: url, smtpUrl: smtp, sealingKey: key, metricsToken: token, searchPath: folders } = settings;
  return Object.freeze({
    ...compileConfig(raw, machineMemoryMb()),
    databaseUrl: url === undefined ? undefined : new Secret(url),
    smtpUrl: smtp === undefined ? undefined : new Secret(smtp),
    sharedArtifacts: sharedPlace(raw, settings.s3Keys),
    clusterAddress: clusterAddress(raw.cluster_address, url !== undefined),
    joinToken: settings.joinToken === undefined ? undefined : new Secret(settings.joinToken),
    externalS3: settings.externalS3.map(externalS3),
    sealingKey: key === undefined ? undefined : new Secret(key),
    metricsToken: token === undefined ? undefined : new Secret(token),
    otlp: otlpConfig(settings.otlp),
    oidc: oidcConfig(settings.oidc),
    searchPath: folders,
  });
}

/** Of the machine or, if less, of the container that the server runs in. */
function machineMemoryMb(): number {
  const constrained = process.constrainedMemory();
  // 0, undefined or an impossibly large number without a constraint
  const bytes = constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
  return Math.floor(bytes / 2 ** 20);
}

const flagOf = (key: string): string => `--${key.replaceAll('_', '-')}`;

function readFlags(argv: readonly string[]): {
  config: string | undefined;
  values: Partial<Record<keyof RawConfig, string>>;
} {
  const options = Object.fromEntries(
    [...KEYS.map((k) => flagOf(k).slice(2)), 'config'].map((name) => [name, { type: 'string' as const }]),
  );
  try {
    const { values } = parseArgs({ args: [...argv], options, strict: true });
    const { config, ...rest } = values;
    return {
      config: typeof config === 'string' ? config : undefined,
      values: Object.fromEntries(Object.entries(rest).map(([name, value]) => [name.replaceAll('-', '_'), value])),
    };
  } catch (cause) {
    throw new ConfigError((cause as Error).message);
  }
}

function readFile(path: string): object {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof value === 'object' && value !== null) return value;
  } catch (cause) {
    throw new ConfigError(`the configuration file ${path} cannot be read: ${(cause as Error).message}`);
  }
  throw new ConfigError(`the configuration file ${path} is not a JSON object`);
}

function defaultDataDir(env: NodeJS.ProcessEnv): string {
  if (process.getuid?.() === 0) return '/var/lib/funcgraph';
  return join(env.XDG_DATA_HOME ?? join(homedir(), '.local', 'share'), 'funcgraph');
}

/** A service may be started with a short PATH or none. */
function searchPath(env: NodeJS.ProcessEnv): string[] {
  const folders = (env.PATH ?? '').split(':').filter((folder) => folder !== '');
  return [...new Set([...folders, '/usr/local/bin', '/usr/bin'])];
}

/** Removes variables that hold a password from the environment of programs that this process starts. */
export function forgetSecrets(env: NodeJS.ProcessEnv = process.env): void {
  delete env.FGS_DATABASE_URL;
  delete env.FGS_SMTP_URL;
  delete env.FGS_S3_KEYS;
  delete env.FGS_OTLP_HEADERS;
  for (const name of Object.keys(env)) if (holdsExternalKeys(name)) delete env[name];
}

/** Name files of our home. `npm run` sets the last two. */
const OF_HOME = ['XDG_CACHE_HOME', 'XDG_CONFIG_HOME', 'XDG_DATA_HOME', 'npm_config_cache', 'npm_config_userconfig'];

/** The environment of this process for a process with another home folder. */
export function environmentAt(home: string, env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => !OF_HOME.includes(name));
  return { ...Object.fromEntries(kept), HOME: home };
}

/** Where an ordinary user's sockets go. */
export function runtimeDirOf(env: NodeJS.ProcessEnv = process.env): string | undefined {
  return env.XDG_RUNTIME_DIR;
}
