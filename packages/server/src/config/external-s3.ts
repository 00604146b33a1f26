import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { ConfigError } from './compile.ts';
import { checkKeys, KEYS_FORM, parseKeys, readKeys } from './s3-keys.ts';
import type { ExternalS3Config } from './schema.ts';

/** The contents of `external_s3_file`. */
const ExternalS3File = Type.Array(
  Type.Object(
    {
      /** The keys are in `FGS_EXTERNAL_S3_<NAME>_KEYS` unless `keys_file` is set. */
      name: Type.String({ pattern: '^[a-z][a-z0-9]{0,31}$' }),
      endpoint: Type.String({ pattern: '^https?://[A-Za-z0-9.:\\[\\]-]+/?$', maxLength: 512 }),
      region: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' })),
      keys_file: Type.Optional(Type.String({ minLength: 1, maxLength: 4096 })),
      /** Where names of buckets are: in the path, or before the host name of the endpoint. */
      addressing: Type.Optional(Type.Union([Type.Literal('path'), Type.Literal('virtual-host')])),
      /** Ids of the projects that may use it. */
      projects: Type.Optional(Type.Array(Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' }), { maxItems: 10_000 })),
    },
    { additionalProperties: false },
  ),
  { maxItems: 100 },
);
const validator = Compile(ExternalS3File);

type Entry = Static<typeof ExternalS3File>[number];

/** As the process that reads the files passes it on. Holds secrets. */
export interface ExternalS3Settings {
  readonly entry: Entry;
  readonly keys: string;
}

/** Throws `ConfigError`, which never holds keys. */
export function externalS3Settings(file: string | undefined, env: NodeJS.ProcessEnv): readonly ExternalS3Settings[] {
  if (file === undefined) return [];
  const entries = readEntries(file);
  checkDistinct(entries);
  return entries.map((entry) => ({ entry, keys: keysOf(entry, env) }));
}

export function externalS3({ entry, keys }: ExternalS3Settings): ExternalS3Config {
  const { name, endpoint, region = 'us-east-1', addressing, projects = [] } = entry;
  return {
    name,
    projects: new Set(projects),
    service: {
      endpoint: new URL(endpoint).origin,
      region,
      virtualHosts: addressing === 'virtual-host',
      ...parseKeys(keys),
    },
  };
}

/** Whether a variable of the environment holds keys. */
export function holdsExternalKeys(variable: string): boolean {
  return /^FGS_EXTERNAL_S3_[A-Z0-9]+_KEYS$/.test(variable);
}

function readEntries(file: string): Entry[] {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    // the message of a parser quotes the text
    const reason = cause instanceof SyntaxError ? 'it is not JSON' : (cause as Error).message;
    throw new ConfigError(`external_s3_file cannot be read: ${reason}`);
  }
  if (!validator.Check(value)) {
    const [error] = validator.Errors(value);
    const reason = error?.message === 'schema is false' ? 'is not a field' : error?.message;
    throw new ConfigError(
      `external_s3_file: ${error?.instancePath || 'the file'} ${reason}`,
      'It is a JSON list of objects with name, endpoint, region, keys_file, addressing and projects.',
    );
  }
  return value;
}

function checkDistinct(entries: readonly Entry[]): void {
  const names = new Set<string>();
  const grants = new Set<string>();
  for (const { name, endpoint, addressing, projects = [] } of entries) {
    if (names.has(name)) throw new ConfigError(`external_s3_file has two entries with the name ${name}`);
    names.add(name);
    const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
    if (url === undefined) throw new ConfigError(`external_s3_file: the endpoint of ${name} is not a URL`);
    if (addressing === 'virtual-host' && isIP(url.hostname.replace(/^\[|\]$/g, '')) !== 0) {
      throw new ConfigError(
        `external_s3_file: the endpoint of ${name} is a number, which has no names of buckets before it`,
        'Set its addressing to path.',
      );
    }
    for (const project of projects) {
      const grant = `${url.origin} ${project}`;
      if (grants.has(grant)) {
        throw new ConfigError(`external_s3_file has two entries at ${url.origin} for project ${project}`);
      }
      grants.add(grant);
    }
  }
}

function keysOf({ name, keys_file: file }: Entry, env: NodeJS.ProcessEnv): string {
  const variable = `FGS_EXTERNAL_S3_${name.toUpperCase()}_KEYS`;
  const setting = file === undefined ? variable : `keys_file of ${name}`;
  const keys = file === undefined ? env[variable] : readKeys(file, setting);
  if (keys === undefined || keys === '') {
    throw new ConfigError(
      `external_s3_file: the keys of ${name} are missing`,
      `Put them into a file and name it as keys_file, or set ${variable}. ${KEYS_FORM}`,
    );
  }
  checkKeys(keys, setting);
  return keys;
}
