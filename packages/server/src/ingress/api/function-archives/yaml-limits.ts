import { CST, Lexer } from 'yaml';

/** A configuration has some hundred; the parser takes some ten milliseconds for this many. */
const MAX_TOKENS = 10_000;
/** Brackets inside each other. */
const MAX_DEPTH = 32;
/** Where a list item or a key may begin. Each level of blocks is indented further than the one around it. */
const MAX_COLUMN = 64;

const LIST_OR_KEY: ReadonlySet<unknown> = new Set(['seq-item-ind', 'explicit-key-ind']);

/**
 * Refuses text that would take the parser too long or nest deeper than its stack; the lexer needs little time and stack
 * for any text. Throws `SyntaxError`.
 */
export function checkYaml(text: string): void {
  let [tokens, depth, column, indent] = [0, 0, 0, 0];
  let isAtStart = true;
  for (const source of new Lexer().lex(text)) {
    tokens += 1;
    if (tokens > MAX_TOKENS) throw new SyntaxError(`it has more than ${MAX_TOKENS} parts`);
    const type = CST.tokenType(source);
    if (isAtStart && type !== 'space') {
      isAtStart = false;
      indent = column;
    }
    if (type === 'flow-seq-start' || type === 'flow-map-start') depth += 1;
    else if (type === 'flow-seq-end' || type === 'flow-map-end') depth -= 1;
    // in brackets, columns mean nothing
    const at = depth > 0 ? 0 : LIST_OR_KEY.has(type) ? column : type === 'map-value-ind' ? indent : 0;
    if (depth > MAX_DEPTH || at > MAX_COLUMN) throw new SyntaxError('it is nested too deeply');
    const lineBreak = source.lastIndexOf('\n');
    column = lineBreak < 0 ? column + source.length : source.length - lineBreak - 1;
    if (lineBreak >= 0) isAtStart = true;
  }
}
