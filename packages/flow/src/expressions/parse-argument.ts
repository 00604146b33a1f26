import { EXPRESSION } from './expression-error.ts';
import { parseWhole, readLiteral, readPath } from './parse.ts';
import type { Scanner } from './scanner.ts';

export type Literal = boolean | number | string;

/** `$.a.b | 'default'`: a path or a literal; the default is a literal or a path. Throws `ExpressionError`. */
export function parseArgument(text: string): { value: Literal; default?: Literal } {
  return parseWhole(text, (scanner) => {
    const isPath = scanner.at('$');
    const value = readValue(scanner);
    scanner.skipBlanks();
    if (!isPath || !scanner.take('|')) return { value };
    scanner.skipBlanks();
    return { value, default: readValue(scanner) };
  });
}

/** A path stays text. */
function readValue(scanner: Scanner): Literal {
  const from = scanner.position;
  if (scanner.at('$')) {
    readPath(scanner, 'alone');
    return scanner.text.slice(from, scanner.position);
  }
  return readLiteral(scanner) ?? scanner.fail(EXPRESSION.argument, {}, from);
}
