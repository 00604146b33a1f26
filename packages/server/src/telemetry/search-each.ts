import { TelemetryError } from './errors.ts';
import type { LogLevel, LogLine, LogPage, LogQuery } from './types.ts';

/** A query of the logs of several functions. */
export interface EachQuery {
  readonly functionKeys: readonly string[];
  /** Ms since the epoch, inclusive. */
  readonly from: number;
  /** Ms since the epoch, exclusive. */
  readonly to: number;
  /** Anywhere in a line; case of ASCII letters does not matter. */
  readonly keyword?: string;
  readonly levels?: readonly LogLevel[];
  /** 1–1000. */
  readonly limit: number;
  /** `cursor` of the previous page, with the same query. */
  readonly cursor?: string;
}

/** Lines of several functions, newest first. */
export interface EachPage {
  readonly lines: readonly LogLine[];
  /** Null at the end. */
  readonly cursor: string | null;
  /** False when the search ended early: lines are missing anywhere in the range. */
  readonly complete: boolean;
}

/** Where a page ended: at a line of this time, behind that many of the same time. */
interface Place {
  readonly time: number;
  readonly skip: number;
}

/** Of lines of one millisecond, those behind this many are not found. */
const MAX_SKIP = 3000;
/** Of the messages of a page, which has at least one line. */
const MAX_PAGE_CHARS = 4 * 1024 * 1024;

/** Lines of several functions, newest first, from everywhere or from one server. */
export interface FoundLines {
  readonly lines: readonly LogLine[];
  /** False when the search ended early: lines are missing anywhere in the range. */
  readonly complete: boolean;
  /** There are more behind them, although they are fewer than the limit. */
  readonly hasMore?: boolean;
}

/** Finds the newest lines, at most `limit` of the query, which may be above that of a page. */
export type FindEach = (query: Omit<EachQuery, 'cursor'>) => Promise<FoundLines>;

/** A page of the lines that `find` finds. */
export async function pageOfEach(query: EachQuery, find: FindEach): Promise<EachPage> {
  const { cursor, limit, ...filter } = query;
  const place = cursor === undefined ? undefined : decodePlace(cursor);
  const to = place === undefined ? query.to : Math.min(place.time + 1, query.to);
  const skip = place?.skip ?? 0;
  const { lines: found, complete, hasMore = false } = await find({ ...filter, to, limit: skip + limit + 1 });
  const lines = page(found, skip, limit);
  if (!complete) return { lines, cursor: null, complete };
  const end = skip + lines.length;
  return { lines, cursor: hasMore || found.length > end ? placeAfter(found.slice(0, end)) : null, complete };
}

/**
 * Searches one function after another. Lines already found narrow the range of the next search, so that all but the first
 * few read little.
 */
export async function searchEach(
  query: Omit<EachQuery, 'cursor'>,
  search: (query: LogQuery) => Promise<LogPage>,
  isOver: () => boolean,
): Promise<FoundLines> {
  const { functionKeys, limit: want, to, ...filter } = query;
  let found: readonly LogLine[] = [];
  for (const functionKey of functionKeys) {
    // a line as old as the last one found would stand behind it
    const last = found.length === want ? found.at(-1) : undefined;
    const from = last === undefined ? query.from : Math.max(last.time + 1, query.from);
    if (from >= to) continue;
    let next: string | undefined;
    for (let left = want; ; ) {
      if (isOver()) return { lines: found, complete: false };
      const more = next === undefined ? {} : { cursor: next };
      const part = await search({
        ...{ ...filter, functionKey, from, to, limit: left },
        ...{ order: 'desc', byTime: true, ...more },
      });
      found = newestFirst(found, part.lines).slice(0, want);
      left -= part.lines.length;
      // a search that ran out of time goes on; one that has enough lines does not
      if (part.cursor === null || left <= 0) break;
      next = part.cursor;
    }
  }
  return { lines: found, complete: true };
}

function page(found: readonly LogLine[], skip: number, limit: number): readonly LogLine[] {
  let chars = 0;
  const lines = found.slice(skip, skip + limit);
  const end = lines.findIndex(({ message }, at) => {
    chars += message.length;
    return at > 0 && chars > MAX_PAGE_CHARS;
  });
  return end < 0 ? lines : lines.slice(0, end);
}

/** Both newest first; of two lines of the same time, that of `before` comes first. */
export function newestFirst(before: readonly LogLine[], added: readonly LogLine[]): LogLine[] {
  return [...before, ...added].sort((a, b) => b.time - a.time);
}

function placeAfter(shown: readonly LogLine[]): string | null {
  const time = shown.at(-1)?.time;
  if (time === undefined) return null;
  const skip = shown.filter((line) => line.time === time).length;
  const place = skip > MAX_SKIP ? [time - 1, 0] : [time, skip];
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/** Throws `telemetry.cursor` for text that no page returned. */
function decodePlace(text: string): Place {
  try {
    const parts: unknown = JSON.parse(Buffer.from(text.slice(0, 100), 'base64url').toString());
    if (Array.isArray(parts) && parts.length === 2) {
      const [time, skip] = parts.map(Number);
      const isPlace = Number.isSafeInteger(time) && Number.isSafeInteger(skip);
      if (isPlace && time !== undefined && skip !== undefined && skip >= 0 && skip <= MAX_SKIP) return { time, skip };
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new TelemetryError('telemetry.cursor', 'the cursor is not valid', 'Pass the cursor of the previous page.');
}
