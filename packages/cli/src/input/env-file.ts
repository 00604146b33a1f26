import { usageError } from '../framework/index.ts';

const LINE = /^\s*(?:export\s+)?([^\s=#'"]+)\s*=[ \t]*/;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/** The value between quotes that begin at `from`, and the place behind it; undefined without a closing quote. */
function quoted(text: string, from: number): { readonly value: string; readonly end: number } | undefined {
  const quote = text[from];
  let value = '';
  for (let at = from + 1; at < text.length; at += 1) {
    const char = text[at] ?? '';
    if (char === quote) return { value, end: at + 1 };
    if (char === '\\' && quote === '"' && at + 1 < text.length) {
      at += 1;
      const escaped = text[at] ?? '';
      value += ESCAPES[escaped] ?? (/["\\$]/.test(escaped) ? escaped : `\\${escaped}`);
    } else value += char;
  }
  return undefined;
}

/**
 * Variables of a file as shells and dotenv read it: `export`, comments, single quotes, and double quotes with `\n`; both
 * kinds may span lines. `$NAME` is text. The last of equal names wins. Throws usage errors without values, which may be
 * secrets; `place` names the file.
 */
export function parseEnvFile(source: string, place: string): Map<string, string> {
  const text = source.replace(/^\ufeff/, '').replaceAll('\r\n', '\n');
  const values = new Map<string, string>();
  for (let at = 0, line = 1; at < text.length; ) {
    const lineEnd = text.indexOf('\n', at) < 0 ? text.length : text.indexOf('\n', at);
    const rest = text.slice(at, lineEnd);
    let end = lineEnd;
    if (!/^\s*(#|$)/.test(rest)) {
      const [start, name] = LINE.exec(rest) ?? [];
      if (start === undefined || name === undefined) throw usageError(`line ${line} of ${place} is not NAME=VALUE`);
      const from = at + start.length;
      if (/["']/.test(text[from] ?? '')) {
        const read = quoted(text, from);
        if (read === undefined) throw usageError(`line ${line} of ${place}: the quote has no end`);
        end = text.indexOf('\n', read.end) < 0 ? text.length : text.indexOf('\n', read.end);
        if (!/^\s*(#.*)?$/.test(text.slice(read.end, end)))
          throw usageError(`line ${line} of ${place}: only a comment may follow the closing quote`);
        values.set(name, read.value);
      } else
        values.set(
          name,
          text
            .slice(from, lineEnd)
            .replace(/(^|\s+)#.*$/, '')
            .trim(),
        );
    }
    line += text.slice(at, end).split('\n').length;
    at = end + 1;
  }
  return values;
}
