import {
  compileExpression,
  compileFilter,
  compilePath,
  compileValue,
  ExpressionError,
  type Json,
  type Sentence,
} from '@funcgraph/flow';

/** What stands in a field: a condition, a path, a filter (path or template) or a value of a parameter. */
export type ExpressionKind = 'condition' | 'path' | 'filter' | 'value';

export type Tried =
  | { readonly result: Json }
  /** A definite path that leads nowhere. */
  | { readonly isNothing: true }
  | { readonly error: Sentence };

/** What the engine would make of an expression with this data. */
export function tryExpression(kind: ExpressionKind, expression: Json, data: Json, constants: Json): Tried {
  const scope = { constants, run: {} };
  try {
    if (kind === 'condition') return { result: compileExpression(String(expression)).evaluate(data, scope) };
    const compiled =
      kind === 'path'
        ? compilePath(String(expression))
        : kind === 'filter'
          ? compileFilter(expression)
          : compileValue(expression);
    const result = compiled.evaluate(data, scope);
    return result === undefined ? { isNothing: true } : { result };
  } catch (error) {
    if (error instanceof ExpressionError) return { error: error.text };
    throw error;
  }
}

const MOST_CHARACTERS = 60_000;

/** The sample as typed; undefined when it is no JSON, or too long to be tried at each key. */
export function readSample(text: string): Json | undefined {
  if (text.length > MOST_CHARACTERS) return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
