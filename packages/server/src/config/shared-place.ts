import { ConfigError } from './compile.ts';
import { checkKeys, KEYS_FORM, parseKeys, readKeys } from './s3-keys.ts';
import type { RawConfig, SharedPlace } from './schema.ts';

/** The keys of the S3 service, `ACCESS_KEY:SECRET_KEY`. Throws `ConfigError`, which never holds them. */
export function s3Keys(raw: RawConfig, onCommandLine: boolean): string | undefined {
  const { s3_keys: keys, s3_keys_file: file } = raw;
  if (keys !== undefined && onCommandLine) {
    throw new ConfigError(
      'every user of the machine can read command lines, and so the keys in --s3-keys',
      'Put them into a file (--s3-keys-file) or into FGS_S3_KEYS.',
    );
  }
  if (keys !== undefined && file !== undefined) throw new ConfigError('s3_keys and s3_keys_file cannot both be set');
  const text = file === undefined ? keys : readKeys(file, 's3_keys_file');
  if (text !== undefined) checkKeys(text, 's3_keys');
  return text;
}

/** Where servers share their code; undefined: each server has its own. Throws `ConfigError`. */
export function sharedPlace(raw: RawConfig, keys: string | undefined): SharedPlace | undefined {
  const { artifacts, s3_endpoint: endpoint, s3_region: region = 'us-east-1' } = raw;
  const [, bucket, path = ''] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(artifacts ?? '') ?? [];
  if (bucket === undefined) {
    if (endpoint !== undefined || raw.s3_region !== undefined || keys !== undefined) {
      throw new ConfigError('settings of S3 are for artifacts in a bucket', 'Set artifacts to s3://BUCKET/PREFIX.');
    }
    return artifacts === undefined ? undefined : { kind: 'folder', folder: artifacts };
  }
  if (endpoint === undefined || !URL.canParse(endpoint)) {
    throw new ConfigError(
      `artifacts are in ${artifacts}, and s3_endpoint ${endpoint === undefined ? 'is missing' : 'is not a URL'}`,
      'Set it to the address of the S3 service, such as https://s3.eu-west-1.amazonaws.com.',
    );
  }
  if (keys === undefined) {
    throw new ConfigError(
      `artifacts are in ${artifacts}, and its keys are missing`,
      `Put them into a file and name it with --s3-keys-file, or set FGS_S3_KEYS. ${KEYS_FORM}`,
    );
  }
  return {
    kind: 's3',
    place: {
      endpoint: new URL(endpoint).origin,
      region,
      bucket,
      prefix: path === '' || path.endsWith('/') ? path : `${path}/`,
      ...parseKeys(keys),
    },
  };
}
