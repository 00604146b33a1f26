import type { Parameters, Rule } from '../problems/problem.ts';
import { EXPRESSION, ExpressionError } from './expression-error.ts';

const STRAIGHT = "'";
const CURLY = '‘’';
/** Characters that end a name. */
const RESERVED = '.[](){}\'"‘’“”`,:?@$*=!<>|&\\';
const NUMBER = /-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;

/** Reads a text from left to right; each character is looked at a constant number of times. */
export class Scanner {
  readonly text: string;
  position = 0;

  constructor(text: string) {
    this.text = text;
  }

  fail(rule: Rule, parameters: Parameters = {}, position: number = this.position): never {
    throw new ExpressionError(rule, parameters, { position });
  }

  get done(): boolean {
    return this.position >= this.text.length;
  }

  skipBlanks(): void {
    while (!this.done && isBlank(this.text.charAt(this.position))) this.position++;
  }

  /** Whether the text goes on with the symbol. */
  at(symbol: string): boolean {
    return this.text.startsWith(symbol, this.position);
  }

  /** Goes past the symbol if it comes next. */
  take(symbol: string): boolean {
    const found = this.at(symbol);
    if (found) this.position += symbol.length;
    return found;
  }

  takeOneOf<T extends string>(symbols: readonly T[]): T | undefined {
    return symbols.find((symbol) => this.take(symbol));
  }

  /** The characters of a name, perhaps none. */
  takeName(): string {
    const from = this.position;
    while (!this.done && isNameCharacter(this.text.charAt(this.position))) this.position++;
    return this.text.slice(from, this.position);
  }

  takeNumber(): number | undefined {
    NUMBER.lastIndex = this.position;
    const found = NUMBER.exec(this.text)?.[0];
    if (found === undefined) return undefined;
    const value = Number(found);
    if (!Number.isFinite(value)) this.fail(EXPRESSION.number, { value: found.slice(0, 40) });
    this.position += found.length;
    return value;
  }

  /** A text in straight or curly single quotes; `\'` and `\\` stand for a quote and a backslash. */
  takeText(): string | undefined {
    const opening = this.text.charAt(this.position);
    if (opening === '' || !(STRAIGHT + CURLY).includes(opening)) return undefined;
    const closing = opening === STRAIGHT ? STRAIGHT : CURLY;
    const from = this.position;
    let content = '';
    for (let at = from + 1; at < this.text.length; at++) {
      const character = this.text.charAt(at);
      const next = this.text.charAt(at + 1);
      if (character === '\\' && next !== '' && `\\${closing}`.includes(next)) {
        content += next;
        at++;
      } else if (closing.includes(character)) {
        this.position = at + 1;
        return content;
      } else content += character;
    }
    return this.fail(EXPRESSION.quote_missing, {}, from);
  }
}

const isBlank = (character: string): boolean => /\s/.test(character);

const isNameCharacter = (character: string): boolean =>
  !RESERVED.includes(character) && !isBlank(character) && character > '\u001f' && character !== '\u007f';
