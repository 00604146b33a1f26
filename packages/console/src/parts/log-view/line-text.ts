/** Characters of a line that a row shows; the rest is in the opened row. */
const ROW_LENGTH = 2000;
const MAX_MARKS = 200;
const HEX = 16;
/** Joins the parts of emoji; changes the order of nothing. */
const JOINER = '\u200d';
const KEPT = new Set(['\n', '\t', JOINER]);

function visible(char: string): string {
  if (KEPT.has(char)) return char;
  const code = (char.codePointAt(0) ?? 0).toString(HEX);
  return code.length > 2 ? `\\u{${code}}` : `\\x${code.padStart(2, '0')}`;
}

/**
 * A message with characters in place of those that a terminal or a browser would obey: colours, bells, changes of the
 * direction of text.
 */
export const shownText = (message: string): string =>
  message.replace(/\r?\n$/, '').replace(/[\p{Cc}\p{Cf}]/gu, visible);

/** The beginning of a message on one line, and how many characters are missing. */
export function rowText(message: string): { readonly text: string; readonly missing: number } {
  const missing = Math.max(0, message.length - ROW_LENGTH);
  return { text: shownText(message.slice(0, ROW_LENGTH)).replace(/\n/g, ' ↵ '), missing };
}

/** JSON objects on several lines; other messages as they are. */
export function fullText(message: string): string {
  if (!/^\s*[[{]/.test(message)) return shownText(message);
  try {
    return shownText(JSON.stringify(JSON.parse(message), null, 2));
  } catch {
    return shownText(message);
  }
}

export interface TextPart {
  /** Where it begins. */
  readonly at: number;
  readonly text: string;
  readonly isHit: boolean;
}

/** A text cut at the places of a keyword, in any case of letters. */
export function markedParts(text: string, keyword: string): readonly TextPart[] {
  if (keyword === '') return [{ at: 0, text, isHit: false }];
  const pattern = new RegExp(keyword.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'gi');
  const parts: TextPart[] = [];
  let end = 0;
  for (const { index, 0: hit } of text.matchAll(pattern)) {
    if (parts.length >= MAX_MARKS) break;
    if (index > end) parts.push({ at: end, text: text.slice(end, index), isHit: false });
    parts.push({ at: index, text: hit, isHit: true });
    end = index + hit.length;
  }
  if (end < text.length) parts.push({ at: end, text: text.slice(end), isHit: false });
  return parts;
}
