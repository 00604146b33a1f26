const PAGE = 500;

export interface LogPageQuery {
  readonly order: 'desc';
  readonly limit: string;
  readonly cursor?: string;
}

/** The newest lines of a log, at most `limit`, oldest first like any log. */
export async function newestLines<Line>(
  limit: number,
  read: (page: LogPageQuery) => Promise<{ readonly lines: readonly Line[]; readonly next_cursor?: string }>,
): Promise<Line[]> {
  const lines: Line[] = [];
  for (let cursor: string | undefined; lines.length < limit; ) {
    const size = String(Math.min(PAGE, limit - lines.length));
    const page = await read({ order: 'desc', limit: size, ...(cursor === undefined ? {} : { cursor }) });
    lines.push(...page.lines);
    // a page without lines may have a cursor: the search goes on there
    cursor = page.next_cursor;
    if (cursor === undefined) break;
  }
  return lines.reverse();
}
