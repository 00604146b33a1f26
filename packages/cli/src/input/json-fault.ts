/** The first place where a text stops being JSON. */
export interface JsonFault {
  readonly line: number;
  readonly column: number;
  readonly expected: string;
  /** The next character in quotes, or the end of the text. */
  readonly found: string;
}

type State = 'value' | 'value or ]' | 'name' | 'name or }' | 'colon' | 'comma' | 'end';

const NAME = 'a name in double quotes';
const EXPECTED: Readonly<Record<Exclude<State, 'comma'>, string>> = {
  value: 'a value',
  'value or ]': 'a value or "]"',
  name: NAME,
  'name or }': `${NAME} or "}"`,
  colon: '":"',
  end: 'the end',
};

const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.+-])|(?:true|false|null)(?!\w)/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

const matchEnd = (pattern: RegExp, text: string, at: number): number => {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : -1;
};

/** The end of the string that begins at `at`, or the place of its fault. */
function stringEnd(text: string, at: number): { readonly end: number } | { readonly fault: number } {
  for (let i = at + 1; i < text.length; ) {
    const code = text.charCodeAt(i);
    if (code === 0x22) return { end: i + 1 };
    if (code < 0x20) return { fault: i };
    const next: number = code === 0x5c ? matchEnd(ESCAPE, text, i) : i + 1;
    if (next < 0) return { fault: i };
    i = next;
  }
  return { fault: text.length };
}

/** Reads tokens with a stack of its own: depth of nesting costs no call stack. */
function firstFault(text: string): { readonly at: number; readonly expected: string } | undefined {
  const open: ('{' | '[')[] = [];
  let state: State = 'value';
  const fault = (at: number) => ({
    at,
    expected: state === 'comma' ? `"," or "${open.at(-1) === '{' ? '}' : ']'}"` : EXPECTED[state],
  });
  for (let at = 0; ; ) {
    while (/[ \t\n\r]/.test(text[at] ?? '')) at += 1;
    const char = text[at];
    if (char === undefined) return state === 'end' ? undefined : fault(at);
    const within = open.at(-1);
    const isValue: boolean = state === 'value' || state === 'value or ]';
    const closes: boolean =
      (char === ']' && within === '[' && (state === 'value or ]' || state === 'comma')) ||
      (char === '}' && within === '{' && (state === 'name or }' || state === 'comma'));
    const isName: boolean = state === 'name' || state === 'name or }';
    if (closes) {
      open.pop();
      state = open.length === 0 ? 'end' : 'comma';
      at += 1;
    } else if (state === 'colon' && char === ':') {
      state = 'value';
      at += 1;
    } else if (state === 'comma' && char === ',') {
      state = within === '{' ? 'name' : 'value';
      at += 1;
    } else if (isValue && (char === '{' || char === '[')) {
      open.push(char);
      state = char === '{' ? 'name or }' : 'value or ]';
      at += 1;
    } else if ((isValue || isName) && char === '"') {
      const read = stringEnd(text, at);
      if ('fault' in read) {
        const isEnd = read.fault === text.length;
        return { at: read.fault, expected: isEnd ? 'a double quote at the end of the text' : 'an escape such as \\n' };
      }
      at = read.end;
      state = isName ? 'colon' : open.length === 0 ? 'end' : 'comma';
    } else {
      const end = isValue ? matchEnd(SCALAR, text, at) : -1;
      if (end < 0) return fault(at);
      at = end;
      state = open.length === 0 ? 'end' : 'comma';
    }
  }
}

/** Where and why a text is not JSON; undefined when it is. */
export function jsonFault(text: string): JsonFault | undefined {
  const fault = firstFault(text);
  if (fault === undefined) return undefined;
  const lines = text.slice(0, fault.at).split('\n');
  const char = String.fromCodePoint(text.codePointAt(fault.at) ?? 0);
  return {
    line: lines.length,
    column: Array.from(lines.at(-1) ?? '').length + 1,
    expected: fault.expected,
    found: fault.at >= text.length ? 'the end' : JSON.stringify(char),
  };
}
