import { isJsonObject, type Json } from '../json/json.ts';
import { formatPath, type Path } from '../json/path.ts';
import { jsonBytes, textBytes } from '../json/size.ts';
import { FLOW_LIMITS } from '../limits.ts';
import type { Effort } from './effort.ts';
import { Evaluation, type Scope } from './evaluate.ts';
import { EXPRESSION, EXPRESSION_LIMITS, ExpressionError } from './expression-error.ts';
import { parseExpression, parsePath } from './parse.ts';

export interface CompiledPath {
  /** It leads to one value at most; any other path gives a list. */
  readonly definite: boolean;
  /** The names of a path such as `$.a.b` from the root of the data; undefined for any other path. */
  readonly names: readonly string[] | undefined;
  /** Undefined where a definite path leads nowhere. Throws `ExpressionError` beyond the limits of an evaluation. */
  evaluate(root: Json, scope: Scope): Json | undefined;
}

export interface CompiledExpression {
  /** Throws `ExpressionError` beyond the limits of an evaluation. */
  evaluate(root: Json, scope: Scope): boolean;
}

export interface CompiledFilter {
  /**
   * Undefined where the filter is a definite path that leads nowhere. In a template such a path leaves out its field,
   * and in a list it stands for null. Parts of the result are those of the data, not copies. Throws `ExpressionError`
   * beyond the limits of an evaluation.
   */
  evaluate(root: Json, scope: Scope): Json | undefined;
}

/** Throws `ExpressionError` with the position of the fault. */
export function compilePath(text: string): CompiledPath {
  const path = parsePath(text);
  const names = path.steps.map((step) => (step.kind === 'name' ? step.name : undefined));
  return {
    definite: path.definite,
    names: path.root === '$' && names.every((name) => name !== undefined) ? names : undefined,
    evaluate: (root, scope) => new Evaluation(root, scope).value(path),
  };
}

/** Throws `ExpressionError` with the position of the fault. */
export function compileExpression(text: string): CompiledExpression {
  const condition = parseExpression(text);
  return { evaluate: (root, scope) => new Evaluation(root, scope).holds(condition) };
}

/** A path, or a template whose texts that begin with `$` are paths. Throws `ExpressionError`. */
export function compileFilter(filter: Json): CompiledFilter {
  return typeof filter === 'string' ? compilePath(filter) : compileValue(filter);
}

/** A value that may be a path, a constant or a template, as in the parameters of a function. Throws `ExpressionError`. */
export function compileValue(value: Json): CompiledFilter {
  const produce = compilePart(value, []);
  return {
    evaluate: (root, scope) => {
      const measure = new Measure(scope.effort);
      return produce({ root, scope, measure });
    },
  };
}

interface Source {
  readonly root: Json;
  readonly scope: Scope;
  readonly measure: Measure;
}

type Produce = (source: Source) => Json | undefined;

function compilePart(part: Json, at: Path): Produce {
  if (at.length > EXPRESSION_LIMITS.depth) {
    throw new ExpressionError(EXPRESSION.too_deep, { limit: EXPRESSION_LIMITS.depth }, { field: formatPath(at) });
  }
  if (typeof part === 'string' && part.startsWith('$')) {
    const path = located(at, () => compilePath(part));
    return ({ root, scope, measure }) => measure.add(path.evaluate(root, scope));
  }
  if (Array.isArray(part)) {
    const items = part.map((item, index) => compilePart(item, [...at, index]));
    return (source) => items.map((item) => item(source) ?? null);
  }
  if (!isJsonObject(part)) return () => part;
  const fields = Object.entries(part).map(([key, item]) => [key, compilePart(item, [...at, key])] as const);
  return (source) =>
    Object.fromEntries(
      fields.flatMap(([key, item]) => {
        const value = item(source);
        return value === undefined ? [] : [[key, value] as const];
      }),
    );
}

function located<T>(at: Path, compile: () => T): T {
  try {
    return compile();
  } catch (error) {
    if (!(error instanceof ExpressionError) || at.length === 0) throw error;
    const position = error.position === undefined ? {} : { position: error.position };
    throw new ExpressionError(error.rule, error.parameters, { ...position, field: formatPath(at) });
  }
}

/** Bytes that paths put into one result. A short template can repeat a large value many times. */
class Measure {
  readonly #effort: Effort | undefined;
  readonly #known = new Map<Json, number>();
  #bytes = 0;

  constructor(effort: Effort | undefined) {
    this.#effort = effort;
  }

  add(value: Json | undefined): Json | undefined {
    if (value === undefined) return value;
    const bytes = this.#known.get(value) ?? jsonBytes(value, FLOW_LIMITS.valueBytes, textBytes);
    this.#known.set(value, bytes);
    this.#bytes += bytes;
    if (this.#bytes > FLOW_LIMITS.valueBytes) {
      throw new ExpressionError(EXPRESSION.too_large, { limit: FLOW_LIMITS.valueBytes });
    }
    this.#effort?.take(bytes);
    return value;
  }
}
