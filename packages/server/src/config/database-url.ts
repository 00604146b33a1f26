import { readFileSync } from 'node:fs';
import { ConfigError } from './compile.ts';

const FORM = 'Write it as postgres://user@host:5432/database; special characters of a password as %XX.';

/** The source of `database_url`: other users of the machine can read the command line. */
export interface DatabaseKeys {
  readonly url: string | undefined;
  readonly file: string | undefined;
  readonly onCommandLine: boolean;
}

/** The URL of the database, undefined for SQLite in the data directory. Throws `ConfigError`, which never holds it. */
export function databaseUrl({ url, file, onCommandLine }: DatabaseKeys): string | undefined {
  if (url !== undefined && file !== undefined) {
    throw new ConfigError('database_url and database_url_file cannot both be set');
  }
  if (file !== undefined) return checked(readUrl(file), 'the URL in database_url_file').text;
  if (url === undefined) return undefined;
  const { text, hasPassword } = checked(url, 'database_url');
  if (!onCommandLine || !hasPassword) return text;
  throw new ConfigError(
    '--database-url has a password, and every user of the machine can read command lines',
    'Put the URL into a file (--database-url-file) or into FGS_DATABASE_URL, or the password into PGPASSWORD or ~/.pgpass.',
  );
}

/** libpq takes several, and the driver one. */
const SEVERAL_HOSTS = /^\w+:\/\/(?:[^/?#]*@)?[^@/?#]*,[^@/?#]*(?:[/?#]|$)/;

function checked(text: string, what: string): { text: string; hasPassword: boolean } {
  if (SEVERAL_HOSTS.test(text)) {
    throw new ConfigError(
      `${what} names several hosts`,
      'Name one address that leads to the primary: docs/guides/postgresql.md, "A standby that takes over".',
    );
  }
  let parsed: URL;
  try {
    parsed = new URL(text);
    // text that cannot be decoded would otherwise fail later and look like a database error
    for (const part of [parsed.username, parsed.password, parsed.pathname]) decodeURIComponent(part);
  } catch {
    // no cause: it quotes the URL
    throw new ConfigError(`${what} is not a URL`, FORM);
  }
  if (parsed.protocol !== 'postgres:' && parsed.protocol !== 'postgresql:') {
    throw new ConfigError(`${what} is not the URL of a PostgreSQL database`, FORM);
  }
  if (parsed.pathname.length < 2) throw new ConfigError(`${what} names no database`, FORM);
  return { text, hasPassword: parsed.password !== '' || parsed.searchParams.has('password') };
}

function readUrl(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new ConfigError(
      `database_url_file cannot be read: ${(cause as Error).message}`,
      'It must name a file with the URL of the database, which the user who runs the server may read.',
    );
  }
}
