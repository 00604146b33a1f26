import { utf8Bytes } from '../json/size.ts';
import { FLOW_LIMITS } from '../limits.ts';
import { EXPRESSION, EXPRESSION_LIMITS } from './expression-error.ts';
import { Scanner } from './scanner.ts';
import type { Condition, Operand, Operator, PathSyntax, Root, Step } from './syntax.ts';

/** Where a path stands: alone, as an operand of an expression, or as an operand in a filter of a path. */
type Surroundings = 'alone' | 'expression' | 'filter';

/** Longer operators first. */
const OPERATORS: readonly Operator[] = ['==', '!=', '<=', '>=', '<', '>'];

const WORDS = new Map<string, null | boolean>([
  ['true', true],
  ['false', false],
  ['nil', null],
  ['null', null],
]);

/** Throws `ExpressionError`. */
export function parsePath(text: string): PathSyntax {
  return parseWhole(text, (scanner) => readPath(scanner, 'alone'));
}

/** Throws `ExpressionError`. */
export function parseExpression(text: string): Condition {
  return parseWhole(text, (scanner) => readOr(scanner, 'expression', 0));
}

/** Reads all of a text of bounded size. Throws `ExpressionError`. */
export function parseWhole<T>(text: string, read: (scanner: Scanner) => T): T {
  const scanner = new Scanner(text);
  const limit = FLOW_LIMITS.expressionBytes;
  if (utf8Bytes(text) > limit) scanner.fail(EXPRESSION.too_long, { limit });
  scanner.skipBlanks();
  const result = read(scanner);
  scanner.skipBlanks();
  if (!scanner.done) scanner.fail(EXPRESSION.rest, { value: text.slice(scanner.position, scanner.position + 10) });
  return result;
}

export function readPath(scanner: Scanner, where: Surroundings): PathSyntax {
  const from = scanner.position;
  const root = readRoot(scanner, where);
  const steps: Step[] = [];
  for (let step = readStep(scanner, where); step !== undefined; step = readStep(scanner, where)) {
    steps.push(step);
    if (steps.length > EXPRESSION_LIMITS.depth) scanner.fail(EXPRESSION.too_deep, { limit: EXPRESSION_LIMITS.depth });
  }
  const definite = steps.every(({ kind }) => kind === 'name' || kind === 'index');
  if (!definite && where !== 'alone') scanner.fail(EXPRESSION.list_in_expression, {}, from);
  return { root, steps, definite };
}

function readRoot(scanner: Scanner, where: Surroundings): Root {
  const from = scanner.position;
  if (scanner.take('@')) return where === 'filter' ? '@' : scanner.fail(EXPRESSION.current_outside, {}, from);
  if (!scanner.take('$')) return scanner.fail(EXPRESSION.path_start);
  const root = `$${scanner.takeName()}`;
  if (root === '$' || root === '$CONST' || root === '$RUN') return root;
  return scanner.fail(EXPRESSION.unknown_root, { root: root.slice(0, 40) }, from);
}

function readStep(scanner: Scanner, where: Surroundings): Step | undefined {
  const from = scanner.position;
  if (scanner.take('..')) return scanner.fail(EXPRESSION.descent, {}, from);
  if (scanner.take('.')) {
    if (scanner.at('*')) return scanner.fail(EXPRESSION.wildcard);
    const name = scanner.takeName();
    return name === '' ? scanner.fail(EXPRESSION.name_missing) : { kind: 'name', name };
  }
  if (!scanner.take('[')) return undefined;
  scanner.skipBlanks();
  const step = scanner.at('?') ? readFilter(scanner, where, from) : readIndexes(scanner);
  scanner.skipBlanks();
  if (scanner.at(':')) return scanner.fail(EXPRESSION.slice_step);
  return scanner.take(']') ? step : scanner.fail(EXPRESSION.bracket);
}

