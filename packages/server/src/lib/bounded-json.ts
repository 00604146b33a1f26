const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const OPEN_OBJECT = 0x7b;
const CLOSE_LIST = 0x5d;
const CLOSE_OBJECT = 0x7d;
const COMMA = 0x2c;
const COLON = 0x3a;
/** A text of at least this length is searched for its end instead of read byte by byte. */
const LONG_TEXT_BYTES = 64;

export interface JsonLimits {
  /** Lists and objects inside each other. */
  readonly depth: number;
  /** Counts opening brackets, commas and colons: they determine the parsing time and the memory of the value. */
  readonly tokens: number;
}

/** For documents of people and programs; parsing one takes a few milliseconds at most. */
export const DOCUMENT_LIMITS: JsonLimits = { depth: 64, tokens: 50_000 };

/**
 * `JSON.parse` for text from outside. Throws `SyntaxError` for text that is not JSON, and for text that is nested too
 * deeply or has too many values, before anything is built.
 */
export function parseBoundedJson(bytes: Buffer, limits: JsonLimits): unknown {
  measure(bytes, limits);
  return JSON.parse(bytes.toString('utf8'));
}

function measure(bytes: Buffer, limits: JsonLimits): void {
  let depth = 0;
  let tokens = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    switch (bytes[at]) {
      case QUOTE:
        at = endOfText(bytes, at + 1);
        break;
      case OPEN_LIST:
      case OPEN_OBJECT:
        depth += 1;
        tokens += 1;
        if (depth > limits.depth) throw new SyntaxError(`it is nested deeper than ${limits.depth} levels`);
        break;
      case CLOSE_LIST:
      case CLOSE_OBJECT:
        depth -= 1;
        break;
      case COMMA:
      case COLON:
        tokens += 1;
        break;
      default:
    }
    if (tokens > limits.tokens) throw new SyntaxError(`it has more than ${limits.tokens} values`);
  }
}

/** Position of the closing quote; the end of all bytes for a text without one. */
function endOfText(bytes: Buffer, from: number): number {
  let at = from;
  for (const near = Math.min(bytes.length, from + LONG_TEXT_BYTES); at < near; at += 1) {
    if (bytes[at] === QUOTE) return at;
    if (bytes[at] === BACKSLASH) at += 1;
  }
  for (;;) {
    const quote = bytes.indexOf(QUOTE, at);
    if (quote < 0) return bytes.length;
    let before = quote;
    while (before > at && bytes[before - 1] === BACKSLASH) before -= 1;
    at = quote + 1;
    if ((quote - before) % 2 === 0) return quote;
  }
}
