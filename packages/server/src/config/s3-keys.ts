import { readFileSync } from 'node:fs';
import type { S3Service } from '../lib/s3-place.ts';
import { Secret } from '../lib/secret.ts';
import { ConfigError } from './compile.ts';

export const KEYS_FORM = 'Write them as ACCESS_KEY:SECRET_KEY in one line.';

/** The keys of an S3 service in the file that `setting` names. Throws `ConfigError`, which never holds them. */
export function readKeys(file: string, setting: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new ConfigError(
      `${setting} cannot be read: ${(cause as Error).message}`,
      `It must name a file with the keys, which the user who runs the server may read. ${KEYS_FORM}`,
    );
  }
}

export function checkKeys(text: string, setting: string): void {
  if (/^[^\s:]+:\S+$/.test(text)) return;
  throw new ConfigError(`the keys of the S3 service in ${setting} do not have their form`, KEYS_FORM);
}

/** Parses checked keys. */
export function parseKeys(text: string): Pick<S3Service, 'accessKey' | 'secretKey'> {
  const at = text.indexOf(':');
  return { accessKey: text.slice(0, at), secretKey: new Secret(text.slice(at + 1)) };
}
