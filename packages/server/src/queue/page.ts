/** More servers than ever enqueue a message in the same microsecond. */
const MOST_TIES = 32;

/** How many rows to read for a page. */
export function rowsFor(limit: number): number {
  return Math.max(limit, MOST_TIES) + 1;
}

/**
 * A page of rows in descending order of their positions. Pages continue below a position, so rows that two servers gave
 * the same one are never on different pages: a page has some rows less than the limit then, or more if it would have
 * none.
 */
export function pageOf<Row extends { readonly position: number }>(
  rows: readonly Row[],
  limit: number,
): { readonly page: readonly Row[]; readonly nextMarker: string | null } {
  const isSplitAt = (end: number): boolean => rows[end] !== undefined && rows[end].position === rows[end - 1]?.position;
  let end = Math.min(limit, rows.length);
  while (isSplitAt(end)) end -= 1;
  if (end === 0 && rows.length > 0) {
    end = 1;
    while (isSplitAt(end)) end += 1;
  }
  const page = rows.slice(0, end);
  const last = page.at(-1);
  return { page, nextMarker: end < rows.length && last !== undefined ? String(last.position) : null };
}
