/**
 * A database failure that an operator can act on.
 * Codes: `storage.unreadable`, `storage.schema`, `storage.parameter`, `storage.guard`, `storage.raw_transaction`,
 * `storage.transaction_timeout`, `storage.closed`, `storage.overloaded`, `storage.locked`, `storage.foreign`,
 * `storage.missing`.
 */
export class StorageError extends Error {
  readonly code: string;
  readonly hint: string;

  constructor(code: string, message: string, options: { hint: string; cause?: unknown }) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'StorageError';
    this.code = code;
    this.hint = options.hint;
  }
}

const uniqueCodes = new Set(['SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY', '23505']);

/** True when a statement was refused because a unique key exists already, for every database. */
export function isUniqueViolation(error: unknown): boolean {
  return uniqueCodes.has(codeOf(error));
}

/** True when a batch was undone because a statement that had to change a row found none. */
export function isGuard(error: unknown): boolean {
  return codeOf(error) === 'storage.guard';
}

/** True when PostgreSQL refused a statement, which one of its values may have caused. */
export function isRefusedValue(error: unknown): boolean {
  return /^[0-9A-Z]{5}$/.test(codeOf(error));
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
