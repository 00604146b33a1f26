import { reasonOf, sqlStateOf } from './failure.ts';

const CREATE =
  'Make the database with that user as its owner: createdb --owner=USER --encoding=UTF8 --template=template0 NAME';

/** Hints for a refused login, by SQLSTATE. */
const BY_STATE: Readonly<Record<string, string>> = {
  '28P01':
    'Correct the user or the password: in the URL (special characters as %XX), its file, PGPASSWORD or ~/.pgpass.',
  '28000': 'Allow the user to connect from this machine: add a line to pg_hba.conf of PostgreSQL, and grant LOGIN.',
  '3D000': CREATE,
  '42501': 'Give the user its rights: GRANT CONNECT, CREATE ON DATABASE NAME TO USER, and CREATE on the schema.',
  '53300': 'PostgreSQL has no free connection: raise max_connections, or close other connections.',
  '57P03': 'PostgreSQL is starting or stopping: look into its log, then try again.',
};

/** Hints by error code of the operating system. */
const BY_CODE: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'No server listens there: start PostgreSQL, or correct the host and the port of the URL.',
  ENOENT: 'There is no socket: start PostgreSQL, or correct the folder of the URL.',
  ENOTFOUND: 'The host of the URL is not known: correct it.',
  EAI_AGAIN: 'The host of the URL could not be looked up: see whether name servers answer.',
  EHOSTUNREACH: 'The host of the URL is unreachable: see the network and firewalls.',
  ENETUNREACH: 'The host of the URL is unreachable: see the network and firewalls.',
  ETIMEDOUT: 'The host of the URL does not answer: see whether it runs, and firewalls.',
  EACCES: 'The user who runs the server may not use the socket: correct the rights of its folder.',
};

const BY_TEXT: readonly (readonly [RegExp, string])[] = [
  [
    /client password must be|no password/i,
    'PostgreSQL wants a password: in the URL, its file, PGPASSWORD or ~/.pgpass.',
  ],
  [/timeout/i, 'The host of the URL does not answer: see whether it runs, and firewalls.'],
  [/does not support SSL/i, 'Turn TLS on in PostgreSQL, or leave sslmode out of the URL.'],
  [/certificate|self.signed|altnames/i, 'Name the certificate of its authority: ?sslmode=verify-full&sslrootcert=FILE'],
];

/** Returns advice for a failed connection. The text never contains the URL or the password. */
export function connectHint(error: unknown): string {
  const state = BY_STATE[sqlStateOf(error) ?? ''];
  if (state !== undefined) return state;
  const code = BY_CODE[codeOf(error)];
  if (code !== undefined) return code;
  const text = reasonOf(error);
  const known = BY_TEXT.find(([pattern]) => pattern.test(text));
  return (
    known?.[1] ?? 'See whether PostgreSQL runs there, and whether user, password and database of the URL are right.'
  );
}

/** A host with several addresses fails with one error for each address. */
function codeOf(error: unknown): string {
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' ? code : '';
}
