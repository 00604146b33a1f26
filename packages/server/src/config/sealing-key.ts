import { readFileSync } from 'node:fs';
import { ConfigError } from './compile.ts';

/** The sealing key in a file, as 64 hexadecimal digits. Throws `ConfigError`, which never quotes the file. */
export function sealingKey(file: string | undefined, hasDatabaseUrl: boolean): string | undefined {
  if (file === undefined) return undefined;
  if (!hasDatabaseUrl) {
    throw new ConfigError(
      'key_file is for servers that share a PostgreSQL database, and no database URL is set',
      'Leave it out: the key of a server with SQLite is master.key in its data directory.',
    );
  }
  let text: string;
  try {
    text = readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new ConfigError(
      `the sealing key cannot be read: ${(cause as Error).message}`,
      'key_file must name a copy of master.key of the first server that the user who starts the server may read.',
    );
  }
  if (/^[0-9a-f]{64}$/.test(text)) return text;
  throw new ConfigError(
    'the sealing key is damaged: it must have 64 hexadecimal digits',
    'Copy master.key from the data directory of the first server.',
  );
}