function readFilter(scanner: Scanner, where: Surroundings, from: number): Step {
  if (where !== 'alone') return scanner.fail(EXPRESSION.filter_in_expression, {}, from);
  scanner.take('?');
  scanner.skipBlanks();
  if (!scanner.take('(')) return scanner.fail(EXPRESSION.bracket);
  const condition = readOr(scanner, 'filter', 1);
  scanner.skipBlanks();
  return scanner.take(')') ? { kind: 'filter', condition } : scanner.fail(EXPRESSION.parenthesis);
}

function readIndexes(scanner: Scanner): Step {
  if (scanner.at('*')) return scanner.fail(EXPRESSION.wildcard);
  if (/['"‘’“”]/.test(scanner.text.charAt(scanner.position))) return scanner.fail(EXPRESSION.bracket_name);
  const first = readIndex(scanner);
  scanner.skipBlanks();
  if (scanner.take(':')) {
    scanner.skipBlanks();
    return { kind: 'slice', start: first ?? 0, end: readIndex(scanner) ?? Number.MAX_SAFE_INTEGER };
  }
  if (first === undefined) return scanner.fail(EXPRESSION.bracket);
  const indexes = [first];
  while (scanner.take(',')) {
    scanner.skipBlanks();
    indexes.push(readIndex(scanner) ?? scanner.fail(EXPRESSION.bracket));
    scanner.skipBlanks();
  }
  return indexes.length === 1 ? { kind: 'index', index: first } : { kind: 'indexes', indexes };
}

function readIndex(scanner: Scanner): number | undefined {
  const from = scanner.position;
  const value = scanner.takeNumber();
  if (value === undefined || Number.isSafeInteger(value)) return value;
  return scanner.fail(EXPRESSION.index, { value }, from);
}

function readOr(scanner: Scanner, where: Surroundings, depth: number): Condition {
  return readTerms(scanner, 'or', '||', () => readTerms(scanner, 'and', '&&', () => readTerm(scanner, where, depth)));
}

function readTerms(scanner: Scanner, kind: 'and' | 'or', symbol: string, readOne: () => Condition): Condition {
  const first = readOne();
  const terms = [first];
  scanner.skipBlanks();
  while (scanner.take(symbol)) {
    terms.push(readOne());
    scanner.skipBlanks();
  }
  return terms.length === 1 ? first : { kind, terms };
}

function readTerm(scanner: Scanner, where: Surroundings, depth: number): Condition {
  scanner.skipBlanks();
  if (depth > EXPRESSION_LIMITS.depth) return scanner.fail(EXPRESSION.too_deep, { limit: EXPRESSION_LIMITS.depth });
  if (scanner.take('(')) {
    const inner = readOr(scanner, where, depth + 1);
    scanner.skipBlanks();
    return scanner.take(')') ? inner : scanner.fail(EXPRESSION.parenthesis);
  }
  const left = readPath(scanner, where);
  scanner.skipBlanks();
  const operator = scanner.takeOneOf(OPERATORS) ?? scanner.fail(EXPRESSION.operator_missing);
  scanner.skipBlanks();
  const from = scanner.position;
  const right = readOperand(scanner, where);
  if (right.kind === 'anything' && operator !== '==') return scanner.fail(EXPRESSION.anything, {}, from);
  if (right.kind === 'constant' && operator !== '==' && operator !== '!=' && typeof right.value !== 'number') {
    return scanner.fail(EXPRESSION.not_a_number, { operator }, from);
  }
  return { kind: 'compare', left, operator, right };
}

function readOperand(scanner: Scanner, where: Surroundings): Operand {
  if (scanner.at('$') || scanner.at('@')) return { kind: 'path', path: readPath(scanner, where) };
  const from = scanner.position;
  const value = readLiteral(scanner);
  if (value === undefined) return scanner.fail(EXPRESSION.constant_missing, {}, from);
  return value === '*' ? { kind: 'anything' } : { kind: 'constant', value };
}

/** A text, a number, true, false or nil. */
export function readLiteral(scanner: Scanner): null | boolean | number | string | undefined {
  if (/["“”]/.test(scanner.text.charAt(scanner.position))) return scanner.fail(EXPRESSION.double_quotes);
  return scanner.takeText() ?? scanner.takeNumber() ?? WORDS.get(scanner.takeName());
}
