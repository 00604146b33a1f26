import type { DayFile } from './day-file.ts';
import { type DerivedLine, finishText, startText, textOf } from './platform-lines.ts';
import type { LogQuery } from './types.ts';

const FAILED = { handlerMs: 0, initMs: 0, peakMemoryBytes: 0, memoryMb: 0, outcome: '', code: '' };
/** Words that are the same in the lines of every request. */
const USUAL = new Set([
  ...tokensOf(startText({ requestId: '', version: '' })),
  ...tokensOf(finishText({ ...FAILED, requestId: '' })),
]);
/** Parts of request ids, numbers, and numbers with their unit. */
const VARIABLE = /^([0-9a-f]+|[0-9]+(ms|mb))$/;
/** Words of the kinds of failures. */
const FAILURES = new Set([
  ...['function', 'error', 'load', 'init', 'failed', 'timeout', 'memory', 'disk', 'exceeded', 'crashed', 'heartbeat'],
  ...['cancelled', 'throttled', 'system'],
]);

/** Whether a line that is made from a record matches the query, besides its time and request. */
export function derivedFilter(query: LogQuery, byWords: boolean): (line: DerivedLine) => boolean {
  const { instanceId, versions, levels, keyword } = query;
  if (levels !== undefined && !levels.includes('INFO')) return () => false;
  const hasText = keyword === undefined ? () => true : byWords ? hasWords(keyword) : hasSubstring(keyword);
  return (line) => {
    const { record } = line;
    if (instanceId !== undefined && record.instanceId !== instanceId) return false;
    if (versions !== undefined && !versions.includes(record.version)) return false;
    return hasText(line);
  };
}

/**
 * Whether the platform's lines of a function may have the words: a search for other words, which are the usual ones,
 * need not read the records.
 */
export function mayHaveWords(file: DayFile, functionId: number, keyword: string): boolean {
  file.sumUpIfRoom();
  const rows = file.prepare<{ version: string }>('select distinct version from minute where function_id = ?');
  const known = new Set(rows.all(functionId).flatMap(({ version }) => tokensOf(version)));
  const isPossible = (word: string): boolean =>
    USUAL.has(word) || FAILURES.has(word) || known.has(word) || VARIABLE.test(word);
  return tokensOf(keyword).every(isPossible);
}

function hasWords(keyword: string): (line: DerivedLine) => boolean {
  const words = tokensOf(keyword);
  return (line) => {
    const tokens = tokensOf(textOf(line));
    return words.every((word) => tokens.includes(word));
  };
}

/** Only the case of ASCII letters does not matter, as for stored lines. */
function hasSubstring(keyword: string): (line: DerivedLine) => boolean {
  const folded = folds(keyword);
  return (line) => folds(textOf(line)).includes(folded);
}

function folds(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

function tokensOf(text: string): string[] {
  return text
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
}
