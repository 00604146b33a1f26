import { PlatformError } from '../../../lib/platform-error.ts';
import { type AccessLine, readAccessLine } from './access-line.ts';
import type { AccessLog } from './access-log.ts';
import { linesBackwards } from './lines-backwards.ts';

/** Of one page. */
const MAX_BYTES = 128 * 1024 * 1024;
/** Lines are in the order in which answers ended, by another clock than their times. */
const SLACK_MS = 60_000;

export interface AccessQuery {
  /** Whether a line is of those that the caller may see, and of those that it asked for. */
  readonly matches: (line: AccessLine) => boolean;
  /** Answers that ended in this range. */
  readonly from: number;
  readonly to: number;
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly isOver: () => boolean;
}

export interface AccessPage {
  /** The newest first. */
  readonly lines: readonly AccessLine[];
  /** Whether the page ends because it is full, or because the log has no more lines. */
  readonly complete: boolean;
  readonly cursor: string | undefined;
}

interface Place {
  readonly file: string;
  /** Lines before this byte follow. */
  readonly before: number;
}

/** Reads the access log from its end. It gives way to requests after each portion. Throws `invalid_request`. */
export async function searchAccess(log: AccessLog, query: AccessQuery): Promise<AccessPage> {
  await log.flush();
  const { from, to, limit, matches, isOver } = query;
  const start = query.cursor === undefined ? undefined : placeOf(query.cursor);
  const lines: AccessLine[] = [];
  let bytes = 0;
  let place: Place | undefined;
  for (const { name, path, day } of log.newestFirst()) {
    if (start !== undefined && name > start.file) continue;
    if (day - SLACK_MS > to) continue;
    const end = name === start?.file ? start.before : undefined;
    for await (const portion of linesBackwards(path, end)) {
      for (const { text, at } of portion) {
        const line = readAccessLine(text);
        const endedAt = line === undefined ? Number.NaN : Date.parse(line.time) + line.ms;
        if (endedAt < from - SLACK_MS) return { lines, complete: true, cursor: undefined };
        if (line !== undefined && endedAt >= from && endedAt < to && matches(line)) {
          if (lines.length === limit && place !== undefined) {
            return { lines, complete: true, cursor: cursorOf(place) };
          }
          lines.push(line);
        }
        bytes += text.length;
        place = { file: name, before: at };
      }
      if (place !== undefined && (isOver() || bytes > MAX_BYTES)) {
        return { lines, complete: false, cursor: cursorOf(place) };
      }
    }
  }
  return { lines, complete: true, cursor: undefined };
}

function cursorOf({ file, before }: Place): string {
  return Buffer.from(JSON.stringify([file, before])).toString('base64url');
}

/** Throws `invalid_request`. Any place in the log is allowed: what is shown of a line depends on the line alone. */
function placeOf(cursor: string): Place {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor.slice(0, 200), 'base64url').toString());
    if (Array.isArray(parts) && typeof parts[0] === 'string' && Number.isSafeInteger(parts[1])) {
      return { file: parts[0], before: Math.max(0, Number(parts[1])) };
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new PlatformError('invalid_request', 'the cursor is not valid', {
    hint: 'Pass the cursor of the previous page.',
  });
}
