import { keyOf, type ShownLine } from '../../parts/log-view/index.ts';

/** Lines that a page holds at most; older ones go. */
export const MOST_LINES = 10_000;

/** The lines of one source that were read so far. */
export interface SourceLines {
  /** Newest first. */
  readonly lines: readonly ShownLine[];
  readonly hasMore: boolean;
}

const byTime = (a: ShownLine, b: ShownLine): number => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0);

/**
 * Lines of several sources in the order of time. Lines older than what a source may still have are held back until that
 * was read, so that none appears between lines that were shown before.
 */
export function merged(sources: readonly SourceLines[]): readonly ShownLine[] {
  const unfinished = sources.filter(({ hasMore }) => hasMore);
  const complete =
    unfinished
      .map(({ lines }) => lines.at(-1)?.time ?? '')
      .sort()
      .at(-1) ?? '';
  return sources
    .flatMap(({ lines }) => lines.toReversed())
    .filter(({ time }) => time >= complete)
    .sort(byTime);
}

/** What was read and what came in live, without the lines that are in both. */
export function joined(read: readonly ShownLine[], live: readonly ShownLine[]): readonly ShownLine[] {
  const begin = live[0]?.time;
  if (begin === undefined) return read;
  const known = new Set(read.filter(({ time }) => time >= begin).map(keyOf));
  const added = live.filter((line) => !known.has(keyOf(line)));
  return [...read, ...added].slice(-MOST_LINES);
}
