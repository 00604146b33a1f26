import { PlatformError } from '../../../lib/platform-error.ts';

/** What PostgreSQL said about a statement. Its details stay out: they quote rows, and rows hold secrets. */
class PostgresError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'PostgresError';
    this.code = code;
  }
}

export interface Failure {
  /** For the caller. Never holds a value of a row, nor how we log in. */
  readonly error: Error;
  /** The connection cannot be used any more. */
  readonly lost: boolean;
}

/** Sessions that are ended, broken connections, and a primary that has become a standby. */
const LOST = /^(?:57P|08|25006)/;
/** No room, no memory, cancelled, deadlock: nothing is wrong with the statement, and later it may succeed. */
const FOR_NOW = /^(?:53|57|40|55P03|58)/;

/** Tells a refused statement from a database that cannot be used. */
export function failureOf(thrown: unknown): Failure {
  const { code, severity } = fieldsOf(thrown);
  const error = new PostgresError(code ?? 'connection', reasonOf(thrown));
  if (code === undefined || LOST.test(code) || severity === 'FATAL' || severity === 'PANIC') {
    return { error: unavailable(`the connection to the database was lost: ${error.message}`, error), lost: true };
  }
  if (FOR_NOW.test(code)) {
    return { error: unavailable(`the database could not do it: ${error.message}`, error), lost: false };
  }
  return { error, lost: false };
}

/** The caller is told to try again; the message is for the log. */
export function unavailable(message: string, cause?: unknown): PlatformError {
  return new PlatformError('unavailable', message, { cause });
}

/** SQLSTATE of what the database said; undefined when it was not the database that failed. */
export function sqlStateOf(thrown: unknown): string | undefined {
  return fieldsOf(thrown).code;
}

/** In words, also for a host with several addresses, each of which failed. */
export function reasonOf(thrown: unknown): string {
  if (thrown instanceof AggregateError) return thrown.errors.map(reasonOf).join(', ');
  if (!(thrown instanceof Error)) return String(thrown);
  return thrown.message === '' ? thrown.name : thrown.message;
}

function fieldsOf(thrown: unknown): { code: string | undefined; severity: string | undefined } {
  if (!(thrown instanceof Error)) return { code: undefined, severity: undefined };
  const { code, severity } = thrown as { code?: unknown; severity?: unknown };
  // errors of sockets have codes, too, such as EPIPE; only the database says how severe it is
  if (typeof severity !== 'string' || typeof code !== 'string') return { code: undefined, severity: undefined };
  return { code, severity };
}
