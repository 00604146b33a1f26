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

interface Filter {
  readonly matches: (line: DerivedLine) => boolean;
  readonly onlyFailed: boolean;
}

/**
 * Filters lines that are made from records, besides time and request. Undefined when none can match: a search for other
 * words than theirs, which is the usual one, need not read the records.
 */
export function derivedFilter(
  file: DayFile,
  functionId: number,
  query: LogQuery,
  byWords: boolean,
): Filter | undefined {
  const { instanceId, versions, levels, keyword } = query;
  if (levels !== undefined && !levels.includes('INFO')) return undefined;
  const found = byWords
    ? findWords(file, functionId, keyword ?? '')
    : { hasText: hasSubstring(keyword), onlyFailed: false };
  if (found === undefined) return undefined;
  const { hasText, onlyFailed } = found;
  const matches = (line: DerivedLine): boolean => {
    const { record } = line;
    if (instanceId !== undefined && record.instanceId !== instanceId) return false;
    if (versions !== undefined && !versions.includes(record.version)) return false;
    return !(onlyFailed && record.outcome === 'ok') && hasText(line);
  };
  return { matches, onlyFailed };
}

type HasText = (line: DerivedLine) => boolean;

function findWords(
  file: DayFile,
  functionId: number,
  keyword: string,
): { readonly hasText: HasText; readonly onlyFailed: boolean } | undefined {
  file.sumUpIfRoom();
  const rows = file.prepare<{ version: string }>('select distinct version from minute where function_id = ?');
  const known = new Set(rows.all(functionId).flatMap(({ version }) => tokensOf(version)));
  const words = tokensOf(keyword);
  const special = words.filter((word) => !(USUAL.has(word) || known.has(word) || VARIABLE.test(word)));
  if (!special.every((word) => FAILURES.has(word))) return undefined;
  return { hasText: hasWords(words), onlyFailed: special.length > 0 };
}

function hasWords(words: readonly string[]): HasText {
  return (line) => {
    const tokens = tokensOf(textOf(line));
    return words.every((word) => tokens.includes(word));
  };
}

/** Only the case of ASCII letters does not matter, as for stored lines. */
function hasSubstring(keyword: string | undefined): HasText {
  if (keyword === undefined) return () => true;
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
