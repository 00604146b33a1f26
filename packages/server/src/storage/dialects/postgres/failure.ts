import { PlatformError } from '../../../lib/platform-error.ts';
import { StorageError } from '../../errors.ts';

/** A refused statement. Its details are left out: they quote rows, and rows hold secrets. */
class PostgresError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'PostgresError';
    this.code = code;
  }
}

export interface Failure {
  /** For the caller. Never contains a value of a row, nor credentials. */
  readonly error: Error;
  /** The connection cannot be used any more. */
  readonly lost: boolean;
  /** The call changed nothing and may succeed when it runs again. */
  readonly again: boolean;
}

/** Ended sessions, broken connections, and a primary that has become a standby. */
const LOST = /^(?:57P|08|25006)/;
/** No space, no memory, cancelled, deadlock: the statement is valid and may succeed later. */
const FOR_NOW = /^(?:53|57|40|55P03|58)/;
/** Deadlocks and serialization failures: the database has rolled the transaction back. */
const ROLLED_BACK = /^40/;

/** Distinguishes a refused statement from an unusable connection. */
export function failureOf(thrown: unknown): Failure {
  if (thrown instanceof StorageError) return { error: thrown, lost: false, again: false };
  const { code, severity } = fieldsOf(thrown);
  const error = new PostgresError(code ?? 'connection', reasonOf(thrown));
  if (code === undefined || LOST.test(code) || severity === 'FATAL' || severity === 'PANIC') {
    return {
      error: unavailable(`the connection to the database was lost: ${error.message}`, error),
      lost: true,
      again: true,
    };
  }
  if (FOR_NOW.test(code)) {
    const again = ROLLED_BACK.test(code);
    return { error: unavailable(`the database could not do it: ${error.message}`, error), lost: false, again };
  }
  return { error, lost: false, again: false };
}

/** The API answers that the request may be retried; the message is for the log. */
export function unavailable(message: string, cause?: unknown): PlatformError {
  return new PlatformError('unavailable', message, { cause });
}

/** SQLSTATE of an error of the database; undefined for other errors. */
export function sqlStateOf(thrown: unknown): string | undefined {
  return fieldsOf(thrown).code;
}

/** Error text; for a host with several addresses, the errors of all. */
export function reasonOf(thrown: unknown): string {
  if (thrown instanceof AggregateError) return thrown.errors.map(reasonOf).join(', ');
  if (!(thrown instanceof Error)) return String(thrown);
  return thrown.message === '' ? thrown.name : thrown.message;
}

function fieldsOf(thrown: unknown): { code: string | undefined; severity: string | undefined } {
  if (!(thrown instanceof Error)) return { code: undefined, severity: undefined };
  const { code, severity } = thrown as { code?: unknown; severity?: unknown };
  // errors of sockets have codes, too, such as EPIPE; only errors of the database have a severity
  if (typeof severity !== 'string' || typeof code !== 'string') return { code: undefined, severity: undefined };
  return { code, severity };
}
