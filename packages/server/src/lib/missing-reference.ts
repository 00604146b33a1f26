const CODES = new Set(['SQLITE_CONSTRAINT_FOREIGNKEY', '23503']);

/**
 * True when the database refused a row because of a missing referenced row, or a deletion because a row still refers to
 * it.
 */
export function isMissingReference(error: unknown): boolean {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    if ('code' in at && CODES.has(String(at.code))) return true;
  }
  return false;
}
