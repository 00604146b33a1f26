import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ConfigError } from './compile.ts';

/** The text of the file that the setting `key` names. Throws `ConfigError`. */
export function readSettingFile(file: string, key: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new ConfigError(
      `${key} cannot be read: ${(cause as Error).message}`,
      'It must name a file that the user who starts the server may read.',
    );
  }
}

/** Certificates (PEM) in the file that the setting `key` names. Throws `ConfigError`. */
export function readCertificates(file: string, key: string): string {
  const pem = readSettingFile(file, key);
  try {
    new X509Certificate(pem);
    return pem;
  } catch {
    throw new ConfigError(`${key} has no certificate`, 'It must begin with -----BEGIN CERTIFICATE-----.');
  }
}
