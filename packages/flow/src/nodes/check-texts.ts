import type { Filters } from '../definition.ts';
import { compileFilter, compilePath } from '../expressions/compile.ts';
import { ExpressionError } from '../expressions/expression-error.ts';
import type { Json } from '../json/json.ts';
import { type Place, type Problem, problem, type Rule } from '../problems/problem.ts';

/** The problem of a text that does not compile. */
export function* checkText(place: Place, compile: () => unknown): Generator<Problem> {
  try {
    compile();
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    const { code, key } = error.rule;
    const field = [place.field, error.field].filter((part) => part !== undefined).join('.');
    const position = error.position === undefined ? {} : { position: error.position };
    yield { code, key, ...place, field, parameters: { ...error.parameters, ...position }, text: error.text };
  }
}

export function* checkFilters(node: Filters & { readonly id: string }): Generator<Problem> {
  for (const field of ['input_filter', 'output_filter'] as const) {
    const filter: Json | undefined = node[field];
    if (filter !== undefined) yield* checkText({ node: node.id, field }, () => compileFilter(filter));
  }
}

/** A path such as `$.a.b`, to which a result can be written. */
export function* checkResultPath(node: string, field: string, text: string, rule: Rule): Generator<Problem> {
  const problems = [...checkText({ node, field }, () => compilePath(text))];
  yield* problems;
  if (problems.length === 0 && (compilePath(text).names?.length ?? 0) === 0) {
    yield problem(rule, { node, field }, { path: text });
  }
}
