/** Where a text stops being JSON; both count from 1. */
export interface JsonProblem {
  readonly line: number;
  readonly column: number;
}

const BLANK = /[ \t\n\r]*/y;
const STRING = /"(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/uy;
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/** Browsers do not always say where, so the text is read once more. */
class Reader {
  at = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  #take(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    if (!pattern.test(this.#text)) return false;
    this.at = pattern.lastIndex;
    return true;
  }

  sign(char: string): boolean {
    this.#take(BLANK);
    if (this.#text[this.at] !== char) return false;
    this.at += 1;
    return true;
  }

  /** Returns false at the first character that cannot stand there. */
  value(): boolean {
    if (this.sign('{')) return this.#list('}', () => this.#string() && this.sign(':') && this.value());
    if (this.sign('[')) return this.#list(']', () => this.value());
    return this.#string() || this.#take(SCALAR);
  }

  #string(): boolean {
    this.#take(BLANK);
    return this.#take(STRING);
  }

  #list(end: string, item: () => boolean): boolean {
    if (this.sign(end)) return true;
    do if (!item()) return false;
    while (this.sign(','));
    return this.sign(end);
  }
}

/** The first place where a text is no JSON; undefined when it is. */
export function jsonProblem(text: string): JsonProblem | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch {
    const reader = new Reader(text);
    try {
      // what follows a whole value is wrong from its first character
      if (reader.value()) reader.sign('');
    } catch {
      // nested too deeply: as far as it was read
    }
    const before = text.slice(0, reader.at).split('\n');
    return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  }
}
