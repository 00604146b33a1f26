import { PlatformError } from '../../lib/platform-error.ts';
import type { LogLevel } from '../../telemetry/index.ts';

const LEVELS: readonly LogLevel[] = ['DEBUG', 'INFO', 'WARN', 'ERROR'];

/** The filters that every log has; a filter that is absent or empty does not apply. */
interface RequestedLines {
  readonly keyword?: string | undefined;
  /** With commas between. */
  readonly level?: string | undefined;
}

/** Throws `invalid_request` for another level. */
export function levelsIn({ level = '' }: RequestedLines): { readonly levels?: LogLevel[] } {
  const requested = level
    .split(',')
    .filter((one) => one !== '')
    .map((one) => one.toUpperCase());
  const known = LEVELS.filter((one) => requested.includes(one));
  if (known.length !== new Set(requested).size)
    throw new PlatformError('invalid_request', `level must be of ${LEVELS.join(', ')}`);
  return known.length === 0 ? {} : { levels: known };
}

export function keywordIn({ keyword = '' }: RequestedLines): { readonly keyword?: string } {
  return keyword === '' ? {} : { keyword };
}

/** Whether a line of a followed log has the keyword, in any case of letters. */
export function hasKeyword({ keyword = '' }: RequestedLines): (line: { readonly message: string }) => boolean {
  const text = keyword.toLowerCase();
  return text === '' ? () => true : ({ message }) => message.toLowerCase().includes(text);
}
